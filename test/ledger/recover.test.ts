import { expect, test } from 'vitest';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { recoverInterrupted } from '../../src/ledger/recover.ts';
import { openStore, temporaryStore } from '../fixtures/temporary-store.ts';

const caller = { run: 'r1', agent: 'main' };
const isAlive = (instance: string) => instance === 'alive';

async function interrupted() {
  const { path, store } = await temporaryStore();
  const ledger = createLedger(store, systemClock);
  await ledger.append({ type: 'run-started', body: { run: 'r1', instance: 'dead' } });
  await ledger.append({ type: 'call-intended', body: { call: 'c1', caller, digest: 'd1', instance: 'dead' } });
  return { path, store, ledger };
}

test('P11: an interrupted call and its run get their end, the call as unknown', async () => {
  const { store, ledger } = await interrupted();
  expect(await recoverInterrupted(store, systemClock, isAlive)).toEqual({ calls: 1, runs: 1 });
  const [call, run] = [await ledger.show('3'), await ledger.show('4')];
  expect(call[0]).toMatchObject({
    type: 'call-finished',
    body: { intent: 2, outcome: 'unknown', call: 'c1', caller, digest: 'd1' },
  });
  expect(run[0]).toMatchObject({ type: 'run-ended', body: { run: 'r1', started: 1, phase: 'error' } });
  for (const [record] of [call, run]) expect(record?.body.because).toMatch(/process .* ended/);
  expect(await ledger.verify(null)).toMatchObject({ isSound: true, records: 4 });
});

test('what was closed is not closed again, also when two look at once', async () => {
  const { path, store, ledger } = await interrupted();
  const other = await openStore(path);
  const found = await Promise.all([store, other, store].map((hand) => recoverInterrupted(hand, systemClock, isAlive)));
  expect(found.reduce((sum, { calls, runs }) => sum + calls + runs, 0)).toBe(2);
  expect(await recoverInterrupted(store, systemClock, isAlive)).toEqual({ calls: 0, runs: 0 });
  expect((await ledger.head())?.seq).toBe(4);
});

test('calls that ended, and calls of living processes, are left alone', async () => {
  const { store, ledger } = await interrupted();
  await ledger.append({ type: 'call-finished', body: { call: 'c1', caller, intent: 2, outcome: 'ok' } });
  await ledger.append({ type: 'run-ended', body: { run: 'r1', phase: 'end' } });
  await ledger.append({ type: 'call-intended', body: { call: 'c2', caller, instance: 'alive' } });
  expect(await recoverInterrupted(store, systemClock, isAlive)).toEqual({ calls: 0, runs: 0 });
});

test('two calls with one id are told apart by their intents', async () => {
  const { store, ledger } = await interrupted();
  const { seq } = await ledger.append({ type: 'call-intended', body: { call: 'c1', caller, instance: 'dead' } });
  await ledger.append({ type: 'call-finished', body: { call: 'c1', caller, intent: seq, outcome: 'ok' } });
  await recoverInterrupted(store, systemClock, isAlive);
  expect((await ledger.show('c1')).map(({ body }) => [body.intent, body.outcome])).toEqual([
    [undefined, undefined],
    [undefined, undefined],
    [3, 'ok'],
    [2, 'unknown'],
  ]);
});

test('an intent that names no process counts as interrupted', async () => {
  const { store } = await temporaryStore();
  await createLedger(store, systemClock).append({ type: 'call-intended', body: { call: 'c1' } });
  expect(await recoverInterrupted(store, systemClock, () => true)).toEqual({ calls: 1, runs: 0 });
});

test('an interrupted preview has failed: it could touch nothing', async () => {
  const { store } = await temporaryStore();
  const ledger = createLedger(store, systemClock);
  const intent = { call: 'c1', caller, digest: 'd1' };
  const dead = await ledger.append({ type: 'preview-intended', body: { ...intent, instance: 'dead' } });
  const ended = await ledger.append({ type: 'preview-intended', body: { ...intent, instance: 'dead' } });
  await ledger.append({ type: 'preview-finished', body: { ...intent, intent: ended.seq, outcome: 'ok' } });
  expect(await recoverInterrupted(store, systemClock, isAlive)).toEqual({ calls: 0, runs: 0 });
  const [record] = await ledger.show('4');
  expect(record).toMatchObject({
    type: 'preview-finished',
    body: { intent: dead.seq, outcome: 'failed', recovered: true },
  });
  expect(await store.openSteps(10)).toEqual([]);
});
