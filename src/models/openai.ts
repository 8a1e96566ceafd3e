// OpenAI's Chat Completions API as a model, through its own library, streaming; also for the many servers that speak the
// same protocol. Retries and fail-over are the kernel's business.

import OpenAI from 'openai';
import type { Model, ModelRequest } from '../kernel/ports.ts';
import type { ModelEvent } from '../kernel/types.ts';
import { type AnswerAssembly, tokenCount } from './answer-assembly.ts';
import { exchanges } from './conversation.ts';
import { cleaned } from './describe-failure.ts';
import { BrokenOffError } from './one-stop.ts';
import { type ProviderOptions, providerModel } from './provider-model.ts';
import type { ToolNames } from './tool-names.ts';
import { toolSchema } from './tool-schema.ts';

const defaultBaseUrl = 'https://api.openai.com/v1';

type Chunk = OpenAI.ChatCompletionChunk;
type FinishReason = NonNullable<Chunk['choices'][number]['finish_reason']>;

/** A model of OpenAI's, or of a server that speaks the same protocol. */
export const createOpenAiModel = (options: ProviderOptions): Model =>
  providerModel('openai', defaultBaseUrl, options, (clientOptions) => {
    const client = new OpenAI(clientOptions);
    const { model } = options;
    const isOwnServer = new URL(clientOptions.baseURL).host === new URL(defaultBaseUrl).host;
    return async function* ask(request, names, assembly, signal) {
      yield* readAnswer(
        await client.chat.completions.create(requestBody(model, request, names, isOwnServer), { signal }),
        assembly,
      );
    };
  });

function requestBody(
  model: string,
  request: ModelRequest,
  names: ToolNames,
  isOwnServer: boolean,
): OpenAI.ChatCompletionCreateParamsStreaming {
  return {
    model,
    stream: true,
    stream_options: { include_usage: true },
    // OpenAI's newer models refuse `max_tokens`; other servers often know nothing else.
    ...(isOwnServer ? { max_completion_tokens: request.outputTokensMax } : { max_tokens: request.outputTokensMax }),
    messages: messagesFor(request, names),
    ...(request.tools.length === 0
      ? {}
      : {
          tools: request.tools.map((tool) => ({
            type: 'function' as const,
            function: {
              name: names.toProvider(tool.name),
              description: tool.description,
              parameters: toolSchema(tool),
            },
          })),
        }),
  };
}

function messagesFor(request: ModelRequest, names: ToolNames): OpenAI.ChatCompletionMessageParam[] {
  const told = exchanges(request.messages).flatMap((exchange): OpenAI.ChatCompletionMessageParam[] => {
    if (exchange.role === 'user') return [{ role: 'user', content: exchange.text }];
    if (exchange.calls.length === 0) return [{ role: 'assistant', content: exchange.text }];
    const calls = exchange.calls.map(({ id, tool, args }) => ({
      type: 'function' as const,
      id,
      function: { name: names.toProvider(tool), arguments: JSON.stringify(args) },
    }));
    return [
      { role: 'assistant', content: exchange.text === '' ? null : exchange.text, tool_calls: calls },
      ...exchange.calls.map(({ id, resultText }) => ({ role: 'tool' as const, tool_call_id: id, content: resultText })),
    ];
  });
  return request.system === '' ? told : [{ role: 'system', content: request.system }, ...told];
}

async function* readAnswer(stream: AsyncIterable<Chunk>, assembly: AnswerAssembly): AsyncGenerator<ModelEvent> {
  let finishReason: FinishReason | null = null;
  for await (const chunk of stream) {
    if (chunk.usage) {
      const { prompt_tokens, completion_tokens } = chunk.usage;
      assembly.usage = { inputTokens: tokenCount(prompt_tokens), outputTokens: tokenCount(completion_tokens) };
    }
    const choice = chunk.choices?.[0];
    if (choice === undefined) continue;
    const { content, refusal, tool_calls } = choice.delta;
    if (content) yield assembly.text(content);
    if (refusal) yield assembly.text(refusal);
    for (const { index, id, function: part } of tool_calls ?? []) {
      assembly.addToCall(Number.isSafeInteger(index) ? index : null, {
        id: id ?? '',
        name: part?.name ?? '',
        args: part?.arguments ?? '',
      });
    }
    finishReason = choice.finish_reason ?? finishReason;
  }
  if (finishReason === null) throw new BrokenOffError('the stream ended before the answer did');
  yield* ending(finishReason, assembly);
}

function* ending(finishReason: FinishReason, assembly: AnswerAssembly): Generator<ModelEvent> {
  const { usage } = assembly;
  switch (finishReason) {
    case 'stop':
    case 'tool_calls':
    case 'function_call':
      yield* assembly.callEvents(false);
      yield {
        kind: 'stop',
        reason: assembly.hasCalls ? 'calls' : 'done',
        because: `stopped by \`${finishReason}\``,
        usage,
      };
      return;
    case 'length':
      yield* assembly.callEvents(true);
      yield { kind: 'stop', reason: 'length', because: 'the answer was cut at its token limit', usage };
      return;
    case 'content_filter':
      yield {
        kind: 'stop',
        reason: 'error',
        because: 'the content filter of the provider stopped the answer; ask differently',
        usage,
      };
      return;
    default:
      finishReason satisfies never;
      yield {
        kind: 'stop',
        reason: 'error',
        because: `openai ended the answer with \`${cleaned(String(finishReason), '')}\`, which is not known here`,
        usage,
      };
  }
}
