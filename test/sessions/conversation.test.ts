import fc from 'fast-check';
import { expect, test } from 'vitest';
import { noGrants } from '../../src/kernel/limits.ts';
import { findPrivateAt, nothingPrivate } from '../../src/kernel/private-parts.ts';
import { createRedactor } from '../../src/kernel/redactor.ts';
import type { CallResult, Message } from '../../src/kernel/types.ts';
import { readConversation, recentMessages } from '../../src/sessions/conversation.ts';
import { hideMessages } from '../../src/sessions/hide-message.ts';
import type { TranscriptLine } from '../../src/sessions/transcript-line.ts';

const result = (outcome: CallResult['outcome'], labels: readonly string[], output = ''): CallResult => ({
  ...{ outcome, output, because: '', effects: [], grants: noGrants, digest: '', rules: [], labels, edit: null },
  verdict: 'allow',
  ms: { classify: 0, decide: 0, approve: 0, record: 0, execute: 0 },
});
const line = (run: string, message: Message, labels: readonly string[] = []): TranscriptLine => ({
  ...{ type: 'message', run, at: 1, labels, message },
});
const user = (text: string): Message => ({ role: 'user', text });
const tool = (of: CallResult): Message => ({ role: 'tool', callId: 'c', tool: 'read', result: of });

async function* each(lines: readonly TranscriptLine[]): AsyncGenerator<TranscriptLine> {
  yield* lines;
}

test('an empty transcript is a conversation in which nothing was said', async () => {
  expect(await readConversation(each([]))).toEqual({ said: [], labels: [], open: [], runs: 0, tokens: 0 });
});

test('labels only grow, and what was refused brings none', async () => {
  const conversation = await readConversation(
    each([
      line('run-1', user('hello'), ['private']),
      line('run-1', tool(result('refused', ['never']))),
      line('run-1', tool(result('unknown', ['untrusted']))),
      { type: 'run', run: 'run-1', at: 2, phase: 'end', because: '', labels: ['also'], usage: { tokens: 5 } },
      line('run-2', user('again')),
    ]),
  );
  expect(conversation).toMatchObject({ labels: ['also', 'private', 'untrusted'], open: ['run-2'], runs: 2, tokens: 5 });
});

test('a model hears the last whole exchanges that fit, and none where the last one does not', () => {
  const messages = [user('aaaa'), { role: 'assistant', text: 'bbbb', calls: [] } as const, user('cc'), user('dd')];
  expect(recentMessages(messages, 1)).toEqual([]);
  expect(recentMessages(messages, 7)).toEqual(messages.slice(2));
  expect(recentMessages(messages, 13)).toEqual(messages.slice(2));
  expect(recentMessages(messages, 14)).toEqual(messages);
});

test('what a model hears starts with a user and is the end of what was said', () => {
  const message = fc.constantFrom<Message>(
    user('u'),
    { role: 'assistant', text: 'abc', calls: [] },
    tool(result('ok', [], 'out')),
  );
  fc.assert(
    fc.property(fc.array(message), fc.nat(40), (messages, max) => {
      const recent = recentMessages(messages, max);
      expect(recent).toEqual(messages.slice(messages.length - recent.length));
      if (recent.length > 0) expect(recent[0]?.role).toBe('user');
    }),
  );
});

test('P10: a transcript holds no secret and no private argument, wherever they come back', () => {
  const secret = 'hunter2-hunter2';
  const redact = createRedactor([secret]);
  const findPrivate = findPrivateAt(['http.headers.authorization']);
  const args = { url: 'https://x.test', headers: { Authorization: 'Bearer 1234567890' }, note: secret };
  const hidden = hideMessages(
    [
      user(`use ${secret}`),
      { role: 'assistant', text: 'I send Bearer 1234567890', calls: [{ id: 'c', tool: 'http', args }] },
      tool(result('ok', [], `echo Bearer 1234567890 ${Buffer.from(secret).toString('hex')}`)),
    ],
    { redact, findPrivate },
  );
  const text = JSON.stringify(hidden);
  expect(text).not.toContain('1234567890');
  expect(text).not.toContain(secret);
  expect(text).not.toContain(Buffer.from(secret).toString('hex'));
  expect(text).toContain('[private]');
  expect(text).toContain('https://x.test');
});

test('arguments that are no data are kept as none', () => {
  const odd = { id: 'c', tool: 'read', args: { a: () => 1 } };
  const hidden = hideMessages([{ role: 'assistant', text: '', calls: [odd] }], {
    redact: (text) => text,
    findPrivate: nothingPrivate,
  });
  expect(hidden).toEqual([{ role: 'assistant', text: '', calls: [{ id: 'c', tool: 'read', args: null }] }]);
});
