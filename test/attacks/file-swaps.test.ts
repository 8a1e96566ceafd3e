import { readdirSync } from 'node:fs';
import { rename, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTestWorkspace, lists, reads, writes } from '../sandbox/files/harness.ts';

const all = { read: ['.'], write: ['.'] };

/** Runs `attack` round after round while `work` is busy. */
async function during(attack: () => Promise<void>, work: () => Promise<void>): Promise<void> {
  let isBusy = true;
  const attacking = (async () => {
    while (isBusy) {
      await attack();
      // Let the real file lie there for a while of varying length.
      for (let turn = 0; turn < Math.random() * 60; turn += 1) await new Promise(setImmediate);
    }
  })();
  await work().finally(() => {
    isBusy = false;
  });
  await attacking;
}

test('a file that is swapped for a link while it is read never gives a byte from outside', async () => {
  using space = createTestWorkspace();
  space.put('outside/a.txt', 'OUTSIDE');
  space.put('workspace/a.txt', 'inside');
  const [real, kept] = [join(space.workspace, 'a.txt'), join(space.workspace, 'kept')];
  const swap = async () => {
    await rename(real, kept);
    await symlink(join(space.outside, 'a.txt'), real);
    await rename(kept, real);
  };
  const seen = new Set<string>();
  await during(swap, async () => {
    for (let round = 0; round < 500; round += 1) seen.add(await reads('a.txt', space.access(all)));
  });
  expect([...seen].join()).not.toContain('OUTSIDE');
  expect(seen).toContain('inside');
});

test('a directory that is swapped for a link on the way never leads outside, to read, list or write', async () => {
  using space = createTestWorkspace();
  space.put('outside/a.txt', 'OUTSIDE');
  space.put('outside/OUTSIDE.txt', 'OUTSIDE');
  space.put('workspace/folder/a.txt', 'inside');
  const [folder, kept] = [join(space.workspace, 'folder'), join(space.workspace, 'kept')];
  // A write may make the directory anew while it is away: that is as good as any directory of the workspace.
  const swap = async () => {
    await rename(folder, kept);
    await symlink(space.outside, folder).then(
      () => unlink(folder),
      () => rename(folder, join(space.workspace, `made-${Math.random()}`)),
    );
    await rename(kept, folder).catch(() =>
      rename(folder, join(space.workspace, `made-${Math.random()}`)).then(() => rename(kept, folder)),
    );
  };
  const seen = new Set<string>();
  const access = space.access(all);
  await during(swap, async () => {
    for (let round = 0; round < 300; round += 1) {
      seen.add(await reads('folder/a.txt', access));
      seen.add(await lists('folder', access));
      await writes('folder/mine.txt', 'mine', access);
      await writes('folder/new/deep.txt', 'mine', access);
    }
  });
  expect([...seen].join()).not.toContain('OUTSIDE');
  expect(readdirSync(space.outside)).toEqual(['OUTSIDE.txt', 'a.txt']);
});

test('a closed file stays closed while a door to it comes and goes', async () => {
  using space = createTestWorkspace();
  space.put('workspace/.env', 'CLOSED');
  space.put('workspace/open.txt', 'open');
  const closed = join(space.workspace, '.env');
  const door = join(space.workspace, 'open.txt');
  const kept = join(space.workspace, 'kept');
  const access = space.access({ read: ['.'], exceptRead: ['.env'] });
  const swap = async () => {
    await rename(door, kept);
    await symlink(closed, door);
    await unlink(door);
    await rename(kept, door);
  };
  const seen = new Set<string>();
  await during(swap, async () => {
    for (let round = 0; round < 500; round += 1) seen.add(await reads('open.txt', access));
  });
  expect([...seen].join()).not.toContain('CLOSED');
  expect(seen).toContain('open');
});
