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
  return { workspace, store, labels, path, at: async (...paths: string[]) => (await labels.look())(paths) };
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

test('labels that somebody else cleared are gone, also where others came meanwhile', async () => {
  const { labels, path, at } = await labelled();
  await labels.mark([
    { path: '/w/a', labels: ['x'], changed: null },
    { path: '/w/b', labels: ['y'], changed: null },
  ]);
  expect(await at('/w')).toEqual(['x', 'y']);
  const other = await openStore(path);
  await other.dropLabelMarks(['/w/a']);
  await other.addLabelMarks([{ path: '/w/c', labels: ['z'], changed: null }]);
  expect(await at('/w')).toEqual(['y', 'z']);
  expect(await at('/w/a')).toEqual([]);
});

test('what another process marked is read alone, and not again', async () => {
  const { store, path } = await labelled();
  const read: number[] = [];
  const labels = createPathLabels({
    ...store,
    labelMarksSince: async (version) => {
      const news = await store.labelMarksSince(version);
      read.push(news.marks.length);
      return news;
    },
  });
  const other = await openStore(path);
  for (const name of ['a', 'b', 'c']) {
    await other.addLabelMarks([{ path: `/w/${name}`, labels: ['x'], changed: null }]);
    await labels.look();
  }
  await labels.look();
  expect(read).toEqual([1, 1, 1, 0]);
});

test('with too many marks the directory that holds most of them carries their labels, and no other', async () => {
  const { store } = await labelled();
  const labels = createPathLabels(store, 20);
  const lasting = (path: string, ...carried: readonly string[]) => ({ path, labels: carried, changed: null });
  const files = Array.from({ length: 17 }, (_, index) => lasting(`/w/many/${index}`, index % 2 ? 'x' : 'y'));
  await labels.mark([...files, lasting('/w/few/a', 'z'), lasting('/w/few/b', 'z'), lasting('/w/deep/down/c', 'z')]);
  expect(await (await labels.look())(['/w/many'])).toEqual(['x', 'y']);
  expect(await (await labels.look())(['/w/many/new'])).toEqual([]);
  await labels.mark([lasting('/w/one', 'z')]);
  const kept = [lasting('/w/deep/down/c', 'z'), lasting('/w/few/a', 'z'), lasting('/w/few/b', 'z')];
  expect(await store.labelMarks()).toEqual([...kept, lasting('/w/many', 'x', 'y'), lasting('/w/one', 'z')]);
  expect(await (await labels.look())(['/w/many/new'])).toEqual(['x', 'y']);
});

test('a directory of many marked directories does not stand for all of them', async () => {
  const { store } = await labelled();
  const labels = createPathLabels(store, 40);
  const marks = Array.from({ length: 45 }, (_, n) => ({
    path: n < 9 ? `/w/file${n}` : `/w/sub${n % 12}/${n}`,
    labels: ['x'],
    changed: null,
  }));
  await labels.mark(marks);
  const kept = (await store.labelMarks()).map(({ path }) => path);
  expect(kept).not.toContain('/w');
  expect(kept).toHaveLength(29);
});

test('of many times of one directory the oldest become one, and the others stay apart', async () => {
  const { store } = await labelled();
  const labels = createPathLabels(store, 10);
  const days = Array.from({ length: 11 }, (_, day) => ({ from: day * 86_400_000, until: day * 86_400_000 + 1_000 }));
  for (const changed of days) await labels.mark([{ path: '/w', labels: ['x'], changed }]);
  const times = (await store.labelMarks()).map(({ changed }) => changed);
  expect(times).toHaveLength(8);
  expect(times).toEqual(expect.arrayContaining([{ from: 0, until: days[3]?.until }, ...days.slice(4)]));
});

test('marks that could not become fewer are all there, and become fewer the next time', async () => {
  const { store } = await labelled();
  let isFull = true;
  const labels = createPathLabels(
    {
      ...store,
      coverLabelMarks: async (marks, version) => {
        if (isFull) throw new Error('the disk is full');
        await store.coverLabelMarks(marks, version);
      },
    },
    4,
  );
  const marks = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ path: `/w/${name}`, labels: ['x'], changed: null }));
  await expect(labels.mark(marks)).rejects.toThrow('full');
  expect(await store.labelMarks()).toEqual(marks);
  isFull = false;
  await labels.mark([{ path: '/v', labels: ['x'], changed: null }]);
  expect((await store.labelMarks()).length).toBeLessThanOrEqual(4);
});
