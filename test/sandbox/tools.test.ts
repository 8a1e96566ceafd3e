import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { builtInTools } from '../../src/sandbox/tools/index.ts';
import { createTestSandbox, said } from './isolate-harness.ts';

const sandbox = createTestSandbox();
afterAll(() => sandbox[Symbol.asyncDispose]());

const put = (name: string, content: string | Buffer) => {
  mkdirSync(join(sandbox.workspace, name, '..'), { recursive: true });
  writeFileSync(join(sandbox.workspace, name), content);
};
const parsed = (tool: string, args: unknown) => builtInTools.get(tool)?.input.parse(args) ?? {};
const use = async (tool: string, args: unknown, grants = {}) =>
  said(await sandbox.call(tool, parsed(tool, args), { read: ['.'], write: ['.'], ...grants }));

test('without a grant no tool reads or writes anything', async () => {
  put('closed.txt', 'secret');
  const none = { read: [], write: [] };
  for (const [tool, args] of [
    ['read', { path: 'closed.txt' }],
    ['list', { path: '.' }],
    ['search', { pattern: 'secret', path: 'closed.txt' }],
    ['edit', { path: 'closed.txt', find: 'secret', replace: '' }],
    ['js', { code: 'await host.readText("closed.txt")' }],
  ] as const) {
    expect(await use(tool, args, none), tool).toMatch(/^failed: .*outside what this call may read/);
  }
  expect(await use('write', { path: 'new.txt', content: 'x' }, none)).toMatch(/outside what this call may write/);
  expect(await use('http', { url: 'http://127.0.0.1:9/' }, none)).toMatch(/not granted to this call/);
});

test('every tool refuses arguments it does not know', () => {
  for (const tool of builtInTools.values()) {
    expect(tool.input.safeParse({ path: 'a', surprise: 1 }).success, tool.name).toBe(false);
    expect(tool.input.safeParse({ path: 'a\0b' }).success, tool.name).toBe(false);
  }
});

test('exec takes either a command or an argv, never both or neither', () => {
  const takes = (args: unknown) => builtInTools.get('exec')?.input.safeParse(args).success;
  expect(takes({})).toBe(false);
  expect(takes({ command: 'ls', argv: ['ls'] })).toBe(false);
  expect(takes({ command: '' })).toBe(false);
  expect(takes({ argv: [] })).toBe(false);
  expect(takes({ command: 'ls' })).toBe(true);
  expect(takes({ argv: ['ls', '-l'], stdin: 'x' })).toBe(true);
});

test('every tool has a schema that a model can be shown, an object at the top', () => {
  for (const tool of builtInTools.values()) {
    const schema = z.toJSONSchema(tool.input);
    expect(schema.type, tool.name).toBe('object');
    expect(schema.additionalProperties, tool.name).toBe(false);
    expect(tool.description.length, tool.name).toBeGreaterThan(60);
  }
});

test('read shows numbered lines, a part of them, and where to continue', async () => {
  put('lines.txt', 'one\ntwo\r\nthree\nfour');
  expect(await use('read', { path: 'lines.txt' })).toBe('     1\tone\n     2\ttwo\n     3\tthree\n     4\tfour');
  expect(await use('read', { path: 'lines.txt', fromLine: 2, lines: 2 })).toBe(
    '     2\ttwo\n     3\tthree\n(more: continue with fromLine 4)',
  );
  expect(await use('read', { path: 'lines.txt', fromLine: 9 })).toBe('(the file has 4 lines)');
  put('empty.txt', '');
  expect(await use('read', { path: 'empty.txt' })).toBe('(the file is empty)');
});

test('read refuses what is not text, not there or a directory, in words for a model', async () => {
  put('binary', Buffer.from([1, 0, 2]));
  expect(await use('read', { path: 'binary' })).toBe('failed: `binary` is not a text file');
  expect(await use('read', { path: 'nowhere' })).toBe('failed: `nowhere` is not there');
  expect(await use('read', { path: '.' })).toBe('failed: `.` is a directory');
});

test('read joins parts of a long file without a torn character', async () => {
  const line = `${'ä€😀'.repeat(40)}x\n`;
  put('long.txt', line.repeat(8_000));
  const output = await use('read', { path: 'long.txt', fromLine: 7_990 });
  expect(output).not.toContain('\uFFFD');
  expect(output.split('\n')).toHaveLength(11);
});

test('list shows kinds and goes as deep as it is told', async () => {
  put('tree/a.txt', 'a');
  put('tree/deep/deeper/b.txt', 'b');
  expect(await use('list', { path: 'tree' })).toBe('a.txt\ndeep/');
  expect(await use('list', { path: 'tree', depth: 3 })).toBe('a.txt\ndeep/\ndeep/deeper/\ndeep/deeper/b.txt');
});

