import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openCanonical } from '../../../src/sandbox/files/open-checked.ts';
import { type PlaceInside, putFile } from '../../../src/sandbox/files/put-file.ts';
import { noNotes } from '../../../src/sandbox/files/unfinished-files.ts';
import { createTestWorkspace } from './harness.ts';

const file = { mode: 0o644, owner: undefined, fill: async () => {} };
async function placed() {
  const { root, workspace, ...rest } = createTestWorkspace();
  onTestFinished(() => rest[Symbol.dispose]());
  const directory = await openCanonical(workspace, workspace, (real) => real === workspace, 'write');
  onTestFinished(() => directory.handle.close());
  const place: PlaceInside = { directory, name: 'a', path: 'a', unfinished: noNotes };
  return { root, workspace, place };
}

test('a file does not appear in a directory that was moved while it was written', async () => {
  const { root, workspace, place } = await placed();
  const fill = async () => renameSync(workspace, join(root, 'moved'));
  await expect(putFile(place, { ...file, fill }, () => {})).rejects.toThrow('changed while it was opened');
  expect(readdirSync(join(root, 'moved'))).toEqual([]);
});

test('a file that cannot appear under its name leaves nothing', async () => {
  const { workspace, place } = await placed();
  mkdirSync(join(workspace, 'a'));
  await expect(putFile(place, file, () => {})).rejects.toThrow('EISDIR');
  expect(readdirSync(workspace)).toEqual(['a']);
});
