import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openGauge, type ProcessUse, watchUse } from '../../../src/sandbox/isolate/watch-use.ts';

const limits = { memoryMiB: 64, cpuMs: 500 };

/** What a watch says about a process that uses first one, then the other. */
async function verdict(before: ProcessUse, after: ProcessUse | undefined): Promise<string> {
  let looks = 0;
  const { promise, resolve } = Promise.withResolvers<string>();
  const gauge = {
    read: () => {
      looks += 1;
      if (looks > 2) resolve('nothing');
      return looks === 1 ? before : after;
    },
    close: () => {},
  };
  const stop = watchUse(gauge, limits, resolve);
  const busy = setInterval(() => {}, 1_000);
  const kept = after === undefined ? 'nothing' : await promise;
  clearInterval(busy);
  stop();
  return kept;
}

const use = (residentMiB: number, cpuMs: number): ProcessUse => ({ residentBytes: residentMiB * 1_048_576, cpuMs });

test('a process that grows past its memory, or works past its processor time, is told', async () => {
  expect(await verdict(use(100, 0), use(100 + 64 + 97, 0))).toBe('the program needed more memory than its 64 MiB');
  expect(await verdict(use(100, 200), use(100, 200 + 500 + 251))).toBe(
    'the program used more than its 500 ms of processor time',
  );
});

test('what a process used before its call does not count', async () => {
  expect(await verdict(use(1_000, 10_000), use(1_064, 10_000 + 500 + 250))).toBe('nothing');
});

test('a gauge shows this process, and nothing once it is closed or there is no such process', async () => {
  const gauge = openGauge(process.pid);
  const first = gauge.read();
  const kept = Buffer.alloc(64 * 1_048_576, 1);
  await setImmediate();
  const second = gauge.read();
  expect(first?.residentBytes).toBeGreaterThan(10 * 1_048_576);
  expect((second?.residentBytes ?? 0) - (first?.residentBytes ?? 0)).toBeGreaterThan(0.5 * kept.length);
  expect(second?.cpuMs).toBeGreaterThanOrEqual(first?.cpuMs ?? Number.POSITIVE_INFINITY);
  gauge.close();
  expect(gauge.read()).toBeUndefined();
  expect(openGauge(2 ** 22 + 1).read()).toBeUndefined();
});
