import { expect, test } from 'vitest';
import { createAnthropicModel } from '../../src/models/anthropic.ts';
import { answerOf, callsOf, plainRequest, stopOf, textOf } from '../conformance/model.ts';
import { resultOf } from './playbook/playbook-from.ts';
import { anthropicEvents, sendEvents, streamServer } from './stream-server.ts';
import { requestAfter, toolNamed } from './tool-for-test.ts';

const start = {
  type: 'message_start',
  message: {
    usage: { input_tokens: 10, cache_read_input_tokens: 5, cache_creation_input_tokens: 2, output_tokens: 1 },
  },
};
const stop = { type: 'message_stop' };
const ended = (stop_reason: string) => ({ type: 'message_delta', delta: { stop_reason }, usage: { output_tokens: 7 } });
const toolUse = (index: number, name: string, input: unknown = {}) => ({
  type: 'content_block_start',
  index,
  content_block: { type: 'tool_use', id: `toolu_${index}`, name, input },
});
const args = (index: number, partial_json: string) => ({
  type: 'content_block_delta',
  index,
  delta: { type: 'input_json_delta', partial_json },
});
const said = (text: string) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } });

const answerTo = async (events: readonly { readonly type: string }[], request = plainRequest) => {
  await using server = await streamServer(sendEvents(anthropicEvents(...events)));
  const model = createAnthropicModel({ apiKey: 'sk-test', baseUrl: server.url, model: 'some-model' });
  const answer = await answerOf(model, request);
  return { answer, body: JSON.parse(server.received[0]?.body ?? 'null'), headers: server.received[0]?.headers ?? {} };
};

test('arguments that are not JSON come as the raw text, never dropped', async () => {
  const { answer } = await answerTo([start, toolUse(0, 'read'), args(0, '{"path": rm -rf'), ended('tool_use'), stop]);
  expect(callsOf(answer)).toEqual([{ id: 'toolu_0', tool: 'read', args: '{"path": rm -rf' }]);
});

test('a call without arguments that was cut is no call without arguments', async () => {
  const { answer } = await answerTo([start, toolUse(0, 'list'), ended('max_tokens'), stop]);
  expect(callsOf(answer).map((call) => call.args)).toEqual(['']);
  expect(stopOf(answer).reason).toBe('length');
});

test('parallel calls whose fragments come in turn are put together each', async () => {
  const { answer } = await answerTo([
    start,
    said('I '),
    said('look.'),
    toolUse(1, 'read'),
    toolUse(2, 'list'),
    args(1, '{"path"'),
    args(2, '{"path":"b"'),
    args(1, ':"a"}'),
    args(2, '}'),
    toolUse(3, 'js', { code: 'whole' }),
    ended('tool_use'),
    stop,
  ]);
  expect(textOf(answer)).toBe('I look.');
  expect(callsOf(answer)).toEqual([
    { id: 'toolu_1', tool: 'read', args: { path: 'a' } },
    { id: 'toolu_2', tool: 'list', args: { path: 'b' } },
    { id: 'toolu_3', tool: 'js', args: { code: 'whole' } },
  ]);
  expect(stopOf(answer)).toMatchObject({ reason: 'calls', usage: { inputTokens: 17, outputTokens: 7 } });
});

test.each([
  ['end_turn', 'done'],
  ['stop_sequence', 'done'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['refusal', 'error'],
  ['pause_turn', 'error'],
  ['something_new', 'error'],
])('the stop reason %s is %s', async (reason, expected) => {
  const { answer } = await answerTo([start, said('So.'), ended(reason), stop]);
  expect(stopOf(answer).reason).toBe(expected);
});

test('the request carries system, tools, calls with their results, and the key only in its header', async () => {
  const request = requestAfter(
    [
      [{ id: '1_orient_1_incident', tool: 'read', args: { path: 'a' } }, resultOf('ok', 'text of a')],
      [{ id: 'odd id!', tool: 'shell.run', args: 'not an object' }, resultOf('refused', '', 'no rule allows it')],
      [{ id: 'lost', tool: 'list', args: {} }, null],
    ],
    [toolNamed('read'), toolNamed('shell.run')],
  );
  const { body, headers } = await answerTo([start, ended('end_turn'), stop], request);
  expect(body).toMatchObject({ model: 'some-model', max_tokens: 1_000, stream: true, system: 'You are careful.' });
  expect(body.tools[0]).toEqual({
    name: 'read',
    description: 'what read does',
    input_schema: {
      type: 'object',
      properties: { path: { type: 'string', default: '.' } },
      additionalProperties: false,
    },
  });
  expect(body.tools[1].name).toMatch(/^shell_run_[0-9a-f]{12}$/);
  const [user, assistant, results, again] = body.messages;
  expect(user).toEqual({ role: 'user', content: 'begin' });
  expect(assistant.content[0]).toEqual({ type: 'text', text: 'I look.' });
  expect(assistant.content[2]).toMatchObject({ name: body.tools[1].name, input: { not_an_object: 'not an object' } });
  const ids = assistant.content.slice(1).map(({ id }: { id: string }) => id);
  expect(new Set(ids).size).toBe(3);
  for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,40}$/);
  expect(results.content.map((result: { tool_use_id: string }) => result.tool_use_id)).toEqual(ids);
  expect(results.content.map((result: { is_error: boolean }) => result.is_error)).toEqual([false, true, true]);
  expect(results.content[0].content).toContain('text of a');
  expect(results.content[1].content).toContain('no rule allows it');
  expect(results.content[2].content).toContain('unknown');
  expect(again).toEqual({ role: 'user', content: 'and hurry' });
  expect(JSON.stringify(body)).not.toContain('sk-test');
  expect(JSON.stringify(headers)).toContain('sk-test');
});

test('a tool whose name had to change is called by its own name', async () => {
  const tools = [toolNamed('shell.run'), toolNamed('shell_run')];
  const { body } = await answerTo([start, ended('end_turn'), stop], { ...plainRequest, tools });
  const { answer } = await answerTo([start, toolUse(0, body.tools[0].name), ended('tool_use'), stop], {
    ...plainRequest,
    tools,
  });
  expect(callsOf(answer).map(({ tool }) => tool)).toEqual(['shell.run']);
});
