// Where records come from to be checked: a database or an export. Both hand them out by the page, for the fast checks, and
// one by one, for the slow ones that can say what is wrong.

import { isUtf8 } from 'node:buffer';
import type { LedgerHead, Store } from '../kernel/store.ts';
import type { Page } from './check-page.ts';
import { linesOf, pagesOf } from './lines-of.ts';
import { type Checked, checkRow, checkText } from './record.ts';

/** A record that is checked alone. */
export interface Entry {
  readonly text: string;
  check(previous: LedgerHead): Checked;
}

/** Records, oldest first. Each of these may be gone through several times, and finds the same records. */
export interface RecordSource {
  pages(): AsyncIterable<Page>;
  /** All but the first `skip` of them. */
  entries(skip: number): AsyncIterable<Entry>;
  /** The texts of those that say they are of this type; more may come along. */
  texts(type: string): AsyncIterable<string>;
}

/** Records of one page, and the bytes that an export is read by. */
const pageRecords = 4_096;
const pageBytes = 4_194_304;

/** The records that a database holds now; what is appended meanwhile is not looked at. */
export async function sourceOfStore(store: Store): Promise<RecordSource> {
  const end = (await store.head())?.seq ?? 0;
  const everything = { order: 'oldest-first', limit: 1_000, type: null, run: null, call: null, digest: null } as const;
  async function* rows(from: number | null, type: string | null) {
    for (let after = from; ; ) {
      const page = await store.records({ ...everything, from: after, type });
      for (const row of page) {
        if (row.seq > end) return;
        yield row;
      }
      const last = page.at(-1);
      if (last === undefined) return;
      after = last.seq;
    }
  }
  return {
    async *pages() {
      for (let after = 0; after < end; ) {
        const { until, text, columns } = await store.texts(after, Math.min(after + pageRecords, end));
        yield { after, text, columns };
        after = until;
      }
    },
    async *entries(skip) {
      for await (const row of rows(skip === 0 ? null : skip, null)) {
        yield { text: row.text, check: (previous) => checkRow(row, previous) };
      }
    },
    async *texts(type) {
      for await (const { text } of rows(null, type)) yield text;
    },
  };
}

/** The records of an export; `open` opens it anew. */
export function sourceOfExport(open: () => AsyncIterable<Uint8Array>): RecordSource {
  return {
    async *pages() {
      let after = 0;
      for await (const text of pagesOf(open(), pageBytes)) {
        yield { after, text, columns: null };
        after += linesIn(text);
      }
    },
    async *entries(skip) {
      let line = 0;
      for await (const bytes of linesOf(open())) {
        line += 1;
        if (line <= skip) continue;
        const text = Buffer.from(bytes).toString('utf8');
        const notText = { problem: 'its bytes are not UTF-8 text, so they were damaged' };
        yield { text, check: (previous) => (isUtf8(bytes) ? checkText(text, previous) : notText) };
      }
    },
    async *texts(type) {
      const ending = Buffer.from(`"type":"${type}"}`);
      for await (const page of pagesOf(open(), pageBytes))
        yield* linesEndingIn(Buffer.from(page.buffer, page.byteOffset, page.length), ending);
    },
  };
}

function linesIn(text: Uint8Array): number {
  let lines = 1;
  for (let at = text.indexOf(10); at !== -1; at = text.indexOf(10, at + 1)) lines += 1;
  return lines;
}

function* linesEndingIn(page: Buffer, ending: Buffer): Iterable<string> {
  for (let at = page.indexOf(ending); at !== -1; at = page.indexOf(ending, at + 1)) {
    const end = at + ending.length;
    if (end === page.length || page[end] === 10) yield page.toString('utf8', page.lastIndexOf(10, at) + 1, end);
  }
}
