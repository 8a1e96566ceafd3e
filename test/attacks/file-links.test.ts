import { existsSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTestWorkspace, lists, reads, writes } from '../sandbox/files/harness.ts';

const all = { read: ['.'], write: ['.'] };

test('a link that leaves the workspace is outside, for a file, a directory and on the way', async () => {
  using space = createTestWorkspace();
  space.put('outside/secret.txt', 'OUTSIDE');
  symlinkSync(join(space.outside, 'secret.txt'), join(space.workspace, 'file'));
  symlinkSync(space.outside, join(space.workspace, 'folder'));
  symlinkSync('../outside', join(space.workspace, 'relative'));
  symlinkSync('folder', join(space.workspace, 'twice'));
  const access = space.access(all);
  for (const path of ['file', 'folder/secret.txt', 'relative/secret.txt', 'twice/secret.txt']) {
    expect(await reads(path, access)).toBe(`refused: \`${path}\` is outside what this call may read`);
    expect(await writes(path, 'mine', access)).toBe(`refused: \`${path}\` is outside what this call may write`);
  }
  expect(await lists('folder', access)).toMatch(/^refused/);
  expect(await writes('folder/new.txt', 'mine', access)).toMatch(/^refused/);
  expect(readdirSync(space.outside)).toEqual(['secret.txt']);
  expect(readFileSync(join(space.outside, 'secret.txt'), 'utf8')).toBe('OUTSIDE');
});

test('a link inside the workspace is judged by where it leads', async () => {
  using space = createTestWorkspace();
  space.put('workspace/.env', 'KEY=1');
  space.put('workspace/open/a.txt', 'a');
  symlinkSync('.env', join(space.workspace, 'innocent.txt'));
  symlinkSync('open/a.txt', join(space.workspace, 'link.txt'));
  const access = space.access({ read: ['.'], exceptRead: ['**/.env'], write: ['link.txt'] });
  expect(await reads('innocent.txt', access)).toMatch(/^refused/);
  expect(await reads('link.txt', access)).toBe('a');
  expect(await writes('link.txt', 'b', access)).toMatch(/^refused/);
});

test('writing to a link writes where it leads and leaves the link alone', async () => {
  using space = createTestWorkspace();
  space.put('workspace/real.txt', 'old');
  symlinkSync('real.txt', join(space.workspace, 'link.txt'));
  expect(await writes('link.txt', 'new', space.access(all))).toBe(join(space.workspace, 'real.txt'));
  expect(lstatSync(join(space.workspace, 'link.txt')).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(space.workspace, 'real.txt'), 'utf8')).toBe('new');
});

test('a link that leads nowhere is not written through, on the last step or on the way', async () => {
  using space = createTestWorkspace();
  symlinkSync(join(space.outside, 'made'), join(space.workspace, 'dangling'));
  symlinkSync('made', join(space.workspace, 'inside'));
  const access = space.access(all);
  for (const path of ['dangling', 'dangling/below/a.txt']) {
    expect(await writes(path, 'x', access)).toMatch(/outside what this call may write/);
    expect(await writes(path, 'x', space.access({ write: ['/'] }))).toMatch(/link that leads nowhere/);
  }
  for (const path of ['inside', 'inside/below/a.txt'])
    expect(await writes(path, 'x', access)).toMatch(/link that leads nowhere/);
  expect(existsSync(join(space.outside, 'made'))).toBe(false);
  expect(existsSync(join(space.workspace, 'made'))).toBe(false);
});

test('links in a circle are refused', async () => {
  using space = createTestWorkspace();
  symlinkSync('b', join(space.workspace, 'a'));
  symlinkSync('a', join(space.workspace, 'b'));
  expect(await reads('a', space.access(all))).toBe('refused: could not use `a`: ELOOP');
  expect(await writes('a', 'x', space.access(all))).toMatch(/^refused/);
});

test('a hard link is a file of its own: this is not covered', async () => {
  using space = createTestWorkspace();
  linkSync(space.put('outside/secret.txt', 'OUTSIDE'), join(space.workspace, 'hard'));
  expect(await reads('hard', space.access(all))).toBe('OUTSIDE');
  // Writing makes a new file under the name, so that the other name keeps its content.
  await writes('hard', 'mine', space.access(all));
  expect(readFileSync(join(space.outside, 'secret.txt'), 'utf8')).toBe('OUTSIDE');
});

test('a listing shows links as links and does not look behind them', async () => {
  using space = createTestWorkspace();
  mkdirSync(join(space.workspace, 'tree'));
  symlinkSync(space.outside, join(space.workspace, 'tree/link'));
  expect(await lists('tree', space.access(all))).toBe('link link');
});
