import { expect, test } from 'vitest';
import type { Effect } from '../../src/kernel/types.ts';
import { gatherEvidence } from './evidence.ts';
import type { TraceEvent } from './strace.ts';
import { findUnmentioned, findUnnamed } from './unnamed.ts';

const workspace = '/home/op/project';
const links = new Map([['/workspace/inlink', 'logs']]);

const exec = (pid: number, ...argv: string[]): TraceEvent => ({ kind: 'exec', pid, path: `/usr/bin/${argv[0]}`, argv });
const touch = (kind: 'read' | 'write', pid: number, path: string, succeeded = true): TraceEvent => ({
  kind,
  pid,
  path,
  succeeded,
  followsLast: true,
});
const run = (...argv: string[]): Effect => ({
  kind: 'run',
  argv,
  assignments: [],
  spellings: [],
  outside: [],
  standing: 'own',
});
const path = (kind: 'read' | 'write', absolute: string): Effect => ({
  kind,
  path: absolute,
  absolute,
  standing: 'own',
});

/** `env`, `timeout` and `bash` start every line; 2 is the process of bash. */
const starters: readonly TraceEvent[] = [
  exec(1, 'env'),
  exec(1, 'timeout'),
  { kind: 'fork', pid: 1, child: 2 },
  exec(2, 'bash'),
];
const unnamed = (events: readonly TraceEvent[], effects: readonly Effect[]): string[] =>
  findUnnamed(gatherEvidence([...starters, ...events], links), effects, workspace);

test('without effects everything that happened is unnamed', () => {
  const events = [exec(2, 'ls', '-l'), touch('read', 2, '/workspace/a'), touch('write', 2, '/tmp/b', false)];
  expect(unnamed(events, [])).toEqual([
    'ran ["ls","-l"] (started by bash)',
    'read /workspace/a (by ls)',
    'write /tmp/b (by ls)',
  ]);
});

test('one word more, less or other is another command', () => {
  const effects = [run('ls', '-l')];
  expect(unnamed([exec(2, 'ls', '-l')], effects)).toEqual([]);
  for (const argv of [['ls'], ['ls', '-l', 'a'], ['ls', '-a'], ['dir', '-l']]) {
    expect(unnamed([exec(2, ...argv)], effects)).toHaveLength(1);
  }
});

test('a read names no write, and a write no read; below a named directory all is named', () => {
  const [read, write] = [touch('read', 2, '/workspace/logs/a'), touch('write', 2, '/workspace/logs/a')];
  expect(unnamed([read, write], [path('read', `${workspace}/logs`)])).toEqual(['write /workspace/logs/a (by bash)']);
  expect(unnamed([read, write], [path('write', `${workspace}/logs`)])).toEqual(['read /workspace/logs/a (by bash)']);
  expect(unnamed([touch('read', 2, '/workspace/logs2')], [path('read', `${workspace}/logs`)])).toHaveLength(1);
});

test('a file reached through a symlink is the file behind it', () => {
  const through = touch('write', 2, '/workspace/inlink/new', false);
  expect(unnamed([through], [path('write', `${workspace}/logs/new`)])).toEqual([]);
  expect(unnamed([through], [path('write', `${workspace}/inlink/new`)])).toEqual([
    'write /workspace/logs/new (by bash)',
  ]);
});

test('only programs that add names may start a command with more words than were named', () => {
  const started = (by: string) => [
    exec(2, by, 'cat'),
    { kind: 'fork' as const, pid: 2, child: 3 },
    exec(3, 'cat', 'a'),
  ];
  expect(unnamed(started('xargs'), [run('xargs', 'cat'), run('cat')])).toEqual([]);
  expect(unnamed(started('timeout'), [run('timeout', 'cat'), run('cat')])).toEqual([
    'ran ["cat","a"] (started by timeout)',
  ]);
  expect(unnamed(started('xargs'), [run('xargs', 'cat'), run('tac')])).toEqual(['ran ["cat","a"] (started by xargs)']);
});

test('a word that is not known before it runs stands for any text where it stands, and nothing else does', () => {
  const effects = [run('echo', '"$X"'), run('cat', '\'a \'"$X"'), run('wc', "<('ls')"), run('printf', '$X')];
  expect(unnamed([exec(2, 'echo', 'x'), exec(2, 'cat', 'a b'), exec(2, 'wc', '/dev/fd/63')], effects)).toEqual([]);
  expect(unnamed([exec(2, 'echo', 'x', 'y')], effects)).toHaveLength(1);
  expect(unnamed([exec(2, 'cat', 'b')], effects)).toHaveLength(1);
  expect(unnamed([exec(2, 'wc', '/etc/passwd')], effects)).toHaveLength(1);
  expect(unnamed([exec(2, 'printf', 'x')], effects)).toHaveLength(1);
});

test('what a program starts for its own work is its own, and nobody else’s', () => {
  const zip = [exec(2, 'tar'), exec(2, 'gzip')];
  expect(unnamed(zip, [run('tar')])).toEqual([]);
  expect(unnamed([exec(2, 'ls'), exec(2, 'gzip')], [run('ls')])).toEqual(['ran ["gzip"] (started by ls)']);
});

test('of a command that is not known as a whole, every program is at least mentioned', () => {
  const evidence = gatherEvidence([...starters, exec(2, 'ls', 'x'), exec(2, 'cat', 'y')], links);
  const opaque: Effect = { kind: 'opaque', text: 'eval "ls -l"', why: 'evaluated', standing: 'own' };
  expect(findUnmentioned(evidence, [opaque])).toEqual(['ran ["cat","y"] (started by ls)']);
  expect(findUnmentioned(evidence, [opaque, run('cat')])).toEqual([]);
});
