import { expect, test } from 'vitest';
import { commitTo } from '../../../src/kernel/commitment.ts';
import type { Clock } from '../../../src/kernel/ports.ts';
import { prunable, prune, startPruning } from '../../../src/ledger/beside/retention.ts';
import { createLedger } from '../../../src/ledger/ledger.ts';
import { draftOf, temporaryStore } from '../../fixtures/temporary-store.ts';

const dayMs = 86_400_000;
const now = 100 * dayMs;
const forever = { outputsMs: null, saltsMs: null };

async function stored() {
  const { store, path } = await temporaryStore();
  for (const day of [10, 80]) {
    const output = { sha256: `of day ${day}`, text: 'x'.repeat(10_000) };
    await store.append(draftOf({}, { at: day * dayMs, beside: { salts: [commitTo('x')], output } }));
  }
  return { store, path, types: async () => (await store.records(all)).map(({ type }) => type).slice(2) };
}

const all = {
  order: 'oldest-first',
  from: null,
  limit: 100,
  type: null,
  run: null,
  call: null,
  digest: null,
} as const;

test('what is kept for ever is never pruned, and nothing is written where there is nothing to prune', async () => {
  const { store, types } = await stored();
  expect(await prune(store, forever, now, 'ada')).toMatchObject({ outputs: 0, salts: 0, outputsBefore: null });
  expect(await prune(store, { ...forever, saltsMs: 95 * dayMs }, now, 'ada')).toMatchObject({ outputs: 0, salts: 0 });
  expect(await types()).toEqual([]);
});

test('a look at what would be pruned prunes nothing', async () => {
  const { store, types } = await stored();
  const retention = { outputsMs: 30 * dayMs, saltsMs: 10 * dayMs };
  expect(await prunable(store, retention, now)).toEqual({
    outputs: 1,
    outputBytes: 10_000,
    salts: 2,
    outputsBefore: 70 * dayMs,
    saltsBefore: 90 * dayMs,
  });
  expect(await types()).toEqual([]);
});

test('pruning leaves a record of what went, by whom, and the chain as it was', async () => {
  const { store } = await stored();
  await prune(store, { outputsMs: 30 * dayMs, saltsMs: null }, now, 'ada');
  expect((await store.output('of day 10'))?.goneAt).toBe(now);
  expect((await store.output('of day 80'))?.goneAt).toBeNull();
  const ledger = createLedger(store, { now: () => now, monotonic: () => 0, sleep: async () => {} });
  const [last] = await ledger.show('3');
  expect(last?.type).toBe('ledger-pruned');
  expect(last?.body).toEqual({
    by: 'ada',
    outputs: 1,
    outputBytes: 10_000,
    salts: 0,
    outputsBefore: 70 * dayMs,
    saltsBefore: null,
  });
  expect((await ledger.verify(null)).isSound).toBe(true);
});

test('an open kernel prunes beside its work, again after a while, and says what goes wrong', async () => {
  const { store, types } = await stored();
  const said: string[] = [];
  const naps: (() => void)[] = [];
  let time = now;
  let slept = Promise.withResolvers<void>();
  const clock: Clock = {
    now: () => time,
    monotonic: () => 0,
    sleep: (_ms, signal) =>
      new Promise((resolve) => {
        naps.push(resolve);
        signal.addEventListener('abort', () => resolve());
        slept.resolve();
      }),
  };
  const wake = async () => {
    slept = Promise.withResolvers();
    naps.at(-1)?.();
    await slept.promise;
  };
  const pruning = startPruning(store, { outputsMs: 30 * dayMs, saltsMs: null }, clock, 'sallyport', (text) =>
    said.push(text),
  );
  await slept.promise;
  expect(await types()).toEqual(['ledger-pruned']);
  time = now + 40 * dayMs;
  await wake();
  expect(await types()).toEqual(['ledger-pruned', 'ledger-pruned']);
  await store.close();
  await wake();
  expect(said).toEqual([expect.stringContaining('was not pruned: could not read the database')]);
  await pruning.close();
});
