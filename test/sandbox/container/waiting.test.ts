// Containers that wait, with a real engine: what takes one, what does not, and that none outlives its use.

import { chmodSync, linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterAll, expect, test } from 'vitest';
import { noGrants } from '../../../src/kernel/limits.ts';
import type { Grants } from '../../../src/kernel/types.ts';
import { usualDockerSocket } from '../../../src/sandbox/container.ts';
import { type ContainerBench, containerBench, outputOf } from '../../fixtures/container-bench.ts';

const pool = { perProfileMax: 2, containersMax: 4, idleMs: 60_000 };
const bench = containerBench('waiting', { pool });
const engine = new Docker({ socketPath: usualDockerSocket });
afterAll(() => bench.close());

const closing: Partial<Grants> = { read: ['.'], exceptRead: ['**/.env'] };
const containersOf = ({ instance }: ContainerBench) =>
  engine.listContainers({ all: true, filters: JSON.stringify({ label: [`sallyport.instance=${instance}`] }) });

/** A workspace for whose calls containers wait. */
const warmed = async (grants: Partial<Grants>, put: (workspace: string) => void = () => {}): Promise<string> => {
  const workspace = bench.workspace();
  put(workspace);
  await bench.executor.warm([{ workspace, grants: { ...noGrants, ...grants } }]);
  return workspace;
};
const waited = (wasWaiting: boolean) => ({ facts: expect.objectContaining({ wasWaiting }) });

test('P7: a file that a rule closes and that appeared after the container was made is closed', async () => {
  const workspace = await warmed(closing);
  writeFileSync(join(workspace, '.env'), 'SECRET');
  const outcome = await bench.run('cat .env', workspace, closing);
  expect(outcome).toMatchObject({
    kind: 'failed',
    output: expect.stringContaining('Permission denied'),
    ...waited(false),
  });
});

test('P7: a closed file that was replaced after the container was made is closed', async () => {
  const workspace = await warmed(closing, (place) => writeFileSync(join(place, '.env'), 'OLD'));
  writeFileSync(join(workspace, 'new'), 'SECRET');
  renameSync(join(workspace, 'new'), join(workspace, '.env'));
  const outcome = await bench.run('cat .env', workspace, closing);
  expect(outcome).toMatchObject({
    kind: 'failed',
    output: expect.stringContaining('Permission denied'),
    ...waited(false),
  });
});

test('P7: a closed file that went and came back as the same file is closed', async () => {
  const workspace = await warmed(closing, (place) => writeFileSync(join(place, '.env'), 'SECRET'));
  // The mount goes with the name; the file, its number and its birth are the same as before.
  linkSync(join(workspace, '.env'), join(workspace, 'kept'));
  rmSync(join(workspace, '.env'));
  renameSync(join(workspace, 'kept'), join(workspace, '.env'));
  const outcome = await bench.run('cat .env', workspace, closing);
  expect(outcome).toMatchObject({
    kind: 'failed',
    output: expect.stringContaining('Permission denied'),
    ...waited(false),
  });
});

test('P7: a file that may only be read and came back as the same file can still only be read', async () => {
  const grants = { read: ['.'], write: ['.'], exceptWrite: ['locked.txt'] };
  const workspace = await warmed(grants, (place) => writeFileSync(join(place, 'locked.txt'), 'locked'));
  linkSync(join(workspace, 'locked.txt'), join(workspace, 'kept'));
  rmSync(join(workspace, 'locked.txt'));
  renameSync(join(workspace, 'kept'), join(workspace, 'locked.txt'));
  const outcome = await bench.run('echo changed > locked.txt', workspace, grants);
  expect(outcome).toMatchObject({ kind: 'failed', output: expect.stringMatching(/Read-only/), ...waited(false) });
});

