import { fixedPolicy, noContents, noHalts, noLabels, noUses } from '../../src/kernel/fixed-policy.ts';
import { judge } from '../../src/kernel/judge.ts';
import { defaultCallLimits } from '../../src/kernel/limits.ts';
import { startStopwatch } from '../../src/kernel/stopwatch.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { createClassifier } from '../../src/policy/classify/classify.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { builtInTools } from '../../src/sandbox/tools/index.ts';
import { caller, plainRecording } from '../fixtures/ports.ts';
import { everydayLines, hostileLines } from './command-lines.ts';
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

/** A policy of `count` rules with three examples each. */
export function exampleRulesText(count: number): string {
  const kinds = (index: number): readonly string[] => [
    `allow: { run: ["tool${index} build *"] }\n    matches: [tool${index} build, tool${index} build --fast]\n    doesNotMatch: ["tool${index} build; ls"]`,
    `allow: { read: ["area${index}/**"] }\n    matches: [area${index}/a, area${index}/b/c]\n    doesNotMatch: [area/a]`,
    `ask: { write: ["area${index}/out/**"] }\n    matches: [area${index}/out/a, area${index}/out/b/c]\n    doesNotMatch: [area/in]`,
    `deny: { connect: ["host${index}.example.com"] }\n    matches: [host${index}.example.com, "https://host${index}.example.com/a"]\n    doesNotMatch: [example.com]`,
    `deny: { read: ["**/secret${index}/**"] }\n    matches: [secret${index}/a, b/secret${index}/c]\n    doesNotMatch: [secret/a]`,
  ];
  const rule = (_: unknown, index: number) =>
    `  - id: rule-${index}\n    ${kinds(index)[index % 5]}\n    because: rule number ${index} of the benchmark`;
  return `policy: bench\nrules:\n${Array.from({ length: count }, rule).join('\n')}\n`;
}

/** Decide with the effects given, classify with decide, and loading, at 500 rules. */
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
    halts: noHalts,
    labels: noLabels,
    readContents: noContents,
    recording: plainRecording,
  };
  const signal = new AbortController().signal;
  const judgeLine = (command: string) =>
    judge({ id: 'c', tool: 'exec', args: { command } }, here, ports, signal, startStopwatch(systemClock));
  const judged = await timesOf(2_000, 400, () => judgeLine('git status --short'));
  const lineAt = (index: number) => everydayLines[index % everydayLines.length] ?? '';
  const everyday = await timesOf(2_000, 1_000, (index) => judgeLine(lineAt(index)));
  const { parse } = await import('unbash');
  const bareParse = await batchTimesOf(400, 20, () => parse('git status --short'));
  const everydayParse = await timesOf(2_000, 1_000, (index) => parse(lineAt(index)));
  const hostile = await slowestOf(Object.entries(hostileLines), judgeLine);
  const hostileParse = await slowestOf(Object.entries(hostileLines), (line) => parse(line));
  const text = exampleRulesText(500);
  const loaded = await timesOf(5, 2, () => loadPolicy([{ path: 'bench.yaml', text }]));
  const { parseDocument } = await import('yaml');
  const bareYaml = await timesOf(5, 2, () => parseDocument(text).toJS());
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
    timeFigure(
      'classify + decide + seal, everyday lines, p50',
      percentile(everyday, 0.5),
      'µs',
      100,
      percentile(everydayParse, 0.5),
      'bare shell parse',
    ),
    timeFigure(
      'classify + decide + seal, everyday lines, p99',
      percentile(everyday, 0.99),
      'ms',
      1,
      percentile(everydayParse, 0.99),
      'bare shell parse',
    ),
    timeFigure(
      `slowest hostile line of 10 kB (${hostile.name}), p50`,
      hostile.ms,
      'ms',
      5,
      hostileParse.ms,
      `slowest bare shell parse (${hostileParse.name})`,
    ),
    timeFigure(
      'load 500 rules with 3 examples each, p50',
      percentile(loaded, 0.5),
      'ms',
      300,
      percentile(bareYaml, 0.5),
      'bare YAML parse',
    ),
  ];
}

/** The line that takes longest, by its middle time of a few. */
async function slowestOf(
  lines: readonly (readonly [string, string])[],
  work: (line: string) => unknown,
): Promise<{ readonly name: string; readonly ms: number }> {
  let slowest = { name: '', ms: 0 };
  for (const [name, line] of lines) {
    const ms = percentile(await timesOf(9, 2, () => work(line)), 0.5);
    if (ms > slowest.ms) slowest = { name, ms };
  }
  return slowest;
}
