import {
  appendFileSync,
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createPathLabels } from '../../src/labels/path-labels.ts';
import { openStore, temporaryStore } from '../fixtures/temporary-store.ts';

const always = { from: 0, until: Number.MAX_SAFE_INTEGER };

async function labelled() {
  const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-labels-')));
  onTestFinished(() => rmSync(workspace, { recursive: true }));
  const { store, path } = await temporaryStore();
  const labels = createPathLabels(store);
  return { workspace, labels, path, at: async (...paths: string[]) => (await labels.look())(paths) };
}

test('a file that nobody marked carries nothing', async () => {
  const { at, workspace } = await labelled();
  expect(await at(workspace, join(workspace, 'gone'))).toEqual([]);
});

test('a marked path keeps its labels, over all processes and after a restart', async () => {
  const { labels, path, at, workspace } = await labelled();
  const notes = join(workspace, 'notes.md');
  await labels.mark([{ path: notes, labels: ['untrusted'], changed: null }]);
  await labels.mark([{ path: notes, labels: ['private'], changed: null }]);
  expect(await at(notes)).toEqual(['private', 'untrusted']);
  const other = createPathLabels(await openStore(path));
  expect(await (await other.look())([notes])).toEqual(['private', 'untrusted']);
  await other.mark([{ path: notes, labels: ['logs'], changed: null }]);
  expect(await at(notes)).toEqual(['logs', 'private', 'untrusted']);
});

test('labels are those of the path, of what lies below it and of what it lies in, and no others', async () => {
  const { labels, at, workspace } = await labelled();
  await labels.mark([{ path: join(workspace, 'a'), labels: ['x'], changed: null }]);
  expect(await at(workspace)).toEqual(['x']);
  expect(await at(join(workspace, 'a', 'deep', 'file'))).toEqual(['x']);
  expect(await at(join(workspace, 'ab'))).toEqual([]);
});

test('a marked directory labels what was changed in its time, and nothing else in it', async () => {
  const { labels, at, workspace } = await labelled();
  const before = join(workspace, 'before');
  const during = join(workspace, 'during');
  writeFileSync(before, '1');
  writeFileSync(during, '1');
  const { ctimeMs } = lstatSync(during);
  await labels.mark([{ path: workspace, labels: ['x'], changed: { from: ctimeMs + 1_000, until: ctimeMs + 2_000 } }]);
  expect(await at(before, during)).toEqual([]);
  await labels.mark([{ path: workspace, labels: ['y'], changed: { from: ctimeMs, until: ctimeMs } }]);
  expect(await at(during)).toEqual(['y']);
  expect(await at(workspace)).toEqual(['y']);
});

test('a label cannot be set back by giving a file an older time', async () => {
  const { labels, at, workspace } = await labelled();
  const file = join(workspace, 'file');
  writeFileSync(file, '1');
  await labels.mark([{ path: workspace, labels: ['x'], changed: always }]);
  chmodSync(file, 0o600);
  appendFileSync(file, '2');
  renameSync(file, `${file}2`);
  expect(await at(`${file}2`)).toEqual(['x']);
});

test('a directory too large to look at counts as changed', async () => {
  const { labels, at, workspace } = await labelled();
  mkdirSync(join(workspace, 'many'));
  for (let n = 0; n < 2_100; n += 1) writeFileSync(join(workspace, 'many', String(n)), '');
  await labels.mark([{ path: workspace, labels: ['x'], changed: { from: 0, until: 1 } }]);
  expect(await at(join(workspace, 'many'))).toEqual(['x']);
  expect(await at(join(workspace, 'many', '7'))).toEqual([]);
});
