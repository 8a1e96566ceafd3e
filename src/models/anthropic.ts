// Anthropic's Messages API as a model, through its own library, streaming. Retries and fail-over are the kernel's business.

import Anthropic from '@anthropic-ai/sdk';
import type { Model, ModelRequest } from '../kernel/ports.ts';
import type { ModelEvent } from '../kernel/types.ts';
import { type AnswerAssembly, tokenCount } from './answer-assembly.ts';
import { exchanges } from './conversation.ts';
import { cleaned } from './describe-failure.ts';
import { BrokenOffError } from './one-stop.ts';
import { type ProviderOptions, providerModel } from './provider-model.ts';
import type { ToolNames } from './tool-names.ts';
import { toolSchema } from './tool-schema.ts';

const defaultBaseUrl = 'https://api.anthropic.com';

/** A model of Anthropic's, or of a server that speaks the same protocol. */
export const createAnthropicModel = (options: ProviderOptions): Model =>
  providerModel('anthropic', defaultBaseUrl, options, (clientOptions) => {
    const client = new Anthropic(clientOptions);
    const { model } = options;
    return async function* ask(request, names, assembly, signal) {
      yield* readAnswer(await client.messages.create(requestBody(model, request, names), { signal }), assembly);
    };
  });

function requestBody(model: string, request: ModelRequest, names: ToolNames): Anthropic.MessageCreateParamsStreaming {
  return {
    model,
    max_tokens: request.outputTokensMax,
    stream: true,
    messages: messagesFor(request, names),
    ...(request.system === '' ? {} : { system: request.system }),
    ...(request.tools.length === 0
      ? {}
      : {
          tools: request.tools.map((tool) => ({
            name: names.toProvider(tool.name),
            description: tool.description,
            input_schema: toolSchema(tool),
          })),
        }),
  };
}

function messagesFor(request: ModelRequest, names: ToolNames): Anthropic.MessageParam[] {
  return exchanges(request.messages).flatMap((exchange): Anthropic.MessageParam[] => {
    if (exchange.role === 'user') return [{ role: 'user', content: exchange.text }];
    const text = exchange.text.trimEnd();
    const said: Anthropic.ContentBlockParam[] = text === '' ? [] : [{ type: 'text', text }];
    const calls = exchange.calls.map(
      ({ id, tool, args }): Anthropic.ContentBlockParam => ({
        type: 'tool_use',
        id,
        name: names.toProvider(tool),
        input: args,
      }),
    );
    const results = exchange.calls.map(
      ({ id, resultText, isOk }): Anthropic.ContentBlockParam => ({
        type: 'tool_result',
        tool_use_id: id,
        content: resultText,
        is_error: !isOk,
      }),
    );
    const turn: Anthropic.MessageParam = { role: 'assistant', content: [...said, ...calls] };
    return results.length === 0 ? [turn] : [turn, { role: 'user', content: results }];
  });
}

async function* readAnswer(
  stream: AsyncIterable<Anthropic.RawMessageStreamEvent>,
  assembly: AnswerAssembly,
): AsyncGenerator<ModelEvent> {
  let stopReason: Anthropic.StopReason | null = null;
  for await (const event of stream) {
    switch (event.type) {
      case 'message_start':
        assembly.usage = { inputTokens: inputTokens(event.message.usage), outputTokens: 0 };
        break;
      case 'content_block_start':
        if (event.content_block.type === 'text' && event.content_block.text !== '') {
          yield assembly.text(event.content_block.text);
        }
        if (event.content_block.type === 'tool_use') {
          const { id, name, input } = event.content_block;
          assembly.addToCall(event.index, { id, name, args: isEmpty(input) ? '' : JSON.stringify(input) });
        }
        break;
      case 'content_block_delta':
        if (event.delta.type === 'text_delta') yield assembly.text(event.delta.text);
        if (event.delta.type === 'input_json_delta') {
          assembly.addToCall(event.index, { id: '', name: '', args: event.delta.partial_json });
        }
        break;
      case 'message_delta':
        stopReason = event.delta.stop_reason ?? stopReason;
        assembly.usage = { ...assembly.usage, outputTokens: tokenCount(event.usage.output_tokens) };
        break;
      case 'message_stop':
        yield* ending(stopReason, assembly);
        return;
      default:
        break;
    }
  }
  throw new BrokenOffError('the stream ended before the message did');
}

function* ending(stopReason: Anthropic.StopReason | null, assembly: AnswerAssembly): Generator<ModelEvent> {
  const { usage } = assembly;
  switch (stopReason) {
    case 'end_turn':
    case 'stop_sequence':
    case 'tool_use':
      yield* assembly.callEvents(false);
      yield {
        kind: 'stop',
        reason: assembly.hasCalls ? 'calls' : 'done',
        because: `stopped by \`${stopReason}\``,
        usage,
      };
      return;
    case 'max_tokens':
    case 'model_context_window_exceeded':
      yield* assembly.callEvents(true);
      yield { kind: 'stop', reason: 'length', because: `the answer was cut by \`${stopReason}\``, usage };
      return;
    case 'refusal':
      yield {
        kind: 'stop',
        reason: 'error',
        because: 'the model declined to answer; ask differently or choose another model',
        usage,
      };
      return;
    default:
      yield {
        kind: 'stop',
        reason: 'error',
        because: `anthropic ended the answer with \`${cleaned(String(stopReason), '')}\`, which is not known here`,
        usage,
      };
  }
}

function inputTokens(usage: Anthropic.Usage): number {
  return (
    tokenCount(usage.input_tokens) +
    tokenCount(usage.cache_creation_input_tokens) +
    tokenCount(usage.cache_read_input_tokens)
  );
}

const isEmpty = (input: unknown): boolean =>
  typeof input !== 'object' || input === null || Object.keys(input).length === 0;
