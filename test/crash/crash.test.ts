import { expect, test } from 'vitest';
import { between, randomFrom } from '../soak/random.ts';
import { type CrashOptions, type CrashReport, runCrashes } from './run-crashes.ts';

// Short ones; `npm run crash` kills thousands. The seed of a failure is in its message.

const seed = between(randomFrom(Date.now()), 1, 1_000_000);
const crashes = (options: Partial<CrashOptions>): Promise<CrashReport> =>
  runCrashes({
    ...{ kills: 10, livesPerHome: 8, seed, homes: 1, isPowerCut: false, isCareless: false, tell: () => {} },
    ...options,
  });

test('the harness notices processes that do not wait for the disk: with the power goes what they promised', async () => {
  const { faults } = await crashes({ kills: 30, isPowerCut: true, isCareless: true });
  expect(faults.join('\n'), `seed ${seed}`).toMatch(/not kept|does not verify|broke/);
}, 120_000);

test('P11: kill -9 at any instant loses nothing promised, doubles no effect, and leaves what was interrupted unknown', async () => {
  const { faults, kills, promises, effects } = await crashes({});
  expect(faults, `seed ${seed}`).toEqual([]);
  expect(kills).toBeGreaterThanOrEqual(10);
  expect(promises).toBeGreaterThan(20);
  expect(effects).toBeGreaterThan(0);
}, 240_000);

test('P11: neither does a power cut, with the writes lost that were not flushed', async () => {
  const { faults, kills, promises } = await crashes({ isPowerCut: true });
  expect(faults, `seed ${seed}`).toEqual([]);
  expect(kills).toBeGreaterThanOrEqual(10);
  expect(promises).toBeGreaterThan(20);
}, 240_000);