test('search finds lines with context, counts them and stops early', async () => {
  put('logs/a.log', 'ok\nerror one\nok\nok\nok\nerror two\n');
  put('logs/b.txt', 'Error three\n');
  expect(await use('search', { pattern: 'error', path: 'logs' })).toBe(
    'logs/a.log:2:error one\nlogs/a.log:6:error two\n(2 matching lines in 1 of 2 files)',
  );
  expect(await use('search', { pattern: 'error t', path: 'logs', ignoreCase: true, glob: '*.txt' })).toBe(
    'logs/b.txt:1:Error three\n(1 matching lines in 1 of 1 files)',
  );
  expect(await use('search', { pattern: 'one', path: 'logs/a.log', context: 1 })).toBe(
    'logs/a.log-1-ok\nlogs/a.log:2:error one\nlogs/a.log-3-ok\n(1 matching lines in 1 of 1 files)',
  );
  expect(await use('search', { pattern: '.', path: 'logs', max: 1 })).toContain('stopped early');
});

test('search globs cross directories only with two stars', async () => {
  put('globs/x/y/z.ts', 'here');
  const found = (glob: string) => use('search', { pattern: 'here', path: 'globs', glob });
  expect(await found('x/*.ts')).toContain('(0 matching');
  expect(await found('x/**/*.ts')).toContain('globs/x/y/z.ts:1:here');
  expect(await found('**/z.?s')).toContain('globs/x/y/z.ts:1:here');
  expect(await found('z.ts')).toContain('globs/x/y/z.ts:1:here');
});

test('search finds a match that lies across two parts of a long file', async () => {
  put('wide.log', `${'x'.repeat(1_048_570)} needle in the middle\nend\n`);
  expect(await use('search', { pattern: 'needle in the middle$', path: 'wide.log' })).toContain('1 matching lines');
});

test('write makes directories on the way and replaces a file whole, keeping its mode', async () => {
  expect(await use('write', { path: 'made/on/the/way.txt', content: 'höhö' })).toBe(
    'wrote 6 bytes to `made/on/the/way.txt`',
  );
  put('tool.sh', 'old');
  const path = join(sandbox.workspace, 'tool.sh');
  const before = statSync(path);
  await use('write', { path: 'tool.sh', content: 'new' });
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(statSync(path).mode).toBe(before.mode);
});

test('edit changes exactly one place, or says why not and changes nothing', async () => {
  put('edit.txt', 'a b a');
  const now = () => readFileSync(join(sandbox.workspace, 'edit.txt'), 'utf8');
  expect(await use('edit', { path: 'edit.txt', find: 'a', replace: 'x' })).toMatch(/is there 2 times/);
  expect(await use('edit', { path: 'edit.txt', find: 'z', replace: 'x' })).toMatch(/not in it/);
  expect(now()).toBe('a b a');
  expect(await use('edit', { path: 'edit.txt', find: 'b', replace: '$& $1' })).toMatch(/replaced 1 place /);
  expect(now()).toBe('a $& $1 a');
  expect(await use('edit', { path: 'edit.txt', find: 'a', replace: 'c', all: true })).toMatch(/replaced 2 places/);
  expect(now()).toBe('c $& $1 c');
  put('latin1.txt', Buffer.from([0x61, 0xe4, 0x62]));
  expect(await use('edit', { path: 'latin1.txt', find: 'a', replace: 'b' })).toMatch(/not plain UTF-8/);
});

test('js returns an expression or what its body returns, as JSON, with what it logged', async () => {
  expect(await use('js', { code: '1 + 1' })).toBe('2');
  expect(await use('js', { code: 'const a = 20; return a + input.b', input: { b: 22 } })).toBe('42');
  expect(await use('js', { code: 'console.log("seen", { a: 1 }); return "x"' })).toBe(
    '"x"\n--- console ---\nseen {"a":1}\n',
  );
  expect(await use('js', { code: 'if (true) {}' })).toBe('(no value: use `return`)');
  expect(await use('js', { code: 'return 1n' })).toMatch(/^failed: TypeError: /);
  expect(await use('js', { code: 'return ((' })).toMatch(/^failed: SyntaxError: /);
  expect(await use('js', { code: 'throw new RangeError("no")' })).toBe('failed: RangeError: no');
});

test('js can read what its rule grants, and neither write nor connect', async () => {
  put('data.json', '[1,2,3]');
  expect(await use('js', { code: 'JSON.parse((await host.readText("data.json")).text).length' })).toBe('3');
  expect(await use('js', { code: 'Object.keys(host)' })).toBe('[\n "readText",\n "list",\n "stat"\n]');
});
