import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createAfterwards } from '../../../src/sandbox/container/afterwards.ts';
import { handClock } from '../../fixtures/hand-clock.ts';

const bench = () => {
  const clock = handClock(1_000_000);
  const afterwards = createAfterwards(clock);
  const done: string[] = [];
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  const put = (name: string) => afterwards.put(async () => void done.push(name));
  return { clock, afterwards, done, over, end, put };
};
/** The clock lets everybody look every 2 ms. */
const looks = () => pause(20);

test('nothing is done while a call is under way, and all of it a moment after', async () => {
  const { clock, afterwards, done, over, end, put } = bench();
  const call = afterwards.during(() => over);
  put('remove');
  clock.set(1_000_900);
  await looks();
  expect(done).toEqual([]);
  end();
  await call;
  await looks();
  expect(done).toEqual([]);
  clock.set(1_000_950);
  await expect.poll(() => done).toEqual(['remove']);
});

test('a call that takes long holds nothing up for ever', async () => {
  const { clock, afterwards, done, over, end, put } = bench();
  const call = afterwards.during(() => over);
  put('remove');
  clock.set(1_001_001);
  await expect.poll(() => done).toEqual(['remove']);
  end();
  await call;
});

test('at the end everything is done at once, and waited for', async () => {
  const { afterwards, done, over, end, put } = bench();
  const call = afterwards.during(() => over);
  put('remove');
  put('make');
  await afterwards.settle();
  expect(done).toEqual(['remove', 'make']);
  end();
  await call;
});
