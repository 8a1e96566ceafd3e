// What all providers have in common: where they are, how they fail, and the one way their answers become a stream.

import type { Model, ModelRequest } from '../kernel/ports.ts';
import type { ModelEvent } from '../kernel/types.ts';
import { AnswerAssembly } from './answer-assembly.ts';
import { boundedFetch } from './bounded-fetch.ts';
import { describeFailure, type Provider } from './describe-failure.ts';
import { endingInOneStop } from './one-stop.ts';
import { type ToolNames, toolNames } from './tool-names.ts';

/** Where and as whom to speak to a provider. */
export interface ProviderOptions {
  readonly apiKey: string;
  /** Empty for the provider's own. */
  readonly baseUrl: string;
  readonly model: string;
  /** Another way to the network, e.g. through a proxy. */
  readonly fetch?: typeof globalThis.fetch;
}

/** Options that the providers' libraries share. Retries and fail-over are the kernel's business; libraries stay silent. */
export interface ClientOptions {
  readonly apiKey: string;
  readonly baseURL: string;
  readonly maxRetries: 0;
  readonly logLevel: 'off';
  readonly fetch: typeof globalThis.fetch;
}

/** Asks once and reads the answer into the assembly. May throw, hang or end early. */
export type Ask = (
  request: ModelRequest,
  names: ToolNames,
  assembly: AnswerAssembly,
  signal: AbortSignal,
) => AsyncIterable<ModelEvent>;

/** A model of the provider `title`; `connect` makes its client. */
export function providerModel(
  title: 'anthropic' | 'openai',
  defaultBaseUrl: string,
  options: ProviderOptions,
  connect: (client: ClientOptions) => Ask,
): Model {
  const { apiKey, model } = options;
  const baseURL = options.baseUrl === '' ? defaultBaseUrl : options.baseUrl;
  const fetch = boundedFetch(options.fetch ?? globalThis.fetch);
  const ask = connect({ apiKey, baseURL, maxRetries: 0, logLevel: 'off', fetch });
  const prefix = title.toUpperCase();
  const provider: Provider = {
    title,
    model,
    baseUrl: baseURL,
    apiKey,
    keyName: `\`${prefix}_API_KEY\``,
    baseUrlName: `\`${prefix}_BASE_URL\``,
  };
  return {
    name: `${title}:${model}`,
    stream(request, signal) {
      const names = toolNames(request.tools);
      const assembly = new AnswerAssembly(names);
      let hasBegun = false;
      async function* events(): AsyncGenerator<ModelEvent> {
        for await (const event of ask(request, names, assembly, signal)) {
          hasBegun = true;
          yield event;
        }
      }
      return endingInOneStop(
        {
          events: events(),
          usage: () => assembly.usage,
          describe: (error) => describeFailure(error, provider, hasBegun),
        },
        signal,
      );
    },
  };
}
