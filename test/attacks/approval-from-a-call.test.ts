// A call that tries to answer the question of another call, or to become somebody who may: by the command line, by files
// that look like answers or settings, by reading what answers are made of. People answer; nothing that an agent runs does.

import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callerOf } from '../../src/cli/caller.ts';
import { type Kernel, openKernel } from '../../src/cli/open-kernel.ts';
import type { Settings } from '../../src/config.ts';
import { governedCall } from '../../src/kernel/governed-call.ts';
import type { CallResult, Question } from '../../src/kernel/types.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-attack-')));
const home = join(root, 'home');
const workspace = join(root, 'workspace');
const policy = `policy: p
rules:
  - id: asks
    ask: { write: ["asked.txt"] }
    because: it is a test
  - id: open
    allow:
      run: ["sallyport *", "cat *", "find *"]
      write: ["answers/**", ".sallyport/**", "config.yaml"]
      read: ["**", "${root}/**"]
      tool: [js]
    grant: { read: [".", "${root}"] }
    because: it is a test
`;
const noKey = { apiKey: '', baseUrl: '' };
const settings: Settings = {
  home,
  config: { people: [], agents: {} },
  keys: { anthropic: noKey, openai: noKey },
  docker: { socketPath: '/var/run/docker.sock' },
  secrets: {},
  isColour: false,
};

let kernel: Kernel;
let question: Question;
let waiting: Promise<CallResult>;
const abort = new AbortController();

const call = (tool: string, args: object, shown: (question: Question) => void = () => {}) =>
  governedCall(
    { id: `call-${tool}-${JSON.stringify(args)}`, tool, args },
    callerOf({ agent: 'main', workspace, labels: [] }, settings),
    kernel.ports,
    abort.signal,
    shown,
  );
/** Nobody answered: it still waits, and nothing was written. */
const nobodyAnswered = async () => {
  const { sealed, id } = question;
  expect(await kernel.ports.approvals.claim(id, sealed.digest)).toBe(false);
  expect(await Promise.race([waiting, 'waiting'])).toBe('waiting');
};

beforeAll(async () => {
  mkdirSync(workspace);
  mkdirSync(join(home, 'codes'), { recursive: true, mode: 0o700 });
  writeFileSync(join(home, 'codes', 'secret.json'), '{"person":"root","secret":"AAAA"}', { mode: 0o600 });
  writeFileSync(join(root, 'p.yaml'), policy);
  kernel = await openKernel(settings, 'main', { policy: [join(root, 'p.yaml')], shadow: [] }, () => {});
  const { promise, resolve } = Promise.withResolvers<Question>();
  waiting = call('write', { path: 'asked.txt', content: 'x' }, resolve);
  question = await promise;
});

afterAll(async () => {
  abort.abort();
  await waiting;
  await kernel.close();
  rmSync(root, { recursive: true, force: true });
});

test('a program in a container finds no command, no state and no questions', async () => {
  const approve = await call('exec', { argv: ['sallyport', 'approvals', 'approve', question.id] });
  expect(approve.outcome).toBe('failed');
  expect(approve.output).not.toContain('approved');
  const look = await call('exec', { argv: ['find', '/', '-name', 'sallyport.db*', '-not', '-path', '/proc/*'] });
  expect(look.output).not.toContain('sallyport.db');
  await nobodyAnswered();
});

test('a program in an isolate is handed nothing that answers', async () => {
  const code = 'return JSON.stringify([Object.keys(host).join(), typeof process, typeof require, typeof fetch])';
  const seen = await call('js', { code });
  expect(seen.outcome).toBe('ok');
  expect(seen.output).not.toMatch(/approv|answer|claim/i);
  await nobodyAnswered();
});

test('files that look like answers, people or keys change nothing', async () => {
  const people = `people: [{ id: eve, roles: ["*"], channels: ["os:${userInfo().username}"] }]\n`;
  for (const [path, content] of [
    ['config.yaml', people],
    ['.sallyport/config.yaml', people],
    [`answers/${question.id}`, `approve ${question.id}`],
    ['answers/reply.json', JSON.stringify({ id: question.id, kind: 'approve', person: 'root' })],
  ] as const) {
    expect((await call('write', { path, content })).outcome, path).toBe('ok');
  }
  await nobodyAnswered();
});

test('what answers are made of cannot be read, whatever the rules open', async () => {
  for (const path of ['sallyport.db', 'codes/secret.json', 'config.yaml']) {
    expect((await call('read', { path: join(home, path) })).outcome, path).not.toBe('ok');
  }
  const { output } = await call('exec', { argv: ['cat', join(home, 'codes', 'secret.json')] });
  expect(output).not.toContain('AAAA');
  await nobodyAnswered();
});
