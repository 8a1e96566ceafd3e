import { chownSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { giveDirectoryAway, newOwnerOf } from '../../../src/sandbox/files/new-owner.ts';
import { createTestWorkspace, writes } from './harness.ts';

// A kernel without root rights makes everything as itself, and so do these tests then.
const isRoot = process.getuid?.() === 0;
const self = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const operator = isRoot ? { uid: 12_345, gid: 12_346 } : self;
const colleague = isRoot ? { uid: 23_456, gid: 23_457 } : self;

function owned() {
  const place = createTestWorkspace();
  onTestFinished(() => place[Symbol.dispose]());
  const give = (path: string, to: typeof self) => chownSync(join(place.root, path), to.uid, to.gid);
  give('workspace', operator);
  const ownerOf = (path: string) => {
    const { uid, gid } = lstatSync(join(place.root, path));
    return { uid, gid };
  };
  return { ...place, give, ownerOf };
}

test('what is made outside of the workspace belongs to nobody but this process', async () => {
  const { outside, access, ownerOf } = owned();
  await writes(join(outside, 'a.txt'), 'text', access({ write: [`${outside}/**`] }));
  expect(ownerOf('outside/a.txt')).toEqual(self);
});

test('a directory that somebody filled is not given away', async () => {
  const { outside, workspace, put, ownerOf } = owned();
  put('outside/full/key', 'of root');
  await using handle = await open(join(outside, 'full'));
  await giveDirectoryAway(handle, join(outside, 'full'), await newOwnerOf(workspace, workspace));
  expect(ownerOf('outside/full')).toEqual(self);
});

test("a directory of somebody else's is not given away", async () => {
  const { outside, workspace, give, ownerOf } = owned();
  mkdirSync(join(outside, 'empty'));
  give('outside/empty', colleague);
  await using handle = await open(join(outside, 'empty'));
  await giveDirectoryAway(handle, join(outside, 'empty'), await newOwnerOf(workspace, workspace));
  expect(ownerOf('outside/empty')).toEqual(colleague);
});

test("new files and directories in a workspace are its owner's, whoever the kernel is", async () => {
  const { access, ownerOf } = owned();
  await writes('sub/deep/a.txt', 'text', access({ write: ['.'] }));
  for (const path of ['sub', 'sub/deep', 'sub/deep/a.txt'])
    expect(ownerOf(`workspace/${path}`), path).toEqual(operator);
});

test('a file that is replaced stays whose it was', async () => {
  const { workspace, access, give, ownerOf } = owned();
  writeFileSync(join(workspace, 'a.txt'), 'old');
  give('workspace/a.txt', colleague);
  await writes('a.txt', 'new', access({ write: ['.'] }));
  expect(readFileSync(join(workspace, 'a.txt'), 'utf8')).toBe('new');
  expect(ownerOf('workspace/a.txt')).toEqual(colleague);
});
