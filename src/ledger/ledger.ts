// The ledger over a store: appending for the kernel, reading for people. Nothing here changes a record.

import type { Clock, Ledger } from '../kernel/ports.ts';
import { draftRecord } from '../kernel/record-draft.ts';
import type { LedgerHead, LedgerRow, RecordQuery, Store } from '../kernel/store.ts';
import { type VerifiedOutputs, verifyOutputs } from './beside/verify-outputs.ts';
import { withPageChecker } from './page-checker.ts';
import { type LedgerRecord, parseRecord } from './record.ts';
import { sourceOfStore } from './record-source.ts';
import { type Evidence, noEvidence, type Verification, verify } from './verify.ts';

/** Which records to list, newest first. Null means all. */
export interface LedgerFilter {
  readonly limit: number;
  /** Only records before this number. */
  readonly before: number | null;
  readonly type: string | null;
  readonly run: string | null;
  readonly call: string | null;
  readonly digest: string | null;
}

/** Which records to go through. */
export interface RecordSelection {
  readonly order: RecordQuery['order'];
  readonly types: ReadonlySet<string>;
  /** Only records after (oldest first) or before (newest first) this number; null means all. */
  readonly from: number | null;
  readonly run: string | null;
}

/** The ledger as people read it. */
export interface LedgerReader {
  list(filter: LedgerFilter): Promise<readonly LedgerRecord[]>;
  /** The records of a number, a call id or a digest, oldest first; empty if there are none. */
  show(key: string): Promise<readonly LedgerRecord[]>;
  head(): Promise<LedgerHead | null>;
  /** Checks every record; `noted` is a head from before that has to be in it, or null, `evidence` what else was kept. */
  verify(noted: LedgerHead | null, evidence?: Omit<Evidence, 'head'>): Promise<Verification>;
  /** Holds the long outputs that lie beside the records against their hashes. */
  verifyOutputs(): Promise<VerifiedOutputs>;
  /** Records of these types; memory does not grow with the ledger. */
  records(selection: RecordSelection): AsyncIterable<LedgerRecord>;
  /** All records, oldest first, each as one line of JSON without its line end. */
  export(): AsyncIterable<string>;
}

const everything = { order: 'oldest-first', from: null, type: null, run: null, call: null, digest: null } as const;
const pageRecords = 1_000;
const shownMax = 1_000;
const usualRecordBytes = 1_024;

/** A ledger that keeps its records in `store` and takes their time from `clock`. */
export function createLedger(store: Store, clock: Clock): Ledger & LedgerReader {
  return {
    append: async (entry) => store.append(draftRecord(entry, Math.trunc(clock.now()))),
    list: ({ before, limit, ...keys }) => collect(store, { order: 'newest-first', from: before, limit, ...keys }),
    async show(key) {
      const query = { ...everything, limit: shownMax };
      if (/^\d{1,15}$/.test(key)) return collect(store, { ...query, from: Number(key) - 1, limit: 1 }, Number(key));
      return collect(store, key.startsWith('sha256:') ? { ...query, digest: key } : { ...query, call: key });
    },
    head: () => store.head(),
    async verify(noted, evidence = noEvidence) {
      const source = await sourceOfStore(store);
      const bytes = ((await store.head())?.seq ?? 0) * usualRecordBytes;
      return withPageChecker(bytes, (checker) => verify(source, { ...evidence, head: noted }, checker));
    },
    verifyOutputs: () => verifyOutputs(store),
    async *records({ types, ...where }) {
      for await (const page of pages(store, { ...everything, ...where })) {
        for (const row of page) if (types.has(row.type)) yield parseRecord(row.text);
      }
    },
    async *export() {
      for await (const page of pages(store, everything)) for (const row of page) yield row.text;
    },
  };
}

async function collect(store: Store, query: RecordQuery, only?: number): Promise<readonly LedgerRecord[]> {
  const found: LedgerRecord[] = [];
  let from = query.from;
  while (found.length < query.limit) {
    const page = await store.records({ ...query, from, limit: query.limit - found.length });
    for (const row of page) found.push(parseRecord(row.text));
    const last = page.at(-1);
    if (last === undefined) break;
    from = last.seq;
  }
  return only === undefined ? found : found.filter(({ seq }) => seq === only);
}

async function* pages(store: Store, query: Omit<RecordQuery, 'limit'>): AsyncIterable<readonly LedgerRow[]> {
  let { from } = query;
  for (;;) {
    const page: readonly LedgerRow[] = await store.records({ ...query, from, limit: pageRecords });
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    from = last.seq;
  }
}
