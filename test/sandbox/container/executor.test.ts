// Every executor of containers, held to what every executor promises: with containers that wait, on a machine without a C
// compiler, and with gVisor.

import { afterAll, beforeAll } from 'vitest';
import { testExecutor } from '../../conformance/executor.ts';
import { containerExecutorBench } from '../../fixtures/executor-benches.ts';
import { type OwnEngine, ownEngine } from '../../fixtures/own-engine.ts';

type Bench = ReturnType<typeof containerExecutorBench>;
const benches: Bench[] = [];
const kept = (bench: Bench): Bench => {
  benches.push(bench);
  return bench;
};
const pool = { perProfileMax: 2, containersMax: 4, idleMs: 60_000 };
const usual = kept(containerExecutorBench('executor', { pool }));
const withoutInit = kept(containerExecutorBench('executor-without-init', { findInit: async () => undefined }));
let engine: OwnEngine;
let gvisor: Bench;
beforeAll(async () => {
  engine = await ownEngine();
  gvisor = kept(containerExecutorBench('executor-gvisor', { socketPath: engine.socketPath }, { runtime: 'runsc' }));
});
afterAll(async () => {
  for (const bench of benches) await bench.close();
  await engine.close();
});

testExecutor('container', () => usual);
testExecutor('container without a PID 1 of ours', () => withoutInit);
testExecutor('gVisor', () => gvisor);
