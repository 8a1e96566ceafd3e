// A row whose number lies below all numbers that JavaScript can tell apart: lists of a run showed it, and who checks from
// record 1 on never saw it.

import { expect, test } from 'vitest';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { intrude, temporaryStore } from '../fixtures/temporary-store.ts';

test('a row below the first record is found, however low its number', async () => {
  const { path, store } = await temporaryStore();
  const ledger = createLedger(store, systemClock);
  await ledger.append({ type: 'run-started', body: { run: 'r1' } });
  const intruder = await intrude(path);
  for (const seq of ['-9223372036854775808', '-9007199254740993', '0']) {
    await intruder.run(
      `INSERT INTO records SELECT ${seq}, text, hash, at, type, 'r2', call, digest FROM records WHERE seq = 1`,
    );
    expect(await ledger.verify(null), seq).toMatchObject({ isSound: false, bad: 1 });
    await intruder.run('DROP TRIGGER IF EXISTS records_remain');
    await intruder.run(`DELETE FROM records WHERE seq = ${seq}`);
    expect(await ledger.verify(null)).toMatchObject({ isSound: true });
  }
});
