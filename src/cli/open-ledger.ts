// Opens the database of the state home. The directory is made with mode 0700 when it is not there.

import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Ledger } from '../kernel/ports.ts';
import type { Store } from '../kernel/store.ts';
import { createLedger, type LedgerReader } from '../ledger/ledger.ts';
import { genesis, linkRecord } from '../ledger/record.ts';
import { defaultStoreLimits, openSqliteStore } from '../store/sqlite.ts';
import { makePrivateDirectory } from './private-directory.ts';

export interface OpenLedger {
  readonly store: Store;
  readonly ledger: Ledger & LedgerReader;
}

/** The store and ledger in `home`. Close the store when done. */
export async function openLedger(home: string, clock: Clock): Promise<OpenLedger> {
  makePrivateDirectory(home);
  chmodSync(home, 0o700);
  const path = join(home, 'sallyport.db');
  const store = await openSqliteStore({ path, link: linkRecord, genesis, limits: defaultStoreLimits });
  return { store, ledger: createLedger(store, clock) };
}
