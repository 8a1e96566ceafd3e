import { fixedPolicy, noContents, noLabels, noUses } from '../../src/kernel/fixed-policy.ts';
import { judge } from '../../src/kernel/judge.ts';
import { defaultCallLimits } from '../../src/kernel/limits.ts';
import { startStopwatch } from '../../src/kernel/stopwatch.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { createClassifier } from '../../src/policy/classify/classify.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { builtInTools } from '../../src/sandbox/tools/index.ts';
import { caller } from '../fixtures/ports.ts';
import { batchTimesOf, type Figure, percentile, timeFigure, timesOf } from './measure.ts';

/** A policy of `count` rules: programs, paths and hosts, as an operator's file has them, the wanted one somewhere inside. */
export function rulesText(count: number): string {
  const rule = (index: number): string => {
    if (index === Math.floor(count / 2))
      return '  - id: status\n    allow: { run: ["git status *"] }\n    because: it only looks';
    const kinds = [
      `allow: { run: ["tool${index} build *", "tool${index} test"] }`,
      `allow: { read: ["area${index}/**"] }`,
      `ask: { write: ["area${index}/out/**"] }`,
      `deny: { connect: ["host${index}.example.com"] }`,
      `deny: { read: ["**/secret${index}/**"] }`,
    ];
    return `  - id: rule-${index}\n    ${kinds[index % kinds.length]}\n    because: rule number ${index} of the benchmark`;
  };
  return `policy: bench\nrules:\n${Array.from({ length: count }, (_, index) => rule(index)).join('\n')}\n`;
}

/** Decide with the effects given, and classify with decide, at 500 rules. */
export async function benchDecide(workspace: string): Promise<readonly Figure[]> {
  const policy = await loadPolicy([{ path: 'bench.yaml', text: rulesText(500) }]);
  const classifier = createClassifier({ tools: builtInTools, privateDirectories: [] });
  const here = { ...caller, workspace };
  const call = { id: 'c', tool: 'exec', args: { command: 'git status --short' } };
  const classified = await classifier.classify(call, here);
  if (classified.kind !== 'understood') throw new Error(classified.because);
  const { action } = classified;
  if (policy.decide(action, here, { now: 0, used: [], inputs: [] }).verdict !== 'allow')
    throw new Error('the benchmark call is not allowed');
  const decide = await batchTimesOf(400, 50, () => policy.decide(action, here, { now: 0, used: [], inputs: [] }));

  const ports = {
    classifier,
    clock: systemClock,
    limits: defaultCallLimits,
    policies: fixedPolicy(policy),
    uses: noUses,
    labels: noLabels,
    readContents: noContents,
  };
  const signal = new AbortController().signal;
  const judged = await timesOf(2_000, 400, () => judge(call, here, ports, signal, startStopwatch(systemClock)));
  const { parse } = await import('unbash');
  const bareParse = await batchTimesOf(400, 20, () => parse('git status --short'));
  const lookup = new Map([['git', 1]]);
  const bareLookup = await batchTimesOf(400, 1_000, () => lookup.get('git'));
  return [
    timeFigure(
      'decide, effects given, 500 rules, p50',
      percentile(decide, 0.5),
      'µs',
      50,
      percentile(bareLookup, 0.5),
      'one map look-up',
    ),
    timeFigure(
      'classify + decide + seal, 500 rules, p50',
      percentile(judged, 0.5),
      'µs',
      300,
      percentile(bareParse, 0.5),
      'bare shell parse',
    ),
  ];
}
