// Brings the index up to the end of the ledger, page by page. What always holds: the index never reaches further than its
// entries do, also when several processes catch up at once or one is killed; an index of another ledger is thrown away. Nothing
// here writes to the ledger.

import type { LedgerHead, LedgerRow, Store } from '../../kernel/store.ts';
import { objectAt, textAt } from '../body.ts';
import { genesis, type LedgerRecord, parseRecord } from '../record.ts';
import { type Field, fieldsOf, fieldsOfCaller } from './fields.ts';
import { addEntries, type Entry, emptyIndex, entryOf, type IndexDatabase, reachedBy } from './tables.ts';

/** The ledger, as far as it is read here. */
export type RecordSource = Pick<Store, 'head' | 'records'>;

/** How far it is. */
export interface CatchingUp {
  readonly done: number;
  readonly of: number;
}

const pageRecords = 1_000;
/** Runs whose callers are kept in memory. */
const runsMax = 1_000;
const everything = { order: 'oldest-first', type: null, run: null, call: null, digest: null } as const;

/**
 * Adds what the index lacks, one flow at a time on each connection; hands back how far it reaches now. `tell` hears of every page.
 * @throws what `signal` was aborted with.
 */
export async function catchUp(
  database: IndexDatabase,
  ledger: RecordSource,
  tell: (progress: CatchingUp) => void,
  signal: AbortSignal,
): Promise<LedgerHead> {
  const end = (await ledger.head()) ?? genesis;
  const runs = new Map<string, readonly Field[]>();
  let reached = await fittingReach(database, ledger);
  if (reached.seq >= end.seq) return reached;
  for (let page = await pageAfter(ledger, reached.seq); page.length > 0; ) {
    signal.throwIfAborted();
    const last = page.at(-1)?.seq ?? end.seq;
    // The next page is read while this one is written.
    const next = last < end.seq ? pageAfter(ledger, last) : Promise.resolve([]);
    const [now, read] = await Promise.all([addPage(database, reached, page, runs), next]);
    reached = now;
    tell({ done: reached.seq, of: Math.max(end.seq, reached.seq) });
    if (reached.seq >= end.seq) break;
    page = reached.seq === last ? read : await pageAfter(ledger, reached.seq);
  }
  return reached;
}

const pageAfter = async (ledger: RecordSource, from: number): Promise<readonly LedgerRecord[]> =>
  (await ledger.records({ ...everything, from, limit: pageRecords })).map(recordOf);

/** What is no record any more was damaged: it is not found by what it says, and `audit verify` names it. */
function recordOf({ text, ...row }: LedgerRow): LedgerRecord {
  try {
    return { ...parseRecord(text), seq: row.seq, hash: row.hash };
  } catch {
    return { ...row, prev: '', body: {} };
  }
}

/** How far an index reaches that belongs to this ledger; any other is emptied. */
async function fittingReach(database: IndexDatabase, ledger: RecordSource): Promise<LedgerHead> {
  const reached = await reachedBy(database).catch(() => null);
  if (reached !== null && (await isIn(ledger, reached))) return reached;
  return transaction(database, async () => {
    // Another process may have made it while this one waited for its turn.
    const now = await reachedBy(database).catch(() => null);
    if (now !== null && now.hash !== reached?.hash) return now;
    await emptyIndex(database, genesis);
    return genesis;
  });
}

async function isIn(ledger: RecordSource, { seq, hash }: LedgerHead): Promise<boolean> {
  if (seq === genesis.seq) return hash === genesis.hash;
  const [row] = await ledger.records({ ...everything, from: seq - 1, limit: 1 });
  return row?.seq === seq && row.hash === hash;
}

/** Adds records that follow `from`, unless another process did so meanwhile; hands back how far the index reaches. */
async function addPage(
  database: IndexDatabase,
  from: LedgerHead,
  records: readonly LedgerRecord[],
  runs: Map<string, readonly Field[]>,
): Promise<LedgerHead> {
  const entries: Entry[] = [];
  const started: [string, readonly Field[]][] = [];
  for (const record of records) {
    const own = fieldsOf(record);
    const run = textAt(record.body, 'run') || textAt(record.body, 'caller', 'run');
    const caller = fieldsOfCaller(objectAt(record.body, 'caller'));
    if (caller.length > 0 && record.type === 'run-started') started.push([run, caller]);
    if (caller.length > 0) remember(runs, run, caller);
    const inherited = run === '' || caller.length > 0 ? [] : await callerOf(database, runs, run);
    entries.push(entryOf(record, own, inherited));
  }
  const { seq, hash } = records.at(-1) ?? from;
  return transaction(database, async () => {
    const now = await reachedBy(database);
    if (now === null || now.hash !== from.hash) return now ?? genesis;
    for (const [run, fields] of started) {
      await database.all('INSERT OR REPLACE INTO runs VALUES (?, ?)', run, JSON.stringify(fields));
    }
    await addEntries(database, entries, { seq, hash });
    return { seq, hash };
  });
}

/** What the caller of a run is found by. Not every record of a run names its caller. */
async function callerOf(
  database: IndexDatabase,
  runs: Map<string, readonly Field[]>,
  run: string,
): Promise<readonly Field[]> {
  const known = runs.get(run);
  if (known !== undefined) return known;
  const [row] = await database.all('SELECT fields FROM runs WHERE run = ?', run);
  const fields: readonly Field[] = row === undefined ? [] : JSON.parse(String(row.fields));
  remember(runs, run, fields);
  return fields;
}

function remember(runs: Map<string, readonly Field[]>, run: string, fields: readonly Field[]): void {
  runs.set(run, fields);
  const [oldest] = runs.keys();
  if (runs.size > runsMax && oldest !== undefined) runs.delete(oldest);
}

async function transaction<T>(database: IndexDatabase, work: () => Promise<T>): Promise<T> {
  await database.script('BEGIN IMMEDIATE');
  try {
    const done = await work();
    await database.script('COMMIT');
    return done;
  } catch (error) {
    await database.script('ROLLBACK').catch(() => {});
    throw error;
  }
}
