// A ledger with an index beside it, as the command line opens them.

import { join } from 'node:path';
import { withSearchIndex } from '../../../src/cli/open-search.ts';
import type { LedgerEntry } from '../../../src/kernel/ports.ts';
import { draftRecord } from '../../../src/kernel/record-draft.ts';
import type { Store } from '../../../src/kernel/store.ts';
import type { JsonObject } from '../../../src/kernel/types.ts';
import { catchUp } from '../../../src/ledger/search/catch-up.ts';
import { parseQuery } from '../../../src/ledger/search/query.ts';
import { type Found, searchRecords } from '../../../src/ledger/search/search.ts';
import { openStore, temporaryFolder } from '../../fixtures/temporary-store.ts';

export const noon = Date.parse('2026-11-20T12:00:00Z');
export const never = new AbortController().signal;

/** The caller of a call in `run`. */
export const callerOf = (run: string, agent = 'main'): JsonObject => ({
  agent,
  run,
  session: `agent:${agent}:cli`,
  requestedBy: `agent:${agent}`,
  sender: 'ann',
  channel: 'cli',
  trigger: 'message',
  labels: [],
});

export interface Place {
  readonly home: string;
  readonly store: Store;
  append(type: LedgerEntry['type'], body: JsonObject, at?: number): Promise<number>;
  find(query: string, limit?: number): Promise<Found>;
  /** Numbers of the records that are found. */
  seqs(query: string, limit?: number): Promise<readonly number[]>;
}

export async function openPlace(home = temporaryFolder()): Promise<Place> {
  const store = await openStore(join(home, 'sallyport.db'));
  const place: Place = {
    home,
    store,
    append: async (type, body, at = noon) => (await store.append(draftRecord({ type, body }, at))).seq,
    find: (query, limit = 50) =>
      withSearchIndex(home, async (index) => {
        await catchUp(index, store, () => {}, never);
        return searchRecords(index, store, parseQuery(query, noon), limit);
      }),
    seqs: async (query, limit) => (await place.find(query, limit)).hits.map(({ record }) => record.seq),
  };
  return place;
}
