import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterAll, expect, test } from 'vitest';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { containersOnMachine, reapContainers, sweepLeftovers, usualDockerSocket } from '../../src/sandbox/container.ts';
import { containerBench, instanceNamed } from '../fixtures/container-bench.ts';
import { engineProxy } from '../fixtures/engine-proxy.ts';

const engine = new Docker({ socketPath: usualDockerSocket });
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-leftovers-')));
afterAll(() => rmSync(scratch, { recursive: true }));

const containersOf = async (instance: string, all = false) => {
  const filters = JSON.stringify({ label: [`sallyport.instance=${instance}`] });
  return engine.listContainers({ all, filters });
};
const patience = { timeout: 30_000, interval: 20 };
const isRunning = (instance: string) =>
  expect.poll(async () => (await containersOf(instance)).length, patience).toBe(1);
const mountsBelow = (directory: string) =>
  readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(directory));

test('after kill -9 of a kernel the next sweep leaves neither its container nor its mounts, and spares the living', async () => {
  const instance = instanceNamed('to be killed');
  const runtimeDirectory = join(scratch, 'runtime');
  const workspace = join(scratch, 'workspace');
  mkdirSync(workspace);
  writeFileSync(join(workspace, 'kept.txt'), 'the workspace is not touched');
  const living = containerBench('living', { runtimeDirectory });
  const spared = living.run('sleep 2; cat keep.txt', livingWorkspace(living.workspace()), { read: ['.'] });
  const child = spawn(
    process.execPath,
    ['--no-node-snapshot', 'test/fixtures/container-child.ts', instance, runtimeDirectory, workspace, 'sleep 600'],
    { stdio: 'inherit' },
  );
  await isRunning(instance);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.on('exit', resolve));
  expect(await containersOf(instance)).toHaveLength(1);

  const search = { clock: systemClock, runtimeDirectory, isInstanceAlive: (text: string) => text !== instance };
  expect(await sweepLeftovers(search)).toEqual({ containers: 1, directories: 1, faults: [] });
  expect(await containersOf(instance, true)).toEqual([]);
  expect(mountsBelow(join(runtimeDirectory, Buffer.from(instance).toString('base64url')))).toEqual([]);
  expect(readFileSync(join(workspace, 'kept.txt'), 'utf8')).toBe('the workspace is not touched');
  expect(await spared).toMatchObject({ kind: 'ok', output: 'alive' });
  await living.close();
  expect(readdirSync(runtimeDirectory)).toEqual([]);
  expect(await sweepLeftovers(search)).toEqual({ containers: 0, directories: 0, faults: [] });
});

const livingWorkspace = (workspace: string): string => {
  writeFileSync(join(workspace, 'keep.txt'), 'alive');
  return workspace;
};

test('what a killed kernel left ends by itself, is listed, and goes when a person asks', async () => {
  const instance = instanceNamed('to be reaped');
  const workspace = join(scratch, 'reaped');
  mkdirSync(workspace);
  const words = [instance, join(scratch, 'reaped-runtime'), workspace, 'trap "" TERM HUP; sleep 600'];
  const child = spawn(process.execPath, ['--no-node-snapshot', 'test/fixtures/container-child.ts', ...words]);
  await isRunning(instance);
  child.kill('SIGKILL');
  await expect.poll(async () => (await containersOf(instance, true))[0]?.State, patience).toBe('exited');
  const search = { clock: systemClock, labels: [`sallyport.instance=${instance}`] };
  const others = (text: string) => text !== instance;
  const dead = { ...search, isInstanceAlive: others };
  const alive = { ...search, isInstanceAlive: () => true };
  expect(await containersOnMachine(dead)).toMatchObject([{ state: 'exited', instance, isOwned: false }]);
  expect(await containersOnMachine({ ...dead, labels: [...search.labels, 'other=1'] })).toEqual([]);
  expect(await reapContainers(alive, false)).toEqual({ removed: [], faults: [] });
  expect(await reapContainers(dead, false)).toMatchObject({
    removed: [expect.stringContaining('sallyport-')],
    faults: [],
  });
  expect(await containersOf(instance, true)).toEqual([]);
  await sweepLeftovers({
    clock: systemClock,
    runtimeDirectory: join(scratch, 'reaped-runtime'),
    isInstanceAlive: others,
  });
});

test('a sweep without an engine says so and does what it can', async () => {
  const search = { clock: systemClock, socketPath: '/nonexistent.sock', runtimeDirectory: join(scratch, 'none') };
  const swept = await sweepLeftovers({ ...search, isInstanceAlive: () => true });
  expect(swept).toEqual({ containers: 0, directories: 0, faults: [expect.stringContaining('/nonexistent.sock')] });
});

test('an engine that stops in the middle leaves the call unknown', async () => {
  const proxy = await engineProxy();
  const bench = containerBench('engine-stops', { socketPath: proxy.socketPath });
  const running = bench.run('sleep 60', bench.workspace());
  await isRunning(bench.instance);
  proxy.cut();
  expect(await running).toMatchObject({ kind: 'unknown', because: expect.stringMatching(/not known/) });
  await sweepLeftovers({ clock: systemClock, isInstanceAlive: (text) => text !== bench.instance });
  expect(await containersOf(bench.instance, true)).toEqual([]);
  await bench.close();
  await proxy.close();
});

test('an engine that hangs in the middle leaves the call unknown, soon after its time is over', async () => {
  const proxy = await engineProxy();
  const bench = containerBench('engine-hangs', { socketPath: proxy.socketPath });
  const limits = { wallMs: 2_000, memoryMiB: 64, pids: 16, cpus: 1, outputBytes: 1_000 };
  const running = bench.run('sleep 60', bench.workspace(), { limits });
  await isRunning(bench.instance);
  proxy.hang();
  expect(await running).toMatchObject({ kind: 'unknown' });
  await sweepLeftovers({ clock: systemClock, isInstanceAlive: (text) => text !== bench.instance });
  proxy.cut();
  await bench.close();
  await proxy.close();
});

test('a container killed from outside has failed', async () => {
  const bench = containerBench('killed');
  const running = bench.run('echo begun; sleep 60', bench.workspace());
  await isRunning(bench.instance);
  const [found] = await containersOf(bench.instance);
  await engine.getContainer(found?.Id ?? '').kill();
  expect(await running).toMatchObject({ kind: 'failed', facts: { exitStatus: 137, signal: 9, ending: 'exited' } });
  await bench.close();
});

test('a container removed from outside never counts as done', async () => {
  const bench = containerBench('removed');
  const running = bench.run('sleep 60', bench.workspace());
  await isRunning(bench.instance);
  const [found] = await containersOf(bench.instance);
  await engine.getContainer(found?.Id ?? '').remove({ force: true });
  expect(['failed', 'unknown']).toContain((await running).kind);
  await bench.close();
});

test('an aborted run ends its container', async () => {
  const bench = containerBench('aborted');
  const abort = new AbortController();
  const running = bench.run('sleep 60', bench.workspace(), {}, abort.signal);
  await isRunning(bench.instance);
  abort.abort();
  expect(await running).toMatchObject({ kind: 'failed', facts: { ending: 'aborted' } });
  await expect.poll(() => containersOf(bench.instance, true), patience).toEqual([]);
  await bench.close();
});
