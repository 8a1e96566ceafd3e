import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openCanonical, openChecked } from '../../../src/sandbox/files/open-checked.ts';
import { readText } from '../../../src/sandbox/files/read-text.ts';
import { createTestWorkspace, reads } from './harness.ts';

test('without a grant nothing is opened', async () => {
  using space = createTestWorkspace();
  space.put('workspace/a.txt', 'a');
  expect(await reads('a.txt', space.access({}))).toBe('refused: `a.txt` is outside what this call may read');
  expect(await reads('a.txt', space.access({ write: ['.'] }))).toMatch(/^refused/);
});

test('a path that was judged and then became a link on the way is refused by its descriptor', async () => {
  using space = createTestWorkspace();
  space.put('outside/a.txt', 'OUTSIDE');
  symlinkSync(space.outside, join(space.workspace, 'folder'));
  const isInside = (real: string) => real.startsWith(space.workspace);
  const swapped = openCanonical(join(space.workspace, 'folder/a.txt'), 'folder/a.txt', isInside, 'read');
  await expect(swapped).rejects.toThrow('outside what this call may read');
});

test('a path that was judged and then became a link itself is refused', async () => {
  using space = createTestWorkspace();
  symlinkSync(space.put('outside/a.txt', 'OUTSIDE'), join(space.workspace, 'a.txt'));
  const swapped = openCanonical(join(space.workspace, 'a.txt'), 'a.txt', () => true, 'read');
  await expect(swapped).rejects.toThrow('neither a regular file');
});

test('parts of a file join without a torn character, wherever they are cut', async () => {
  using space = createTestWorkspace();
  const text = 'aä€😀'.repeat(50);
  space.put('workspace/a.txt', text);
  for (let length = 4; length < 24; length += 1) {
    await using file = await openChecked('a.txt', 'read', space.access({ read: ['a.txt'] }));
    let [joined, offset, isEnd] = ['', 0, false];
    while (!isEnd) {
      const part = await readText(file, offset, length, 'a.txt');
      [joined, offset, isEnd] = [joined + part.text, part.nextOffset, part.isEnd];
    }
    expect(joined, `${length}`).toBe(text);
  }
});

test('a part beyond the end is empty and the end', async () => {
  using space = createTestWorkspace();
  space.put('workspace/a.txt', 'abc');
  await using file = await openChecked('a.txt', 'read', space.access({ read: ['a.txt'] }));
  expect(await readText(file, 99, 10, 'a.txt')).toMatchObject({ text: '', isEnd: true, sizeBytes: 3 });
});
