// A conversation that goes on from one run to the next, through the real command.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makePlace, type Place } from './sallyport.ts';

let place: Place;
let where: readonly string[];
const policyText = `policy: p
rules:
  - id: looks
    allow: { read: ["**"] }
    because: looking changes nothing
  - id: writes-ask
    ask: { write: ["*.txt"] }
    grant: { write: ["*.txt"] }
    because: somebody has to look
`;
const looks = `playbook: looks
about: looks at the workspace
turns:
  - id: look
    calls:
      - { id: first, tool: list, args: { path: "." } }
  - id: tell
    say: that is all
`;
const writes = `playbook: writes
about: writes a file
turns:
  - id: write
    calls:
      - { id: one, tool: write, args: { path: a.txt, content: "once\\n" } }
  - id: tell
    say: it is written
`;

beforeEach(() => {
  place = makePlace();
  mkdirSync(place.workspace, { recursive: true });
  const policy = place.file('policy.yaml', policyText);
  const model = `playbook:${place.file('looks.yaml', looks)}`;
  where = ['--workspace', place.workspace, '--policy', policy, '--model', model];
});
afterEach(() => place.remove());

const folder = (agent = 'main') => join(place.home, 'agents', agent, 'sessions');
const transcripts = () => readdirSync(folder()).filter((name) => name.endsWith('.jsonl'));
const linesOf = (name: string) =>
  readFileSync(join(folder(), name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const only = () => linesOf(transcripts()[0] ?? '');
const say = (message: string, ...more: readonly string[]) =>
  place.run(['run', message, '--session', 'main', ...more, ...where]);
const callersLabels = async (): Promise<readonly unknown[]> =>
  (await place.run(['audit', 'export'])).out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type === 'run-started')
    .map(({ body }) => [body.caller.session, body.caller.labels]);

test('what is no session, or that of another agent, runs nothing', async () => {
  for (const session of ['', '..', 'a/b', 'a:b', 'agent:main:../x', 'agent:main:%61']) {
    const { code, err } = await place.run(['run', 'hello', '--session', session, ...where]);
    expect([session, code]).toEqual([session, 64]);
    expect(err).toContain('could not use the session');
  }
  const other = await place.run(['run', 'hello', '--session', 'agent:ops:main', '--agent', 'main', ...where]);
  expect(other.code).toBe(64);
  expect(other.err).toContain('is not of agent `main`');
  expect(() => readdirSync(folder())).toThrow();
});

test('a run hears what was said before, and what it says is written down', async () => {
  expect((await say('first')).code).toBe(0);
  expect((await say('second')).code).toBe(0);
  const [header, ...lines] = only();
  expect(header).toMatchObject({ type: 'session', key: 'agent:main:main', number: 1 });
  const seen = lines.map(({ type, message, phase }) => (type === 'run' ? phase : message.role));
  const turn = ['user', 'assistant', 'tool', 'assistant', 'end'];
  expect(seen).toEqual([...turn, ...turn]);
  // The playbook counts its steps on from those it hears of.
  expect(lines.flatMap(({ message }) => message?.calls?.map(({ id }: { id: string }) => id) ?? [])).toEqual([
    '1_look_1_first',
    '2_look_1_first',
  ]);
  expect(new Set(lines.map(({ run }) => run)).size).toBe(2);
});

test('labels stay with the session whatever a later run starts with, and with that session alone', async () => {
  await say('first', '--label', 'untrusted');
  await say('second');
  await place.run(['run', 'third', '--session', 'other', ...where]);
  await place.run(['run', 'fourth', ...where]);
  expect(await callersLabels()).toEqual([
    ['agent:main:main', ['untrusted']],
    ['agent:main:main', ['untrusted']],
    ['agent:main:other', []],
    ['agent:main:cli', []],
  ]);
});

test('P11: what a killed process did not write down comes from the ledger before anything new is said', async () => {
  await say('first', '--label', 'private');
  const [name = ''] = transcripts();
  const whole = only();
  for (const kept of [2, 3, 4, 5]) {
    const text = whole.slice(0, kept).map((line) => `${JSON.stringify(line)}\n`);
    writeFileSync(join(folder(), name), `${text.join('')}{"type":"mess`);
    expect((await say('again')).code).toBe(0);
    const said = only();
    const plain = (lines: readonly { type: string; message: unknown; run: string }[]) =>
      lines.map(({ type, message, run }) => ({ type, message, run }));
    expect(plain(said.slice(0, whole.length))).toEqual(plain(whole));
    expect(said.at(-1).labels).toContain('private');
  }
});

test('P11: a session whose run waits for people says so; going on with the run finishes it in the session', async () => {
  await say('first');
  const model = `playbook:${place.file('writes.yaml', writes)}`;
  const asking = place.start(['run', 'write', '--session', 'main', ...where.slice(0, 4), '--model', model]);
  const id = /approval ([a-z][a-z0-9]{5,11}):/.exec(await asking.saidOnError('waiting for an answer'))?.[1] ?? '';
  const busy = await say('meanwhile');
  expect(busy.code).toBe(1);
  expect(busy.err).toContain('busy in another process');
  asking.process.kill('SIGKILL');
  await asking.ended;
  const waiting = await say('meanwhile');
  expect(waiting.code).toBe(1);
  expect(waiting.err).toContain('sallyport continue');
  expect((await place.run(['approvals', 'approve', id])).code).toBe(0);
  expect((await place.run(['continue', id])).code).toBe(0);
  expect(readFileSync(join(place.workspace, 'a.txt'), 'utf8')).toBe('once\n');
  const roles = only().map(({ type, message, phase }) => message?.role ?? phase ?? type);
  expect(roles).toEqual([
    ...['session', 'user', 'assistant', 'tool', 'assistant', 'end'],
    ...['user', 'assistant', 'tool', 'assistant', 'end'],
  ]);
  expect((await say('and now')).code).toBe(0);
}, 150_000);
