// From the name a person gives (`playbook:…`, `anthropic`, `openai:…`) to a model, or to what has to be set first. The
// providers' libraries are large, so each is loaded only when it is named.

import type { Model } from '../kernel/ports.ts';
import { createPlaybookModel } from './playbook/create-playbook-model.ts';
import { loadPlaybook } from './playbook/load-playbook.ts';

/** What one provider needs. Empty text means not set. */
export interface ProviderSettings {
  readonly apiKey: string;
  readonly baseUrl: string;
}

/** What is set for models. Keys come in as values. */
export interface ModelSettings {
  readonly anthropic: ProviderSettings;
  readonly openai: ProviderSettings;
}

/** The name of a model cannot be used as it is; the message says what to set or write instead. */
export class ModelError extends Error {}

const defaultModels = { anthropic: 'claude-sonnet-5-5', openai: 'gpt-6.1-terra' } as const;

const forms = '`playbook:<path>`, `anthropic`, `anthropic:<model>`, `openai` or `openai:<model>`';

/**
 * The model of that name.
 * @throws {ModelError} for an unknown provider, a missing key or an unusable base URL.
 * @throws {PlaybookError} for a playbook that does not load.
 */
export async function resolveModel(spec: string, settings: ModelSettings): Promise<Model> {
  const colon = spec.indexOf(':');
  const provider = colon === -1 ? spec : spec.slice(0, colon);
  const rest = colon === -1 ? '' : spec.slice(colon + 1);
  switch (provider) {
    case 'playbook':
      if (rest === '')
        throw new ModelError('could not load a playbook: give its path, as in `playbook:path/to/playbook.yaml`');
      return createPlaybookModel(await loadPlaybook(rest));
    case 'anthropic': {
      const options = { ...checked('anthropic', settings.anthropic), model: rest || defaultModels.anthropic };
      const { createAnthropicModel } = await import('./anthropic.ts');
      return createAnthropicModel(options);
    }
    case 'openai': {
      const options = { ...checked('openai', settings.openai), model: rest || defaultModels.openai };
      const { createOpenAiModel } = await import('./openai.ts');
      return createOpenAiModel(options);
    }
    default:
      throw new ModelError(`could not find model \`${spec}\`: use ${forms}`);
  }
}

function checked(provider: 'anthropic' | 'openai', { apiKey, baseUrl }: ProviderSettings): ProviderSettings {
  const prefix = provider.toUpperCase();
  if (apiKey === '') {
    throw new ModelError(
      `could not use \`${provider}\`: set \`${prefix}_API_KEY\`, or use \`playbook:<path>\`, which needs no key`,
    );
  }
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new ModelError(
      `could not use \`${provider}\`: \`${prefix}_API_KEY\` has a space or another character that no key has; set it again`,
    );
  }
  if (baseUrl !== '' && !isHttpUrl(baseUrl)) {
    throw new ModelError(
      `could not use \`${provider}\`: \`${prefix}_BASE_URL\` is not an http or https URL; set it again or leave it out`,
    );
  }
  return { apiKey, baseUrl };
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
