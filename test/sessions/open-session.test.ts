import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { nothingPrivate } from '../../src/kernel/private-parts.ts';
import type { RunEnd } from '../../src/kernel/run.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { type JournaledRun, OpenRunError, openSession, type SessionPorts } from '../../src/sessions/open-session.ts';
import { createSessionFolder } from '../../src/sessions/session-folder.ts';
import { temporaryFolder } from '../fixtures/temporary-store.ts';

const ports = (journaled: JournaledRun = 'unknown'): SessionPorts => ({
  clock: systemClock,
  discretion: { redact: (text) => text.replaceAll('hunter2', '[secret]'), findPrivate: nothingPrivate },
  journal: async () => journaled,
});
const ended = (messages: RunEnd['messages'], labels: readonly string[] = []): RunEnd => ({
  ...{ phase: 'end', because: '', messages, labels, tokens: 3 },
});
const begun = () => createSessionFolder(temporaryFolder(), systemClock).open('agent:main:main');
const answer = { role: 'assistant', text: 'hi hunter2', calls: [] } as const;

test('nothing new is said in a session while a run of it has no end', async () => {
  const file = await begun();
  await (await openSession(file, 'run-1', ports())).begin('hello', []);
  const before = readFileSync(file.path);
  await expect(openSession(file, 'run-2', ports('open'))).rejects.toThrow(OpenRunError);
  expect(readFileSync(file.path)).toEqual(before);
});

test('a run that never started is written down as that, and its message is heard', async () => {
  const file = await begun();
  await (await openSession(file, 'run-1', ports())).begin('hello', ['untrusted']);
  const session = await openSession(file, 'run-2', ports('unknown'));
  expect(session).toMatchObject({ history: [{ role: 'user', text: 'hello' }], labels: ['untrusted'], leftOut: 0 });
  expect(readFileSync(file.path, 'utf8')).toContain('it never started');
});

test('what the ledger knows beyond the transcript is added once', async () => {
  const file = await begun();
  await (await openSession(file, 'run-1', ports())).begin('hello', []);
  const known = ended([{ role: 'user', text: 'hello' }, answer], ['private']);
  await openSession(file, 'run-2', ports(known));
  const text = readFileSync(file.path, 'utf8');
  const session = await openSession(file, 'run-3', ports('open'));
  expect(session.history).toEqual([
    { role: 'user', text: 'hello' },
    { role: 'assistant', text: 'hi [secret]', calls: [] },
  ]);
  expect(session.labels).toEqual(['private']);
  expect(readFileSync(file.path, 'utf8')).toBe(text);
});

test('a run that goes on hears what was before it, and adds only what is not there', async () => {
  const file = await begun();
  const first = await openSession(file, 'run-1', ports());
  await first.begin('hello', []);
  await first.end(ended([{ role: 'user', text: 'hello' }, answer]));
  await (await openSession(file, 'run-2', ports())).begin('more', []);
  const again = await openSession(file, 'run-2', ports('open'));
  expect(again.history).toHaveLength(2);
  await again.end(ended([...again.history, { role: 'user', text: 'more' }, answer]));
  const last = await openSession(file, 'run-3', ports('open'));
  expect(last.history.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
});
