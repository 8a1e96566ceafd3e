import { expect, test } from 'vitest';
import { createOpenAiModel } from '../../src/models/openai.ts';
import { answerOf, callsOf, plainRequest, stopOf, textOf } from '../conformance/model.ts';
import { resultOf } from './playbook/playbook-from.ts';
import { openAiChunks, sendEvents, streamServer } from './stream-server.ts';
import { requestAfter, toolNamed } from './tool-for-test.ts';

const usage = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 17, completion_tokens: 7 } })}`;
const ended = (finish_reason: string) => ({ index: 0, delta: {}, finish_reason });
const said = (content: string) => ({ index: 0, delta: { content } });
const part = (index: number | undefined, args: string, id?: string, name?: string) => ({
  index: 0,
  delta: { tool_calls: [{ index, id, function: { name, arguments: args } }] },
});

const answerTo = async (choices: readonly object[], request = plainRequest) => {
  await using server = await streamServer(sendEvents([...openAiChunks(...choices), usage, 'data: [DONE]']));
  const model = createOpenAiModel({ apiKey: 'sk-test', baseUrl: server.url, model: 'some-model' });
  const answer = await answerOf(model, request);
  return { answer, body: JSON.parse(server.received[0]?.body ?? 'null'), headers: server.received[0]?.headers ?? {} };
};

test('arguments that are not JSON come as the raw text, never dropped', async () => {
  const { answer } = await answerTo([part(0, '{"path": rm -rf', 'c', 'read'), ended('tool_calls')]);
  expect(callsOf(answer)).toEqual([{ id: 'c', tool: 'read', args: '{"path": rm -rf' }]);
});

test('a call without arguments that was cut is no call without arguments', async () => {
  const { answer } = await answerTo([part(0, '', 'c', 'list'), ended('length')]);
  expect(callsOf(answer).map((call) => call.args)).toEqual(['']);
  expect(stopOf(answer).reason).toBe('length');
});

test('parallel calls whose fragments come in turn are put together each', async () => {
  const { answer } = await answerTo([
    said('I '),
    said('look.'),
    part(0, '', 'c0', 'read'),
    part(1, '', 'c1', 'list'),
    part(0, '{"path"'),
    part(1, '{"path":"b"'),
    part(0, ':"a"}'),
    part(1, '}'),
    ended('tool_calls'),
  ]);
  expect(textOf(answer)).toBe('I look.');
  expect(callsOf(answer)).toEqual([
    { id: 'c0', tool: 'read', args: { path: 'a' } },
    { id: 'c1', tool: 'list', args: { path: 'b' } },
  ]);
  expect(stopOf(answer)).toMatchObject({ reason: 'calls', usage: { inputTokens: 17, outputTokens: 7 } });
});

test('a server that numbers every call 0, or none, still makes several calls', async () => {
  for (const index of [0, undefined]) {
    const { answer } = await answerTo([
      part(index, '{"path":"a"}', 'c0', 'read'),
      part(index, '{"path":', 'c1', 'read'),
      part(index, '"b"}'),
      ended('stop'),
    ]);
    expect(callsOf(answer).map(({ args }) => args)).toEqual([{ path: 'a' }, { path: 'b' }]);
    expect(stopOf(answer).reason).toBe('calls');
  }
});

test('a fragment without a number belongs to the latest call', async () => {
  const { answer } = await answerTo([part(4, '{"path":', 'c0', 'read'), part(undefined, '"a"}'), ended('stop')]);
  expect(callsOf(answer)).toEqual([{ id: 'c0', tool: 'read', args: { path: 'a' } }]);
});

test.each([
  ['stop', 'done'],
  ['length', 'length'],
  ['content_filter', 'error'],
  ['something_new', 'error'],
])('the finish reason %s is %s', async (reason, expected) => {
  const { answer } = await answerTo([said('So.'), ended(reason)]);
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
  const { body, headers } = await answerTo([ended('stop')], request);
  expect(body).toMatchObject({ model: 'some-model', max_tokens: 1_000, stream: true });
  expect(body.tools[0].function).toEqual({
    name: 'read',
    description: 'what read does',
    parameters: {
      type: 'object',
      properties: { path: { type: 'string', default: '.' } },
      additionalProperties: false,
    },
  });
  const [system, user, assistant, first, second, third, again] = body.messages;
  expect(system).toEqual({ role: 'system', content: 'You are careful.' });
  expect(user).toEqual({ role: 'user', content: 'begin' });
  const ids = assistant.tool_calls.map(({ id }: { id: string }) => id);
  expect(new Set(ids).size).toBe(3);
  for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,40}$/);
  expect(assistant.tool_calls[1].function.arguments).toBe('{"not_an_object":"not an object"}');
  expect([first, second, third].map(({ tool_call_id }) => tool_call_id)).toEqual(ids);
  expect(first.content).toContain('text of a');
  expect(second.content).toContain('no rule allows it');
  expect(third.content).toContain('unknown');
  expect(again).toEqual({ role: 'user', content: 'and hurry' });
  expect(JSON.stringify(body)).not.toContain('sk-test');
  expect(JSON.stringify(headers)).toContain('sk-test');
});

test('its own server gets the bound under its new name', async () => {
  let sent = '';
  const fetch: typeof globalThis.fetch = async (_, init) => {
    sent = String(init?.body);
    return new Response('data: [DONE]\n\n', { headers: { 'content-type': 'text/event-stream' } });
  };
  await answerOf(createOpenAiModel({ apiKey: 'sk-test', baseUrl: '', model: 'm', fetch }));
  expect(JSON.parse(sent)).toMatchObject({ max_completion_tokens: 1_000 });
  expect(sent).not.toContain('max_tokens');
});
