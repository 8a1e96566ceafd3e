import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import ivm from 'isolated-vm';
import { openLedger } from '../../src/cli/open-ledger.ts';
import { governedCall } from '../../src/kernel/governed-call.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { createClassifier } from '../../src/policy/classify/classify.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { createIsolateExecutor } from '../../src/sandbox/isolate.ts';
import { builtInTools } from '../../src/sandbox/tools/index.ts';
import { caller, testPorts } from '../fixtures/ports.ts';
import { type Figure, percentile, timeFigure, timesOf } from './measure.ts';

const policyText =
  'policy: bench\nrules:\n  - id: js\n    allow: { tool: [js] }\n    because: the benchmark computes\n';

/** Time between calls of one agent that hardly thinks: models take a hundred times as long. */
const paceMs = 10;
const callersAtOnce = 16;

/**
 * A JavaScript call: in the sandbox alone, at an agent's pace and without a pause; from proposal to answer, with policy and
 * two durable records; and sixteen callers at once.
 */
export async function benchIsolate(directory: string): Promise<readonly Figure[]> {
  const policy = await loadPolicy([{ path: 'bench.yaml', text: policyText }]);
  const { store, ledger } = await openLedger(join(directory, 'isolate-home'), systemClock);
  const isolate = createIsolateExecutor({
    tools: builtInTools,
    nodePath: process.execPath,
    processesMax: 16,
    privateDirectories: [],
  });
  const { ports } = testPorts('allow', {
    classifier: createClassifier({ tools: builtInTools, privateDirectories: [] }),
    policies: { current: () => policy, shadows: () => [] },
    executors: { isolate, container: isolate },
    ledger,
  });
  const signal = new AbortController().signal;
  const one = async () => {
    const call = { id: 'c', tool: 'js', args: { code: 'return 6 * 7' } };
    const result = await governedCall(call, { ...caller, workspace: directory }, ports, signal, () => {});
    if (result.outcome !== 'ok' || !result.output.includes('42')) throw new Error(result.because || result.output);
    return result.ms;
  };

  const paced: number[] = [];
  const pacedWhole: number[] = [];
  for (let index = 0; index < 330; index += 1) {
    await setTimeout(paceMs);
    const startedAt = performance.now();
    const { execute } = await one();
    if (index >= 30) paced.push(execute);
    if (index >= 30) pacedWhole.push(performance.now() - startedAt);
  }
  const rushed: number[] = [];
  const rushedWhole = await timesOf(300, 30, async () => rushed.push((await one()).execute));
  const crowdOf: number[][] = await Promise.all(
    Array.from({ length: callersAtOnce }, async () => [...(await timesOf(30, 2, one))]),
  );
  await isolate.close();
  await store.close();
  const bare = await timesOf(60, 10, bareIsolate);
  const ready = await readyEval();

  const sorted = (times: readonly number[]) => [...times].sort((a, b) => a - b);
  const crowd = sorted(crowdOf.flat());
  const figure = (name: string, times: readonly number[], share: number, atMost: number, floor: readonly number[]) =>
    timeFigure(
      `isolate ${name}, p${share * 100}`,
      percentile(times, share),
      'ms',
      atMost,
      percentile(floor, share),
      floor === bare ? 'bare new isolate + eval' : 'eval in a bare isolate made ahead',
    );
  return [
    figure('call in the sandbox', sorted(paced), 0.5, 1, ready),
    figure('call in the sandbox', sorted(paced), 0.99, 5, ready),
    figure('call in the sandbox, without a pause', sorted(rushed), 0.5, 5, bare),
    figure('call in the sandbox, without a pause', sorted(rushed), 0.99, 25, bare),
    figure('call, end to end', sorted(pacedWhole), 0.5, 5, bare),
    figure('call, end to end', sorted(pacedWhole), 0.99, 25, bare),
    figure('call, end to end, without a pause', rushedWhole, 0.5, 10, bare),
    figure(`call, end to end, ${callersAtOnce} callers without a pause`, crowd, 0.5, 100, bare),
    figure(`call, end to end, ${callersAtOnce} callers without a pause`, crowd, 0.99, 250, bare),
  ];
}

async function bareIsolate(): Promise<void> {
  const isolate = new ivm.Isolate({ memoryLimit: 64 });
  const context = await isolate.createContext();
  await context.eval('6 * 7');
  isolate.dispose();
}

/** Times of the first eval in isolates made ahead, at the same pace. */
async function readyEval(): Promise<readonly number[]> {
  const times: number[] = [];
  for (let index = 0; index < 60; index += 1) {
    const isolate = new ivm.Isolate({ memoryLimit: 64 });
    const context = await isolate.createContext();
    await setTimeout(paceMs);
    const startedAt = performance.now();
    await context.eval('6 * 7');
    times.push(performance.now() - startedAt);
    isolate.dispose();
  }
  return times.sort((a, b) => a - b);
}
