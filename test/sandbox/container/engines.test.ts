// The executor as it is on a machine without a C compiler, and on an engine of its own: with gVisor, and with an engine that stops or is killed in the middle.

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { noGrants } from '../../../src/kernel/limits.ts';
import { testContainerExecutor } from '../../conformance/container-executor.ts';
import { type ContainerBench, containerBench } from '../../fixtures/container-bench.ts';
import { type OwnEngine, ownEngine } from '../../fixtures/own-engine.ts';

const inGvisor = { runtime: 'runsc' } as const;
const pool = { perProfileMax: 1, containersMax: 2, idleMs: 60_000 };
let engine: OwnEngine;
let gvisor: ContainerBench;
const usual = containerBench('conformance');
const withoutInit = containerBench('without-init', { findInit: async () => undefined });
beforeAll(async () => {
  engine = await ownEngine();
  gvisor = containerBench('gvisor', { socketPath: engine.socketPath }, inGvisor);
});
afterAll(async () => {
  await usual.close();
  await withoutInit.close();
  await gvisor.close();
  await engine.close();
});

testContainerExecutor('container', () => usual);
testContainerExecutor('container without a PID 1 of ours', () => withoutInit);
testContainerExecutor('gVisor', () => gvisor);

test('gVisor tells a signal from a status', async () => {
  const outcome = await gvisor.run('exit 137', gvisor.workspace());
  expect(outcome).toMatchObject({ facts: { exitStatus: 137, signal: 0 } });
});

test('gVisor has a kernel of its own, and a container of it waits only where nothing in it is closed', async () => {
  const outcome = await gvisor.run('dmesg 2>/dev/null | head -1; uname -r', gvisor.workspace());
  expect(outcome).toMatchObject({ kind: 'ok', output: expect.stringMatching(/4\.4\.0/) });
  const own = containerBench('gvisor-waiting', { socketPath: engine.socketPath, pool }, inGvisor);
  const workspace = own.workspace();
  await own.executor.warm([{ workspace, grants: { ...noGrants, ...inGvisor, read: ['.'] } }]);
  const waited = (wasWaiting: boolean) => ({ facts: expect.objectContaining({ wasWaiting }) });
  expect(await own.run('true', workspace, { read: ['.'] })).toMatchObject(waited(true));
  writeFileSync(join(workspace, '.env'), 'x');
  const closing = { read: ['.'], exceptRead: ['**/.env'] };
  await own.executor.warm([{ workspace, grants: { ...noGrants, ...inGvisor, ...closing } }]);
  expect(await own.run('true', workspace, closing)).toMatchObject(waited(false));
  await own.close();
});

/** A call whose command has begun, on the engine of its own, when this resolves. */
const runningCall = async (name: string) => {
  const bench = containerBench(name, { socketPath: engine.socketPath });
  const workspace = bench.workspace();
  const running = bench.run('touch out/begun; sleep 60', workspace, { write: ['out/**'] });
  await expect.poll(() => existsSync(join(workspace, 'out/begun')), { timeout: 30_000 }).toBe(true);
  const filters = JSON.stringify({ label: [`sallyport.instance=${bench.instance}`] });
  const left = async () => (await engine.docker.listContainers({ all: true, filters })).length;
  return { bench, running, left };
};
const unknown = { kind: 'unknown', because: expect.stringMatching(/not known/) };

test('an engine that is restarted in the middle leaves the call unknown, and serves the next one', async () => {
  const { bench, running, left } = await runningCall('restarted');
  await engine.stop();
  expect(await running).toMatchObject(unknown);
  await engine.start();
  expect(await bench.run('echo again', bench.workspace())).toMatchObject({ kind: 'ok', output: 'again\n' });
  await expect.poll(left, { timeout: 10_000 }).toBe(0);
  await bench.close();
});

test('an engine that is killed in the middle leaves the call unknown', async () => {
  const { bench, running } = await runningCall('engine-killed');
  await engine.stop('SIGKILL');
  expect(await running).toMatchObject(unknown);
  await bench.close();
});
