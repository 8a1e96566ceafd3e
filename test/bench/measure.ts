// Measuring: how long something takes, often enough to say p50 and p99.

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | 'µs' | '/s' | 'MiB';
  /** What the machine itself takes for the least that has to happen, measured in the same run. */
  readonly floor: number;
  readonly floorName: string;
  /** What the project wants; `atMost` for times, `atLeast` for rates. */
  readonly aim: string;
  readonly isMet: boolean;
}

/** Times in milliseconds of `count` runs of `work`, sorted, after `warmUp` runs that do not count. */
export async function timesOf(
  count: number,
  warmUp: number,
  work: (index: number) => unknown,
): Promise<readonly number[]> {
  const times: number[] = [];
  for (let index = 0; index < warmUp + count; index += 1) {
    const startedAt = performance.now();
    await work(index);
    if (index >= warmUp) times.push(performance.now() - startedAt);
  }
  return times.sort((a, b) => a - b);
}

/** Like `timesOf`, for work too short to be timed alone: each time is the mean over `batch` synchronous runs. */
export function batchTimesOf(
  count: number,
  batch: number,
  work: (index: number) => unknown,
): Promise<readonly number[]> {
  return timesOf(count, Math.ceil(count / 5), (index) => {
    for (let inner = 0; inner < batch; inner += 1) work(index * batch + inner);
  }).then((times) => times.map((ms) => ms / batch));
}

/** The value below which `share` (0 to 1) of the sorted values lie. */
export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

/** A time with its aim, `at most`. */
export function timeFigure(
  name: string,
  ms: number,
  unit: 'ms' | 'µs',
  atMost: number,
  floorMs: number,
  floorName: string,
): Figure {
  const scale = unit === 'µs' ? 1_000 : 1;
  return {
    name,
    value: ms * scale,
    unit,
    floor: floorMs * scale,
    floorName,
    aim: `≤ ${atMost >= 100 ? Math.round(atMost) : atMost} ${unit}`,
    isMet: ms * scale <= atMost,
  };
}

/** A rate with its aim, `at least`. */
export const rateFigure = (
  name: string,
  perSecond: number,
  atLeast: number,
  floor: number,
  floorName: string,
): Figure => ({
  name,
  value: perSecond,
  unit: '/s',
  floor,
  floorName,
  aim: `≥ ${atLeast.toLocaleString('en')} /s`,
  isMet: perSecond >= atLeast,
});
