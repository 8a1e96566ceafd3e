// A process that appends as fast as it can and says which records it was promised: `seq:hash` a line, written to standard
// output before anything else happens. Arguments: the database, how many callers, how many records (0: until killed).

import { writeSync } from 'node:fs';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { genesis, linkRecord } from '../../src/ledger/record.ts';
import { createInstance } from '../../src/store/instance.ts';
import { defaultStoreLimits, openSqliteStore } from '../../src/store/sqlite.ts';

const [path = '', callers = '1', records = '0'] = process.argv.slice(2);
const store = await openSqliteStore({ path, link: linkRecord, genesis, limits: defaultStoreLimits });
const ledger = createLedger(store, systemClock);
const instance = createInstance();
const enough = records === '0' ? Number.POSITIVE_INFINITY : Number(records);
let appended = 0;

async function caller(name: number): Promise<void> {
  while (appended < enough) {
    appended += 1;
    const body = { call: `${process.pid}-${name}-${appended}`, run: `${process.pid}`, instance, text: 'x'.repeat(200) };
    const { seq, hash } = await ledger.append({ type: 'call-intended', body });
    writeSync(1, `${seq}:${hash}\n`);
  }
}

await Promise.all(Array.from({ length: Number(callers) }, (_, name) => caller(name)));
await store.close();
