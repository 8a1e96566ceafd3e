// The tables of the search index, in a database file of its own that holds nothing which is not in the ledger: it can be
// thrown away at any time. It knows up to which record it reaches, and the hash of that record, so that it is noticed when it
// does not belong to the ledger it lies beside.

import type { LedgerHead } from '../../kernel/store.ts';
import type { LedgerRecord } from '../record.ts';
import { everyRecord, type Field, fieldWord, textsOf } from './fields.ts';
import { indexedText } from './words.ts';

/** What the index needs of a database: SQLite, one connection. */
export interface IndexDatabase {
  all(sql: string, ...values: readonly (string | number | null)[]): Promise<readonly IndexRow[]>;
  script(sql: string): Promise<void>;
}

export interface IndexRow {
  readonly [column: string]: string | number | Buffer | null;
}

/** A change of the tables, of `indexedText` or of what a record is found by is another version. */
const version = 1;

/** Times are kept for so many records together. */
export const blockRecords = 1_024;

const tables = `
CREATE VIRTUAL TABLE entries USING fts5 (
  words, fields, content = '', columnsize = 0, tokenize = "unicode61 remove_diacritics 0"
);
CREATE TABLE blocks (block INTEGER PRIMARY KEY, earliest INTEGER NOT NULL, latest INTEGER NOT NULL);
CREATE TABLE runs (run TEXT PRIMARY KEY, fields TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE reached (seq INTEGER NOT NULL, hash TEXT NOT NULL);
`;

/** How far the index reaches; null where there is none of this version. */
export async function reachedBy(database: IndexDatabase): Promise<LedgerHead | null> {
  const [made] = await database.all('SELECT user_version AS version FROM pragma_user_version');
  if (made?.version !== version) return null;
  const [row] = await database.all('SELECT seq, hash FROM reached');
  return row === undefined ? null : { seq: Number(row.seq), hash: String(row.hash) };
}

/** Makes empty tables in place of whatever is there. Inside a transaction. */
export async function emptyIndex(database: IndexDatabase, from: LedgerHead): Promise<void> {
  const known = await database.all(
    "SELECT name FROM sqlite_schema WHERE name IN ('entries', 'blocks', 'runs', 'reached') ORDER BY name = 'entries'",
  );
  for (const { name } of known) await database.script(`DROP TABLE "${String(name)}"`);
  await database.script(`${tables}PRAGMA user_version = ${version};`);
  await database.all('INSERT INTO reached VALUES (?, ?)', from.seq, from.hash);
}

/** A character for private use: SQLite takes it for a word, and `wordsOf` never does. */
const between = '\ue000';

/** A record as the index takes it. */
export interface Entry {
  readonly seq: number;
  readonly at: number;
  readonly words: string;
  readonly fields: string;
}

/** What the index keeps of a record; `inherited` are fields that come from its run. */
export function entryOf(record: LedgerRecord, own: readonly Field[], inherited: readonly Field[]): Entry {
  const fields = new Set([...own, ...inherited].map(([name, value]) => fieldWord(name, value)));
  const words = [...textsOf(record.body)].map(indexedText).filter((text) => text !== '');
  // Between them lies a word that is no letter or digit: no phrase reaches from one text into the next.
  return {
    seq: record.seq,
    at: record.at,
    words: words.join(` ${between} `),
    fields: [everyRecord, ...fields].join(' '),
  };
}

/** Adds entries, which come in order, and notes how far it reaches now. Inside a transaction. */
export async function addEntries(database: IndexDatabase, entries: readonly Entry[], head: LedgerHead): Promise<void> {
  const rows = JSON.stringify(entries.map(({ seq, words, fields }) => [seq, words, fields]));
  await database.all(
    'INSERT INTO entries (rowid, words, fields) SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)',
    rows,
  );
  for (const [block, times] of Map.groupBy(entries, ({ seq }) => Math.floor(seq / blockRecords))) {
    const moments = times.map(({ at }) => at);
    await database.all(
      'INSERT INTO blocks VALUES (?, ?, ?) ON CONFLICT (block) DO UPDATE SET ' +
        'earliest = min(earliest, excluded.earliest), latest = max(latest, excluded.latest)',
      block,
      Math.min(...moments),
      Math.max(...moments),
    );
  }
  await database.all('UPDATE reached SET seq = ?, hash = ?', head.seq, head.hash);
}

/** Numbers between which records of these times lie; null where there are none. */
export async function rangeOf(
  database: IndexDatabase,
  since: number | null,
  until: number | null,
): Promise<{ readonly first: number; readonly last: number } | null> {
  const [row] = await database.all(
    'SELECT min(block) AS first, max(block) AS last FROM blocks WHERE (? IS NULL OR latest >= ?) AND (? IS NULL OR earliest <= ?)',
    since,
    since,
    until,
    until,
  );
  if (row === undefined || row.first === null) return null;
  return { first: Number(row.first) * blockRecords, last: Number(row.last) * blockRecords + blockRecords - 1 };
}

/** Numbers of records that match, newest first, below `before`. */
export async function matching(
  database: IndexDatabase,
  match: string,
  first: number,
  before: number,
  limit: number,
): Promise<readonly number[]> {
  const rows = await database.all(
    'SELECT rowid AS seq FROM entries WHERE entries MATCH ? AND rowid >= ? AND rowid < ? ORDER BY rowid DESC LIMIT ?',
    match,
    first,
    before,
    limit,
  );
  return rows.map(({ seq }) => Number(seq));
}
