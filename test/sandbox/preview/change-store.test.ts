import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createChangeStore } from '../../../src/sandbox/preview/change-store.ts';
import { permitFor } from '../../fixtures/permit-for.ts';
import { previewBench } from '../../fixtures/preview-bench.ts';

let beforeCommit = (_id: string) => {};
const bench = previewBench('store', {}, (store) => ({
  ...store,
  commit: (permit, signal) => {
    const [id = ''] = bench.kept();
    beforeCommit(id);
    return store.commit(permit, signal);
  },
}));
afterAll(() => bench.close());
const at = (path: string) => join(bench.workspace, path);
const never = new AbortController().signal;

const write = (path: string, content = 'new') =>
  bench.call({ tool: 'write', args: { path, content }, grants: { write: [path] } });

test('P1: a permit to execute commits nothing, and one that is none does not either', async () => {
  const action = { tool: 'write', args: {}, sandbox: 'isolate', workspace: bench.workspace } as const;
  const permit = await permitFor(action, {});
  await expect(bench.changes.commit(permit, never)).rejects.toThrow('it is not one to commit');
  await expect(bench.changes.commit(Object.create(null), never)).rejects.toThrow(/permit/);
});

test('what changes between the last look and the commit is not overwritten', async () => {
  writeFileSync(at('late'), 'old');
  beforeCommit = () => writeFileSync(at('late'), 'mine');
  const { result } = await write('late');
  expect(result).toMatchObject({
    outcome: 'failed',
    because: expect.stringMatching(/nothing was changed: `late` changed/),
  });
  expect(readFileSync(at('late'), 'utf8')).toBe('mine');
  expect(bench.kept()).toEqual([]);
});

test('of a commit of which one file changed at the last moment, none is put in place', async () => {
  mkdirSync(at('whole'));
  for (const name of ['a', 'b']) writeFileSync(at(`whole/${name}`), 'old');
  beforeCommit = () => writeFileSync(at('whole/b'), 'mine');
  const command = 'cd whole; echo new > a; echo new > b';
  const { result } = await bench.call({ command, grants: { read: ['.'], write: ['whole/**'] } });
  expect(result).toMatchObject({
    outcome: 'failed',
    because: expect.stringMatching(/nothing was changed: `whole\/b`/),
  });
  expect(['a', 'b'].map((name) => readFileSync(at(`whole/${name}`), 'utf8'))).toEqual(['old', 'mine']);
});

test('a directory that becomes a link between the last look and the commit leads nowhere', async () => {
  const outside = join(bench.home, 'outside');
  mkdirSync(outside);
  mkdirSync(at('swapped'));
  beforeCommit = () => {
    rmSync(at('swapped'), { recursive: true });
    symlinkSync(outside, at('swapped'));
  };
  const { result } = await write('swapped/new.txt');
  expect(result.outcome).toBe('failed');
  expect(readdirSync(outside)).toEqual([]);
});

test('P5: kept bytes that are not those that were shown are not committed', async () => {
  beforeCommit = (id) => {
    const bytes = join(bench.home, 'previews', id, 'bytes');
    for (const name of readdirSync(bytes)) writeFileSync(join(bytes, name), 'forged');
  };
  const { result } = await write('forged');
  expect(result).toMatchObject({ outcome: 'failed', because: expect.stringMatching(/damaged: ask again/) });
  expect(readdirSync(bench.workspace)).not.toContain('forged');
  expect(readdirSync(bench.workspace).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test('a preview whose bytes are gone changes nothing', async () => {
  beforeCommit = (id) => rmSync(join(bench.home, 'previews', id), { recursive: true });
  const { result } = await write('gone');
  expect(result).toMatchObject({
    outcome: 'failed',
    because: expect.stringMatching(/nothing was changed: .*not there any more/),
  });
  expect(readdirSync(bench.workspace)).not.toContain('gone');
});

test('a commit that stops half-way says how far it came', async () => {
  const files = join(bench.workspace, 'half');
  mkdirSync(files);
  for (const name of ['a', 'b', 'c']) writeFileSync(join(files, name), 'old');
  beforeCommit = (id) => {
    const bytes = join(bench.home, 'previews', id, 'bytes');
    const b = readdirSync(bytes).find((name) => readFileSync(join(bytes, name), 'utf8') === 'b\n');
    rmSync(join(bytes, b ?? ''));
  };
  const { result, entries } = await bench.call({
    command: 'cd half; for f in a b c; do echo $f > $f; done',
    grants: { read: ['.'], write: ['half/**'] },
  });
  expect(result).toMatchObject({
    outcome: 'failed',
    because: expect.stringMatching(/stopped after 1 of 3 files: .*half\/b/),
  });
  expect(['a', 'b', 'c'].map((name) => readFileSync(join(files, name), 'utf8'))).toEqual(['a\n', 'old', 'old']);
  expect(entries.at(-1)?.body).toMatchObject({ facts: { committed: ['half/a'], of: 3 } });
});

test('what is kept is for this user alone', async () => {
  const modes: number[] = [];
  beforeCommit = (id) => {
    const place = join(bench.home, 'previews', id);
    for (const path of [place, join(place, 'bytes'), join(place, 'changes.json')])
      modes.push(statSync(path).mode & 0o077);
  };
  await write('private');
  expect(modes).toEqual([0, 0, 0]);
});

test('a start removes what dead processes left, but not what a commit did not get to the end of', async () => {
  const directory = join(bench.home, 'others');
  const preview = (id: string, instance: string, began: boolean) => {
    mkdirSync(join(directory, id), { recursive: true });
    writeFileSync(join(directory, id, 'instance'), instance);
    if (began) writeFileSync(join(directory, id, 'commit-began'), '');
  };
  const ids = ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(32));
  const [asked = '', committing = '', living = '', old = '', waited = ''] = ids;
  preview(asked, 'dead', false);
  preview(committing, 'dead', true);
  preview(living, 'alive', false);
  preview(old, 'dead', true);
  preview(waited, 'dead', false);
  const longAgo = new Date(Date.now() - 31 * 86_400_000);
  utimesSync(join(directory, old, 'commit-began'), longAgo, longAgo);
  mkdirSync(join(directory, 'not-a-preview'));
  const store = createChangeStore({ directory, instance: 'me', privateDirectories: [] });
  await store.sweep((instance) => instance === 'alive', new Set([waited]));
  expect(readdirSync(directory).sort()).toEqual([committing, living, waited, 'not-a-preview'].sort());
  await expect(store.discard('../../etc')).rejects.toThrow('its id is not one');
});
