import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fixedPolicy, noContents, noHalts, noLabels, noUses } from '../../src/kernel/fixed-policy.ts';
import { governedCall, Permit } from '../../src/kernel/governed-call.ts';
import type { Executor } from '../../src/kernel/ports.ts';
import { createClassifier } from '../../src/policy/classify/classify.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { builtInTools } from '../../src/sandbox/tools/index.ts';
import { caller, honestExecutor, testPorts } from '../fixtures/ports.ts';
import { batchTimesOf, type Figure, percentile, timeFigure, timesOf } from './measure.ts';

/** What the passage itself costs: real classifier, the default policy, digests and records; a sandbox that does nothing, no fsync. */
export async function benchKernel(workspace: string): Promise<readonly Figure[]> {
  const path = fileURLToPath(new URL('../../policies/default.yaml', import.meta.url));
  const policy = await loadPolicy([{ path, text: readFileSync(path, 'utf8') }]);
  const idle: Executor = {
    ...honestExecutor('container'),
    execute: async (permit) => {
      Permit.redeem(permit);
      return { kind: 'ok', output: '', truncated: false, facts: {} };
    },
  };
  const { ports } = testPorts('allow', {
    classifier: createClassifier({ tools: builtInTools, privateDirectories: [] }),
    policies: fixedPolicy(policy),
    uses: noUses,
    halts: noHalts,
    labels: noLabels,
    readContents: noContents,
    executors: { isolate: idle, container: idle },
    ledger: { append: async () => ({ seq: 1, hash: '' }) },
  });
  const call = { id: 'c', tool: 'exec', args: { command: 'git status --short' } };
  const signal = new AbortController().signal;
  const times = await timesOf(3_000, 600, async () => {
    const result = await governedCall(call, { ...caller, workspace }, ports, signal, () => {});
    if (result.outcome !== 'ok') throw new Error(result.because);
  });
  const text = 'x'.repeat(2_000);
  const hash = await batchTimesOf(200, 50, () => createHash('sha256').update(text).digest('hex'));
  return [
    timeFigure(
      'governed call without fsync, p50',
      percentile(times, 0.5),
      'ms',
      0.3,
      percentile(hash, 0.5) * 3,
      'three sha256 of 2 kB',
    ),
  ];
}
