// A provider, or whoever sits in its place, that sends what no library expects.

import { describe, expect, test } from 'vitest';
import { createAnthropicModel } from '../../src/models/anthropic.ts';
import { createOpenAiModel } from '../../src/models/openai.ts';
import { answerOf, callsOf, stopOf } from '../conformance/model.ts';
import { anthropicEvents, openAiChunks, sendEvents, streamServer } from '../models/stream-server.ts';

const titleChange = '\u001b]0;owned\u0007';

const anthropicTool = (name: unknown, id: unknown, json: unknown, usage: unknown, reason: unknown) =>
  anthropicEvents(
    { type: 'message_start', message: { usage: { input_tokens: usage } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'tool_use', id, name, input: {} } },
    { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: json } },
    { type: 'message_delta', delta: { stop_reason: reason }, usage: { output_tokens: usage } },
    { type: 'message_stop' },
  );

const openAiTool = (name: unknown, id: unknown, json: unknown, usage: unknown, reason: unknown) => [
  ...openAiChunks({ index: 0, delta: { tool_calls: [{ index: 0, id, function: { name, arguments: json } }] } }),
  ...openAiChunks({ index: 0, delta: {}, finish_reason: reason }),
  `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: usage, completion_tokens: usage } })}`,
];

describe.each([
  { name: 'anthropic', create: createAnthropicModel, tool: anthropicTool, over: 'tool_use' },
  { name: 'openai', create: createOpenAiModel, tool: openAiTool, over: 'tool_calls' },
])('$name', ({ create, tool, over }) => {
  const answerTo = async (lines: readonly string[]) => {
    await using server = await streamServer(sendEvents(lines));
    return await answerOf(create({ apiKey: 'sk-test', baseUrl: server.url, model: 'm' }));
  };

  test('a tool called __proto__ is a call nobody offered, and nothing else', async () => {
    const events = await answerTo(tool('__proto__', 'c', '{"__proto__":{"isAdmin":true}}', 1, over));
    const [call] = callsOf(events);
    expect(call?.tool).toBe('__proto__');
    expect(Object.hasOwn(Object(call?.args), '__proto__')).toBe(true);
    expect(Object(call?.args).isAdmin).toBeUndefined();
    expect(Object.hasOwn(Object.prototype, 'isAdmin')).toBe(false);
  });

  test.each([-5, 1e308, 1.5, '7', null, { a: 1 }])('a usage of %j costs nothing', async (usage) => {
    const stop = stopOf(await answerTo(tool('read', 'c', '{}', usage, over)));
    expect(stop).toMatchObject({ reason: 'calls', usage: { inputTokens: 0, outputTokens: 0 } });
  });

  test.each([[7], [['a']], [{ a: 1 }]])('fragments of the wrong type (%j) are a stop', async (wrong) => {
    for (const lines of [
      tool(wrong, 'c', '{}', 1, over),
      tool('read', wrong, '{}', 1, over),
      tool('read', 'c', wrong, 1, over),
    ]) {
      const events = await answerTo(lines);
      expect(stopOf(events).reason).toBe('error');
      expect(stopOf(events).because).toContain('not its protocol');
      expect(callsOf(events)).toEqual([]);
    }
  });

  test('a reason to stop cannot speak to the terminal', async () => {
    const stop = stopOf(await answerTo(tool('read', 'c', '{}', 1, `${titleChange}${'x'.repeat(5_000)}`)));
    expect(stop.reason).toBe('error');
    expect(stop.because).not.toMatch(/[\u0000-\u001f]/);
    expect(stop.because.length).toBeLessThan(500);
  });
});
