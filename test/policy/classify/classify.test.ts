import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { Tool } from '../../../src/kernel/types.ts';
import { createClassifier } from '../../../src/policy/classify/classify.ts';
import { caller } from '../situations.ts';

const base: Tool = {
  name: 'read',
  description: 'reads',
  input: z.strictObject({ path: z.string(), lines: z.int().default(10) }),
  sandbox: 'isolate',
  effects: [{ kind: 'read', argument: 'path' }],
  labels: ['zebra', 'ant'],
  program: 'return host.read(args.path)',
};
const copy: Tool = {
  ...base,
  name: 'copy',
  input: z.strictObject({ from: z.string(), to: z.string() }),
  effects: [
    { kind: 'read', argument: 'from' },
    { kind: 'write', argument: 'to' },
  ],
};
const fetchTool: Tool = {
  ...base,
  name: 'fetch',
  input: z.strictObject({ url: z.string(), method: z.string().default('GET'), key: z.string().default('k') }),
  effects: [
    { kind: 'connect', argument: 'url', methodArgument: 'method' },
    { kind: 'secret', argument: 'key' },
  ],
};
const js: Tool = { ...base, name: 'js', input: z.strictObject({ code: z.string() }), effects: [] };
const exec: Tool = {
  ...base,
  name: 'exec',
  sandbox: 'container',
  input: z.strictObject({
    command: z.string().exactOptional(),
    argv: z.array(z.string()).exactOptional(),
    stdin: z.string().exactOptional(),
  }),
  effects: [{ kind: 'command' }],
};
const throwing: Tool = {
  ...base,
  name: 'throwing',
  input: z.strictObject({
    path: z.string().refine(() => {
      throw new Error('the schema broke');
    }),
  }),
};
const tools = new Map([base, copy, fetchTool, js, exec, throwing].map((tool) => [tool.name, tool]));

