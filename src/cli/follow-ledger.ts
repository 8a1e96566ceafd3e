// New records as they come, from whichever process. Waits on the clock between looks; a look that finds nothing reads one number.

import type { Clock } from '../kernel/ports.ts';
import type { RecordQuery, Store } from '../kernel/store.ts';
import { type LedgerRecord, parseRecord } from '../ledger/record.ts';

/** Which records are meant. Null means all. */
export interface Followed {
  readonly type: string | null;
  readonly run: string | null;
  /** Only records after this number. */
  readonly after: number;
}

/** How often it is looked whether anybody wrote. */
const lookMs = 200;
const pageRecords = 500;

/** Records after a number, until `signal` aborts. */
export async function* followLedger(
  store: Pick<Store, 'records' | 'version'>,
  { type, run, after }: Followed,
  clock: Clock,
  signal: AbortSignal,
): AsyncIterable<LedgerRecord> {
  let from = after;
  for (let seen = Number.NaN; !signal.aborted; await clock.sleep(lookMs, signal)) {
    // Asked before reading: what is written meanwhile makes another version.
    const version = await store.version();
    if (version === seen) continue;
    seen = version;
    for (let isMore = true; isMore && !signal.aborted; ) {
      const query: RecordQuery = {
        order: 'oldest-first',
        from,
        limit: pageRecords,
        type,
        run,
        call: null,
        digest: null,
      };
      const page = await store.records(query);
      for (const row of page) {
        if (signal.aborted) return;
        yield parseRecord(row.text);
      }
      from = page.at(-1)?.seq ?? from;
      isMore = page.length > 0;
    }
  }
}
