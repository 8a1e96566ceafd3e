// A model chooses call ids, and text of records comes from outside. None of it may make a sound ledger look broken, break
// the search for it, or keep an interrupted call from being found.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { recoverInterrupted } from '../../src/ledger/recover.ts';
import { temporaryStore } from '../fixtures/temporary-store.ts';

const strange = [
  'nul \u0000 in the middle',
  '',
  '1',
  '\u202ereversed',
  'x'.repeat(100_000),
  "'; DROP TABLE records; --",
  '\ufffd',
  '"hash":"sha256:0","prev":"sha256:0","seq":1,"type":"x"}',
  `sha256:${'0'.repeat(64)}`,
  '__proto__',
];

test('strange call ids verify, are found and are recovered', async () => {
  const { store } = await temporaryStore();
  const ledger = createLedger(store, systemClock);
  for (const call of strange) {
    await ledger.append({ type: 'call-intended', body: { call, run: call, digest: call, caller: { run: call } } });
  }
  expect(await ledger.verify(null)).toMatchObject({ isSound: true, records: strange.length });
  const records = await ledger.show('\u202ereversed');
  expect(records.map(({ body }) => body.call)).toEqual([]);
  expect(await recoverInterrupted(store, systemClock, () => false)).toEqual({ calls: strange.length, runs: 0 });
  const found = await ledger.list({
    limit: 100,
    before: null,
    type: 'call-finished',
    run: null,
    call: null,
    digest: null,
  });
  expect(found.map(({ body }) => body.call).toReversed()).toEqual(strange.toReversed());
});

test('whatever JSON is in a body, the ledger verifies', async () => {
  const { store } = await temporaryStore();
  const ledger = createLedger(store, systemClock);
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (body) => {
      await ledger.append({ type: 'call-refused', body: JSON.parse(JSON.stringify(body)) });
    }),
    { numRuns: 300 },
  );
  expect(await ledger.verify(await ledger.head())).toMatchObject({ isSound: true, records: 300 });
});