let root = '';
let workspace = '';
beforeAll(async () => {
  root = await realpath(await mkdtemp('/var/tmp/sallyport-classify-'));
  workspace = join(root, 'home/agents/main/workspace');
  await mkdir(workspace, { recursive: true });
  await writeFile(join(workspace, 'a.txt'), '');
  await symlink(join(root, 'home/secrets'), join(workspace, 'to-secrets'));
  await symlink(join(root, 'home/secrets'), join(root, 'detour'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const classify = (tool: string, args: unknown) =>
  createClassifier({ tools, privateDirectories: [join(root, 'home')] }).classify(
    { id: '1', tool, args },
    caller({ workspace }),
  );
const reasonOf = async (tool: string, args: unknown) => {
  const classified = await classify(tool, args);
  return classified.kind === 'unclear' ? classified.because : 'understood';
};
const actionOf = async (tool: string, args: unknown) => {
  const classified = await classify(tool, args);
  if (classified.kind === 'unclear') throw new Error(classified.because);
  return classified.action;
};

test('an unknown tool is unclear and hears which ones there are', async () => {
  expect(await reasonOf('raed', {})).toBe(
    'there is no tool "raed"; did you mean `read`? Known tools: copy, exec, fetch, js, read, throwing',
  );
  expect(await reasonOf('__proto__', {})).toContain('there is no tool');
  expect(await reasonOf('x'.repeat(100_000), {})).toContain('there is no tool');
});

test('arguments that do not fit are unclear and hear which ones', async () => {
  expect(await reasonOf('read', { path: 7, lines: 'x' })).toMatch(/`path`.*`lines`/);
  expect(await reasonOf('read', { path: 'a', extra: 1 })).toContain('extra');
  for (const args of [null, undefined, 'path', [], 7, { path: null }])
    expect(await reasonOf('read', args)).toContain('do not fit');
});

test('a schema that throws is a refusal, not a crash', async () => {
  expect(await reasonOf('throwing', { path: 'a' })).toContain('the schema broke');
});

test('defaults are filled, paths are canonical, and everything is frozen', async () => {
  const action = await actionOf('read', { path: './x/..//a.txt' });
  expect(action.args).toEqual({ path: 'a.txt', lines: 10 });
  expect(action.effects).toEqual([
    { kind: 'tool', name: 'read', standing: 'implied' },
    { kind: 'read', path: 'a.txt', absolute: join(workspace, 'a.txt'), standing: 'own' },
  ]);
  expect(action.labels).toEqual(['ant', 'zebra']);
  expect(Object.isFrozen(action.args) && Object.isFrozen(action.effects) && Object.isFrozen(action.effects[1])).toBe(
    true,
  );
});

test('a tool without other effects stands for itself', async () => {
  expect((await actionOf('js', { code: '1' })).effects).toEqual([{ kind: 'tool', name: 'js', standing: 'own' }]);
});

test('every path argument is judged', async () => {
  const action = await actionOf('copy', { from: 'a.txt', to: '/tmp/../etc/x' });
  expect(action.effects.slice(1)).toMatchObject([
    { kind: 'read', path: 'a.txt' },
    { kind: 'write', path: '/etc/x' },
  ]);
  expect(action.args).toEqual({ from: 'a.txt', to: '/etc/x' });
});

test('the state of Sallyport is reached by no call, under no spelling', async () => {
  for (const path of [
    'to-secrets',
    'to-secrets/x',
    '../sessions',
    join(root, 'home/config.yaml'),
    join(root, 'detour'),
    join(root, 'home'),
    '/',
  ]) {
    expect(await reasonOf('read', { path }), path).not.toBe('understood');
  }
  for (const command of [
    'cat to-secrets',
    'cat ../sessions/x',
    'ls ..',
    'ls > ../x',
    `ls > ${join(root, 'home/x')}`,
    `ls > ${join(root, 'detour/x')}`,
  ]) {
    const classified = await classify('exec', { command });
    const isOpaque =
      classified.kind === 'understood' && classified.action.effects.some(({ kind }) => kind === 'opaque');
    expect(classified.kind === 'unclear' || isOpaque, command).toBe(true);
  }
  const named = await actionOf('exec', { command: `cat ${join(root, 'home/config.yaml')}` });
  const own = named.effects.filter((effect) => effect.standing === 'own' && effect.kind === 'read');
  expect(own, 'a path that only the sandbox sees grants nothing').toEqual([]);
});

test('a URL, its method and a secret come out canonical', async () => {
  const action = await actionOf('fetch', { url: 'HTTP://0x7f.1:80/a#b', method: 'post' });
  expect(action.args).toEqual({ url: 'http://127.0.0.1/a', method: 'POST', key: 'k' });
  expect(action.effects.slice(1)).toEqual([
    { kind: 'connect', host: '127.0.0.1', port: 80, method: 'POST', url: 'http://127.0.0.1/a', standing: 'own' },
    { kind: 'secret', name: 'k', standing: 'own' },
  ]);
  expect(await reasonOf('fetch', { url: 'http://a.com', method: 'TRACE' })).toContain('method');
  expect(await reasonOf('fetch', { url: 'http://a.com', key: 'a b' })).toContain('secret');
});

test('a command is judged by what it would run, and its other arguments stay', async () => {
  const action = await actionOf('exec', { command: 'cat  "a.txt"', stdin: 'hello' });
  expect(action.args.stdin).toBe('hello');
  expect(action.effects[0]).toEqual({ kind: 'tool', name: 'exec', standing: 'implied' });
  expect(action.effects).toContainEqual(
    expect.objectContaining({ kind: 'run', argv: ['cat', 'a.txt'], standing: 'own' }),
  );
  expect(await reasonOf('exec', {})).toContain('either `command`');
  expect(await reasonOf('exec', { command: 'ls', argv: ['ls'] })).toContain('either `command`');
});

test('the version of a tool changes with anything that makes it up', async () => {
  const versionOf = async (tool: Tool) => {
    const classifier = createClassifier({ tools: new Map([['read', tool]]), privateDirectories: [] });
    const classified = await classifier.classify({ id: '1', tool: 'read', args: { path: 'a' } }, caller({ workspace }));
    return classified.kind === 'unclear' ? classified.because : classified.action.toolVersion;
  };
  const versions = await Promise.all([
    versionOf(base),
    versionOf({ ...base, description: 'other' }),
    versionOf({ ...base, program: 'return 1' }),
    versionOf({ ...base, labels: [] }),
    versionOf({ ...base, effects: [{ kind: 'write', argument: 'path' }] }),
    versionOf({ ...base, sandbox: 'container' }),
    versionOf({ ...base, input: z.strictObject({ path: z.string(), lines: z.int().default(11) }) }),
  ]);
  expect(new Set(versions).size).toBe(7);
  expect(await versionOf({ ...base })).toBe(versions[0]);
});
