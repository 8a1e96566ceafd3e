// Finds records by what they say, newest first. What always holds: a hit is read from the ledger itself, so the index can be
// behind or lost, but never tell what the ledger does not.

import type { LedgerRow } from '../../kernel/store.ts';
import { type LedgerRecord, parseRecord } from '../record.ts';
import type { RecordSource } from './catch-up.ts';
import { matchOf, type SearchQuery } from './query.ts';
import { type IndexDatabase, matching, rangeOf } from './tables.ts';
import { type Excerpt, whereMatched } from './where-matched.ts';

/** A record that was found, and where in it. */
export interface Hit {
  readonly record: LedgerRecord;
  readonly where: Excerpt | null;
}

/** What a search found. */
export interface Found {
  readonly hits: readonly Hit[];
  /** True if there are more. */
  readonly isCut: boolean;
}

/** At most `limit` records that match, newest first. */
export async function searchRecords(
  database: IndexDatabase,
  ledger: RecordSource,
  query: SearchQuery,
  limit: number,
): Promise<Found> {
  const { since, until } = query;
  const range = await rangeOf(database, since, until);
  const hits: Hit[] = [];
  if (range === null) return { hits, isCut: false };
  const match = matchOf(query);
  for (let before = range.last + 1; ; ) {
    const seqs = await matching(database, match, range.first, before, limit + 1);
    for (const seq of seqs) {
      const row = await rowAt(ledger, seq);
      const isMeant = row !== null && (since === null || row.at >= since) && (until === null || row.at <= until);
      if (!isMeant) continue;
      if (hits.length === limit) return { hits, isCut: true };
      const record = parseRecord(row.text);
      hits.push({ record, where: whereMatched(record.body, query.wanted) });
    }
    before = seqs.at(-1) ?? range.first;
    if (seqs.length <= limit) return { hits, isCut: false };
  }
}

async function rowAt(ledger: RecordSource, seq: number): Promise<LedgerRow | null> {
  const query = {
    order: 'oldest-first',
    from: seq - 1,
    limit: 1,
    type: null,
    run: null,
    call: null,
    digest: null,
  } as const;
  const [row] = await ledger.records(query);
  return row?.seq === seq ? row : null;
}
