import { expect, test } from 'vitest';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { runFate } from '../../src/ledger/run-fate.ts';
import { temporaryStore } from '../fixtures/temporary-store.ts';

test('a run without a beginning never began, and one with an end is over, however it ended', async () => {
  const { store } = await temporaryStore();
  const ledger = createLedger(store, systemClock);
  expect(await runFate(store, 'r')).toEqual({ kind: 'never-began' });
  await ledger.append({ type: 'run-started', body: { run: 'r' } });
  expect(await runFate(store, 'r')).toEqual({ kind: 'open' });
  expect(await runFate(store, 'other')).toEqual({ kind: 'never-began' });
  await ledger.append({ type: 'run-ended', body: { run: 'r', phase: 'odd', because: 'it broke' } });
  expect(await runFate(store, 'r')).toEqual({ kind: 'over', phase: 'error', because: 'it broke' });
});
