// Conversations and agents, looked at and changed through the real command.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makePlace, type Place } from './sallyport.ts';

let place: Place;
let where: readonly string[];
beforeEach(() => {
  place = makePlace();
  mkdirSync(place.workspace, { recursive: true });
  const talks = 'playbook: talks\nabout: says something\nturns:\n  - id: tell\n    say: hello to you\n';
  const policy = place.file(
    'policy.yaml',
    'policy: p\nrules:\n  - { id: r, allow: { read: ["**"] }, because: looking }\n',
  );
  where = ['--workspace', place.workspace, '--policy', policy, '--model', `playbook:${place.file('t.yaml', talks)}`];
});
afterEach(() => place.remove());

const json = async (...args: readonly string[]) => JSON.parse((await place.run([...args, '--json'])).out);

test('a session that is not there is neither shown, reset nor committed', async () => {
  for (const command of ['get', 'reset', 'commit']) {
    const { code, err } = await place.run(['session', command, 'main']);
    expect([command, code]).toEqual([command, 64]);
    expect(err).toContain('there is no session `main`');
  }
  expect((await place.run(['session', 'archive', '--older-than', 'soon'])).code).toBe(64);
  expect(await json('session', 'list')).toEqual([]);
});

test('a reset begins anew without the labels, keeps the old file, and is on record', async () => {
  await place.run(['run', 'hi', '--session', 'main', '--label', 'untrusted', ...where]);
  const before = await json('session', 'get', 'main');
  expect(before).toMatchObject({ key: 'agent:main:main', number: 1, labels: ['untrusted'], runs: 1, open: [] });
  const shown = await place.run(['session', 'get', 'main']);
  expect(shown.out).toContain('hello to you');
  expect((await place.run(['session', 'reset', 'main'])).code).toBe(0);
  expect(await json('session', 'get', 'main')).toMatchObject({ number: 2, labels: [], lines: [] });
  expect(await json('session', 'get', before.id)).toMatchObject({ number: 1, isCurrent: false, runs: 1 });
  expect((await json('session', 'list')).map(({ number }: { number: number }) => number)).toEqual([2]);
  expect(await json('session', 'list', '--all')).toHaveLength(2);
  const { out } = await place.run(['audit', 'export']);
  const records = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(records.find(({ type }) => type === 'session-closed').body).toMatchObject({
    session: 'agent:main:main',
    transcript: before.id,
    how: 'reset',
    labels: ['untrusted'],
  });
});

test('old conversations are moved away, and newer ones stay', async () => {
  await place.run(['run', 'hi', '--session', 'old', ...where]);
  await place.run(['run', 'hi', '--session', 'new', ...where]);
  const old = await json('session', 'get', 'old');
  utimesSync(old.path, 1_000_000, 1_000_000);
  const { archived, left } = await json('session', 'archive', '--older-than', '1d');
  expect(left).toEqual([]);
  expect(archived).toMatchObject([{ key: 'agent:main:old', id: old.id }]);
  expect(existsSync(archived[0].to)).toBe(true);
  expect((await json('session', 'list')).map(({ key }: { key: string }) => key)).toEqual(['agent:main:new']);
});

test('the workspace is committed with the session and run that left it so', async () => {
  await place.run(['run', 'hi', '--session', 'main', ...where]);
  writeFileSync(join(place.workspace, 'report.md'), 'all is well\n');
  const done = await json('session', 'commit', 'main', '--workspace', place.workspace);
  expect(done).toMatchObject({ isNew: true, files: 1, session: 'agent:main:main' });
  const log = execFileSync('git', ['--git-dir', done.repository, 'log', '--format=%B'], { encoding: 'utf8' });
  expect(log).toContain(`Session: agent:main:main\nRun: ${done.run}`);
  expect(done.run).toMatch(/^run-/);
});

const configText = '# ours\nmodel: anthropic # the good one\nagents:\n  ops:\n    model: openai # cheap\n';

test('a change that makes no sense, or would not load, changes nothing', async () => {
  mkdirSync(place.home, { recursive: true });
  const path = join(place.home, 'config.yaml');
  writeFileSync(path, configText);
  const log = join(place.home, 'logs', 'config-audit.jsonl');
  for (const wrong of [
    ['agent', 'add', '../x'],
    ['agent', 'add', 'ops'],
    ['agent', 'config', 'ops', 'shell', 'x'],
    ['agent', 'config', 'ops', 'model', 'a', 'b'],
    ['agent', 'config', 'ops', 'model', ''],
  ]) {
    expect([wrong, (await place.run(wrong)).code]).not.toEqual([wrong, 0]);
    expect(readFileSync(path, 'utf8')).toBe(configText);
  }
  expect(existsSync(log)).toBe(false);
});

test('agents are added and changed in config.yaml: comments stay, and each change is logged', async () => {
  mkdirSync(place.home, { recursive: true });
  const path = join(place.home, 'config.yaml');
  writeFileSync(path, configText);
  const log = join(place.home, 'logs', 'config-audit.jsonl');
  expect((await place.run(['agent', 'add', 'dev', '--policy', 'a.yaml', '--policy', 'b.yaml'])).code).toBe(0);
  expect((await place.run(['agent', 'config', 'ops', 'model', 'openai:gpt-5'])).code).toBe(0);
  expect((await place.run(['agent', 'config', 'dev', 'policies', '--unset'])).code).toBe(0);
  const after = readFileSync(path, 'utf8');
  expect(after).toContain('# ours\nmodel: anthropic # the good one');
  expect(after).toContain('model: openai:gpt-5 # cheap');
  expect(await json('agent', 'config', 'ops')).toEqual({ model: 'openai:gpt-5' });
  const changes = readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).changes[0]);
  expect(changes).toEqual([
    { key: 'agents.dev', before: null, after: { policies: ['a.yaml', 'b.yaml'] } },
    { key: 'agents.ops.model', before: 'openai', after: 'openai:gpt-5' },
    { key: 'agents.dev.policies', before: ['a.yaml', 'b.yaml'], after: null },
  ]);
  expect((await json('agent', 'list')).map(({ agent }: { agent: string }) => agent)).toEqual(['dev', 'main', 'ops']);
  expect(await json('agent', 'status', 'ops')).toMatchObject({ model: 'openai:gpt-5', halted: '', questions: [] });
});
