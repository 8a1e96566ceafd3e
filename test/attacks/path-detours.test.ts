// Ways to make a path look as if it stayed in the workspace.

import { link, mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resolvePath } from '../../src/policy/classify/path.ts';

let root = '';
let workspace = '';
const secret = () => join(root, 'secret');

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'sallyport-detour-')));
  workspace = join(root, 'w');
  await mkdir(join(workspace, 'dir'), { recursive: true });
  await writeFile(secret(), '');
  await symlink('..', join(workspace, 'up'));
  await symlink('dir/../../secret', join(workspace, 'climbing-link'));
  await symlink('/', join(workspace, 'root'));
  await symlink('/proc/self/cwd', join(workspace, 'cwd'));
  await symlink('hop-2', join(workspace, 'hop-1'));
  await symlink('hop-3', join(workspace, 'hop-2'));
  await symlink('../secret', join(workspace, 'hop-3'));
  await symlink('not-there/../../secret', join(workspace, 'through-missing'));
  await symlink('not-there/../up/secret', join(workspace, 'back-from-missing'));
  for (let at = 0; at < 45; at++)
    await symlink(at === 44 ? '../secret' : `chain-${at + 1}`, join(workspace, `chain-${at}`));
});

afterAll(() => rm(root, { recursive: true, force: true }));

test('no detour out of the workspace counts as inside', async () => {
  const detours = [
    'up/secret',
    'up/up/secret',
    'climbing-link',
    `root${secret()}`,
    'hop-1',
    'chain-0',
    'through-missing',
    'back-from-missing',
    'dir/../../secret',
    'dir/../up/secret',
    './/..//secret',
    '../w/../secret',
    '../w/up/secret',
    `/proc/self/root${secret()}`,
    `/proc/${process.pid}/root${secret()}`,
    `/proc/thread-self/root${secret()}`,
    `/dev/fd/../../..${secret()}`,
    `/proc/self/task/${process.pid}/root${secret()}`,
    `root/proc/self/root${secret()}`,
    'up/secret/',
    'up/./secret',
    '..\u2215secret\u0000',
    'up%2fsecret/../../secret',
  ];
  for (const text of detours) expect((await resolvePath(text, workspace, workspace)).kind, text).not.toBe('inside');
});

test('the directory of another process is never the workspace', async () => {
  for (const text of [
    'cwd',
    'cwd/x',
    '/proc/self/cwd',
    '/proc/self/cwd/x',
    `/proc/${process.pid}/cwd`,
    '/proc/self/fd/0',
    '/dev/stdin',
  ]) {
    expect((await resolvePath(text, workspace, workspace)).kind, text).not.toBe('inside');
  }
});

test('a name that only looks like a climb is a name', async () => {
  for (const text of ['...', '..secret', 'a..', '%2e%2e', '\uff0e\uff0e']) {
    expect((await resolvePath(text, workspace, workspace)).kind, text).toBe('inside');
  }
});

test('a parent that became a symlink is seen the next time', async () => {
  expect((await resolvePath('dir/x', workspace, workspace)).kind).toBe('inside');
  await rename(join(workspace, 'dir'), join(workspace, 'old'));
  await symlink(root, join(workspace, 'dir'));
  expect((await resolvePath('dir/x', workspace, workspace)).kind).toBe('outside');
});

test('a hard link is inside: this is what the guard does not see', async () => {
  await link(secret(), join(workspace, 'second-name'));
  expect((await resolvePath('second-name', workspace, workspace)).kind).toBe('inside');
});