test('P7: a workspace that took the place of another is the one that is seen', async () => {
  const parent = bench.workspace();
  const workspace = join(parent, 'work');
  mkdirSync(workspace);
  writeFileSync(join(workspace, 'which'), 'old');
  await bench.executor.warm([{ workspace, grants: { ...noGrants, ...closing } }]);
  renameSync(workspace, join(parent, 'moved'));
  mkdirSync(workspace);
  writeFileSync(join(workspace, 'which'), 'new');
  expect(await bench.run('cat which', workspace, closing)).toMatchObject({ output: 'new', ...waited(false) });
});

test('other grants, limits or places do not get a container that was made for these', async () => {
  const workspace = await warmed({ read: ['.'] }, (place) => mkdirSync(join(place, 'sub')));
  for (const grants of [
    { read: ['sub'] },
    { write: ['sub'] },
    {},
    { read: ['.'], limits: { ...noGrants.limits, memoryMiB: 64 } },
    { read: ['.'], limits: { ...noGrants.limits, pids: 9 } },
  ]) {
    expect(await bench.run('true', workspace, grants)).toMatchObject({ kind: 'ok', ...waited(false) });
  }
  expect(await bench.run('true', bench.workspace(), { read: ['.'] })).toMatchObject(waited(false));
});

test('a call that fits takes a container that waits, which is used once and gone', async () => {
  const workspace = await warmed({ read: ['.'] }, (place) => writeFileSync(join(place, 'a.txt'), 'a'));
  writeFileSync(join(workspace, 'b.txt'), 'b');
  const limits = { ...noGrants.limits, wallMs: 5_000, outputBytes: 4 };
  const outcome = await bench.run('cat *.txt; touch /tmp/left', workspace, { read: ['.', 'a.txt'], limits });
  expect(outcome).toMatchObject({ kind: 'ok', output: 'ab', ...waited(true) });
  const names = async () => (await containersOf(bench)).flatMap(({ Names }) => Names);
  await expect.poll(names, { timeout: 10_000, interval: 20 }).not.toContain(`/${outcome.facts.container}`);
  await expect.poll(() => bench.executor.waiting, { timeout: 10_000, interval: 20 }).toBeGreaterThan(0);
  const next = await bench.run('ls -A /tmp; cat b.txt', workspace, { read: ['.'] });
  expect(next).toMatchObject({ kind: 'ok', output: 'b' });
  expect(next.facts.container).not.toBe(outcome.facts.container);
});

test('no container waits for a call that needs a place made first', async () => {
  const workspace = await warmed({ write: ['made/later/**'] });
  expect(await bench.run('ls -d made', bench.workspace(), { read: ['.'] })).toMatchObject({ kind: 'failed' });
  expect(await bench.run('ls', workspace, { read: ['.'] })).toMatchObject({ kind: 'ok', output: '' });
});

test('a container that ended while it waited is not taken', async () => {
  const own = containerBench('ended-waiting', { pool });
  const workspace = own.workspace();
  await own.executor.warm([{ workspace, grants: noGrants }]);
  const [found] = await containersOf(own);
  await engine.getContainer(found?.Id ?? '').kill();
  await expect.poll(async () => (await containersOf(own))[0]?.State).toBe('exited');
  expect(await own.run('true', workspace)).toMatchObject({ kind: 'ok', ...waited(false) });
  await own.close();
});

test('many callers at once all get their answer, whether a container waits for them or not', async () => {
  const workspace = await warmed({ read: ['.'] });
  const outcomes = await Promise.all(
    Array.from({ length: 8 }, (_, index) => bench.run(`echo ${index}`, workspace, { read: ['.'] })),
  );
  expect(outcomes.map(outputOf)).toEqual(Array.from({ length: 8 }, (_, index) => `${index}\n`));
});

test('closing leaves nothing of what waited', async () => {
  const own = containerBench('closed-waiting', { pool });
  const workspace = own.workspace();
  chmodSync(workspace, 0o755);
  await own.executor.warm([{ workspace, grants: { ...noGrants, read: ['.'] } }], 2);
  expect(own.executor.waiting).toBe(2);
  await own.close();
  expect(await containersOf(own)).toEqual([]);
});
