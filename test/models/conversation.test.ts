import { expect, test } from 'vitest';
import type { Message } from '../../src/kernel/types.ts';
import { exchanges } from '../../src/models/conversation.ts';
import { resultOf } from './playbook/playbook-from.ts';

const user = (text: string): Message => ({ role: 'user', text });
const calling = (id: string): Message => ({ role: 'assistant', text: '', calls: [{ id, tool: 'read', args: {} }] });
const result = (callId: string, output: string): Message => ({
  role: 'tool',
  callId,
  tool: 'read',
  result: resultOf('ok', output),
});

test('a lost result is not replaced by that of a later call of the same id', () => {
  const told = exchanges([user('a'), calling('call-1'), user('b'), calling('call-1'), result('call-1', 'the second')]);
  const texts = told.flatMap((exchange) => (exchange.role === 'assistant' ? exchange.calls : []));
  expect(texts[0]?.resultText).toContain('no result of this call is on record');
  expect(texts[1]?.resultText).toContain('the second');
});

test('calls of one id in two runs get two ids', () => {
  const told = exchanges([calling('call-1'), result('call-1', 'x'), calling('call-1'), result('call-1', 'y')]);
  const ids = told.flatMap((exchange) => (exchange.role === 'assistant' ? exchange.calls.map(({ id }) => id) : []));
  expect(new Set(ids).size).toBe(2);
});

test('a result whose call is gone is told as text, and empty messages are left out', () => {
  const told = exchanges([
    result('gone', 'leftover'),
    user(' '),
    { role: 'assistant', text: '', calls: [] },
    user('go'),
  ]);
  expect(told).toHaveLength(2);
  expect(told[0]?.text).toContain('leftover');
});

test('arguments that are no object are shown as what they were', () => {
  const args = [7, null, undefined, ['a'], 'text'];
  const messages: Message[] = args.map((each, at) => ({
    role: 'assistant',
    text: '',
    calls: [{ id: `c${at}`, tool: 'read', args: each }],
  }));
  const shown = exchanges(messages).flatMap((exchange) => (exchange.role === 'assistant' ? exchange.calls : []));
  expect(shown.map((call) => call.args.not_an_object)).toEqual([7, null, null, ['a'], 'text']);
});
