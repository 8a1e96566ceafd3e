// The report of a soak as text for people.

import { percentile } from '../bench/measure.ts';
import type { SoakReport } from './run-soak.ts';

/** Faults that are spelled out; of a broken kernel there are thousands. */
const faultsMax = 50;

export function figuresText({ ended, seconds, kernels, kills, gauges, faults }: SoakReport): string {
  const names = [...new Set(ended.map(({ call }) => call.kind))].sort();
  const rows = names.map((name) => {
    const mine = ended.filter(({ call }) => call.kind === name);
    const times = mine.map(({ ms }) => ms).sort((a, b) => a - b);
    const outcomes = Object.groupBy(mine, ({ end }) => end.outcome);
    const told = Object.entries(outcomes).map(([outcome, all]) => `${outcome} ${all.length}`);
    const spell = (share: number) => percentile(times, share).toFixed(0).padStart(6);
    return `${name.padEnd(20)} ${String(mine.length).padStart(6)} ${spell(0.5)} ${spell(0.99)}  ${told.join(', ')}`;
  });
  const inMiB = (bytes: number) => (bytes / 1_048_576).toFixed(1);
  return [
    `${'kind'.padEnd(20)}  calls p50 ms p99 ms  ends`,
    ...rows,
    '',
    `${ended.length} calls in ${seconds.toFixed(0)} s: ${(ended.length / seconds).toFixed(1)} calls/s`,
    `${kernels} kernels; killed: ${kills.kernel} kernels, ${kills.isolate} isolate processes, ${kills.container} containers`,
    `heap MiB of the kernel that was spared: ${gauges.map(({ heapBytes }) => inMiB(heapBytes)).join('  ')}`,
    `RSS MiB: ${gauges.map(({ rssBytes }) => inMiB(rssBytes)).join('  ')}`,
    `open files: ${gauges.map(({ files }) => files).join('  ')}`,
    ...faults.slice(0, faultsMax).map((fault) => `FAULT ${fault}`),
    faults.length === 0 ? 'nothing is wrong' : `${faults.length} faults`,
    '',
  ].join('\n');
}
