// Whether a kernel grew while it ran calls: what it uses at the end against what it used once it was warm.

import type { Gauge } from './messages.ts';

const mebibyte = 1_048_576;

/**
 * What it may grow between the first quarter and the end, in what the unit says. Containers that wait and isolate processes
 * hold a few files each, and come and go; memory that was freed stays with the process for a while.
 */
const growthMax = { heapMiB: 16, rssMiB: 64, files: 120 };

/** A line for each way in which it grew. */
export function growthFaults(gauges: readonly Gauge[]): readonly string[] {
  const warm = gauges[Math.floor(gauges.length / 4)];
  const last = gauges.at(-1);
  if (warm === undefined || last === undefined) return ['nobody looked at the memory of the kernel'];
  const grown = {
    heapMiB: (last.heapBytes - warm.heapBytes) / mebibyte,
    rssMiB: (last.rssBytes - warm.rssBytes) / mebibyte,
    files: last.files - warm.files,
  };
  return [
    ...(grown.heapMiB > growthMax.heapMiB ? [`the heap of the kernel grew by ${grown.heapMiB.toFixed(1)} MiB`] : []),
    ...(grown.rssMiB > growthMax.rssMiB ? [`the memory of the kernel grew by ${grown.rssMiB.toFixed(1)} MiB`] : []),
    ...(grown.files > growthMax.files ? [`the kernel held ${grown.files} open files more`] : []),
  ];
}
