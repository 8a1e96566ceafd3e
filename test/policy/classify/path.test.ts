import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resolvePath } from '../../../src/policy/classify/path.ts';

let root = '';
let workspace = '';

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'sallyport-path-')));
  workspace = join(root, 'workspace');
  await mkdir(join(workspace, 'src/deep'), { recursive: true });
  await mkdir(join(root, 'elsewhere'));
  await writeFile(join(workspace, 'src/main.ts'), '');
  await symlink('src', join(workspace, 'link'));
  await symlink(join(root, 'elsewhere'), join(workspace, 'out'));
  await symlink('../elsewhere/missing/file', join(workspace, 'dangling'));
  await symlink('circle-b', join(workspace, 'circle-a'));
  await symlink('circle-a', join(workspace, 'circle-b'));
});

afterAll(() => rm(root, { recursive: true, force: true }));

const resolve = (text: string, privates: readonly string[] = []) => resolvePath(text, workspace, workspace, privates);

test('text that is not a path is unclear', async () => {
  for (const text of [
    '',
    'a\0b',
    'a\nb',
    'a\u202eb',
    '~',
    '~/x',
    '~root/x',
    'a\u200bb',
    'a\ud800',
    'x'.repeat(5_000),
  ]) {
    expect(await resolve(text), JSON.stringify(text)).toMatchObject({ kind: 'unclear' });
  }
});

test('a symlink that leaves the workspace is outside', async () => {
  expect(await resolve('out')).toEqual({
    kind: 'outside',
    path: join(root, 'elsewhere'),
    absolute: join(root, 'elsewhere'),
  });
  expect(await resolve('out/new/file')).toMatchObject({ kind: 'outside', absolute: join(root, 'elsewhere/new/file') });
});

test('a dangling symlink leads where it points, not where it stands', async () => {
  expect(await resolve('dangling')).toMatchObject({ kind: 'outside', absolute: join(root, 'elsewhere/missing/file') });
});

test('symlinks in a circle are unclear', async () => {
  expect(await resolve('circle-a/x')).toMatchObject({ kind: 'unclear' });
});

test('dots, doubled slashes and trailing slashes do not change a path', async () => {
  for (const text of [
    'src/main.ts',
    './src//main.ts',
    'src/./main.ts/',
    'src/deep/../main.ts',
    join(workspace, 'src/main.ts'),
  ]) {
    expect(await resolve(text), text).toMatchObject({ kind: 'inside', path: 'src/main.ts' });
  }
  expect(await resolve('.')).toEqual({ kind: 'inside', path: '.', absolute: workspace });
});

test('a climb out of the workspace is outside, also towards a directory whose name starts alike', async () => {
  expect(await resolve('../elsewhere')).toMatchObject({ kind: 'outside' });
  expect(await resolve('../workspace-2/x')).toMatchObject({ kind: 'outside' });
  expect(await resolve('src/../../workspace/src')).toMatchObject({ kind: 'inside', path: 'src' });
});

test('`..` after a symlink has two readings and is unclear where they differ', async () => {
  expect(await resolve('out/../secret')).toMatchObject({ kind: 'unclear' });
  expect(await resolve('link/../src/main.ts')).toMatchObject({ kind: 'inside', path: 'src/main.ts' });
});

test('a path is resolved from the directory it is used in', async () => {
  expect(await resolvePath('main.ts', join(workspace, 'src'), workspace)).toMatchObject({ path: 'src/main.ts' });
});

test('a composed and a decomposed name are one name', async () => {
  await writeFile(join(workspace, 'caf\u0065\u0301'), '');
  expect(await resolve('caf\u00e9')).toMatchObject({ path: 'caf\u0065\u0301' });
  expect(await resolve('ne\u0077e\u0301')).toMatchObject({ path: 'new\u00e9' });
});

test('what is in a private directory is private, under every spelling', async () => {
  const home = join(root, 'home');
  await mkdir(home, { recursive: true });
  await symlink(home, join(workspace, 'to-home'));
  for (const text of [
    '../home',
    '../home/config.yaml',
    'to-home/secrets',
    join(home, 'x/../y'),
    '../HOME/../home/x',
    '..',
    '/',
  ]) {
    expect(await resolve(text, [home]), text).toMatchObject({ kind: 'private' });
  }
});

test('a workspace inside the private directory wins for what it holds, and only that', async () => {
  const inner = join(root, 'state/agents/main/workspace');
  await mkdir(inner, { recursive: true });
  const state = join(root, 'state');
  expect(await resolvePath('notes.md', inner, inner, [state])).toMatchObject({ kind: 'inside', path: 'notes.md' });
  expect(await resolvePath('../sessions', inner, inner, [state])).toMatchObject({ kind: 'private' });
  expect(await resolvePath('x', state, state, [state])).toMatchObject({ kind: 'private' });
});

test('a private directory inside the workspace stays private', async () => {
  const inner = join(workspace, '.sallyport');
  expect(await resolve('.sallyport/config.yaml', [inner])).toMatchObject({ kind: 'private' });
  expect(await resolve('src', [inner])).toMatchObject({ kind: 'inside' });
});

test('places of another process never count as inside', async () => {
  expect(await resolve('/proc/self/root/etc/passwd')).toMatchObject({ kind: 'outside', absolute: '/etc/passwd' });
  expect(await resolve('/proc/self/environ')).toMatchObject({ kind: 'outside', absolute: '/proc/self/environ' });
  expect(await resolve(`/proc/self/root${workspace}/src/main.ts`)).toMatchObject({ kind: 'unclear' });
  expect(await resolve('/dev/fd/0')).not.toMatchObject({ kind: 'inside' });
});

test('resolving what was resolved changes nothing', async () => {
  const name = fc.constantFrom('src', 'link', 'out', 'deep', '..', '.', '', 'new', 'caf\u00e9', 'main.ts', 'dangling');
  await fc.assert(
    fc.asyncProperty(fc.array(name, { minLength: 1, maxLength: 6 }), async (names) => {
      const once = await resolve(names.join('/'));
      if (once.kind === 'unclear') return;
      expect(await resolve(once.path)).toEqual(once);
      expect(await resolve(once.absolute)).toEqual(once);
    }),
    { numRuns: 200 },
  );
});
