import { join } from 'node:path';
import ivm from 'isolated-vm';
import { openLedger } from '../../src/cli/open-ledger.ts';
import { fixedPolicy, noLabels, noUses } from '../../src/kernel/fixed-policy.ts';
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

/** A JavaScript call from proposal to answer: policy, durable intent, a fresh isolate, durable outcome. */
export async function benchIsolate(directory: string): Promise<readonly Figure[]> {
  const policy = await loadPolicy([{ path: 'bench.yaml', text: policyText }]);
  const { store, ledger } = await openLedger(join(directory, 'isolate-home'), systemClock);
  const isolate = createIsolateExecutor({
    tools: builtInTools,
    nodePath: process.execPath,
    processesMax: 2,
    privateDirectories: [],
  });
  const { ports } = testPorts('allow', {
    classifier: createClassifier({ tools: builtInTools, privateDirectories: [] }),
    policies: fixedPolicy(policy),
    uses: noUses,
    labels: noLabels,
    executors: { isolate, container: isolate },
    ledger,
  });
  const call = { id: 'c', tool: 'js', args: { code: 'return 6 * 7' } };
  const signal = new AbortController().signal;
  const times = await timesOf(300, 30, async () => {
    const result = await governedCall(call, { ...caller, workspace: directory }, ports, signal, () => {});
    if (result.outcome !== 'ok' || !result.output.includes('42')) throw new Error(result.because || result.output);
  });
  await isolate.close();
  await store.close();
  const bare = await timesOf(60, 10, bareIsolate);
  return [
    timeFigure(
      'isolate call, end to end, p50',
      percentile(times, 0.5),
      'ms',
      5,
      percentile(bare, 0.5),
      'bare new isolate + eval',
    ),
    timeFigure(
      'isolate call, end to end, p99',
      percentile(times, 0.99),
      'ms',
      25,
      percentile(bare, 0.99),
      'bare new isolate + eval',
    ),
  ];
}

async function bareIsolate(): Promise<void> {
  const isolate = new ivm.Isolate({ memoryLimit: 64 });
  const context = await isolate.createContext();
  await context.eval('6 * 7');
  isolate.dispose();
}
