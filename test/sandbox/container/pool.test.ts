import { expect, test } from 'vitest';
import { createPool, type Pool, type PoolLimits } from '../../../src/sandbox/container/pool.ts';
import { handClock } from '../../fixtures/hand-clock.ts';

const benchOf = (limits: Partial<PoolLimits> = {}) => {
  const clock = handClock(0);
  const bad = new Set<string>();
  const removed: string[] = [];
  let count = 0;
  const pool: Pool<string> = createPool<string>({
    clock,
    limits: { perProfileMax: 3, containersMax: 4, idleMs: 120_000, ...limits },
    isGood: (item) => !bad.has(item),
    remove: (item) => void removed.push(item),
  });
  const make = (profile: string) => async () => {
    count += 1;
    return { profile, item: `${profile}${count}` };
  };
  return { clock, bad, removed, pool, make };
};

test('nothing waits before the first use, and nothing in a pool without room', async () => {
  const { pool, make } = benchOf({ perProfileMax: 0, containersMax: 0 });
  expect(await pool.take('a')).toBeUndefined();
  await pool.refill('a', make('a'), 1);
  expect(pool.size).toBe(0);
  expect(await pool.take('a')).toBeUndefined();
});

test('what waits is taken once, by its own profile alone, and never if it is no good any more', async () => {
  const { pool, make, bad, removed } = benchOf();
  await pool.refill('a', make('a'), 2);
  expect(await pool.take('b')).toBeUndefined();
  expect(await pool.take('a')).toBe('a1');
  bad.add('a2');
  expect(await pool.take('a')).toBeUndefined();
  expect(removed).toEqual(['a2']);
});

test('a container that was made for another profile, because things changed, is kept for that one', async () => {
  const { pool, make } = benchOf();
  await pool.refill('before', make('after'), 1);
  expect(await pool.take('before')).toBeUndefined();
  expect(await pool.take('after')).toBe('after1');
});

test('one that could not be made is missing, and the next one is made all the same', async () => {
  const { pool, make } = benchOf();
  await pool.refill('a', async () => Promise.reject(new Error('no engine')), 1);
  expect(pool.size).toBe(0);
  await pool.refill('a', async () => undefined, 1);
  await pool.refill('a', make('a'), 1);
  expect(pool.size).toBe(1);
});

test('each call that finds none lets one more wait, up to the bound', async () => {
  const { pool, make } = benchOf();
  for (const expected of [1, 2, 3, 3]) {
    while ((await pool.take('a')) !== undefined);
    await pool.refill('a', make('a'), 1);
    expect(pool.size).toBe(expected);
  }
});

test('beyond the bound of all, the profile that was not used for longest gives way', async () => {
  const { pool, make, removed } = benchOf();
  await pool.refill('old', make('old'), 2);
  await pool.refill('new', make('new'), 3);
  expect(removed).toEqual(['old1']);
  expect(pool.size).toBe(4);
});

test('one that is being made goes to the call that needs it', async () => {
  const { pool } = benchOf();
  const { promise, resolve } = Promise.withResolvers<{ profile: string; item: string }>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const slow = () => {
    begin();
    return promise;
  };
  const refilled = pool.refill('a', slow, 1);
  await begun;
  const taken = pool.take('a');
  resolve({ profile: 'a', item: 'late' });
  expect(await taken).toBe('late');
  await refilled;
  expect(pool.size).toBe(0);
});

test('a quiet minute lets one fewer wait, and without use all go', async () => {
  const { pool, make, clock, removed } = benchOf();
  await pool.refill('a', make('a'), 2);
  clock.set(75_000);
  await expect.poll(() => removed).toEqual(['a1']);
  clock.set(135_000);
  await expect.poll(() => removed).toEqual(['a1', 'a2']);
  expect(pool.size).toBe(0);
});

test('a closed pool is empty and stays so, also by what was being made', async () => {
  const { pool, make, removed } = benchOf();
  await pool.refill('a', make('a'), 1);
  const { promise, resolve } = Promise.withResolvers<{ profile: string; item: string }>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const slow = () => {
    begin();
    return promise;
  };
  pool.refill('b', slow, 1);
  await begun;
  const closed = pool.close();
  resolve({ profile: 'b', item: 'late' });
  await closed;
  expect(removed.sort()).toEqual(['a1', 'late']);
  await pool.refill('a', make('a'), 1);
  expect(pool.size).toBe(0);
});
