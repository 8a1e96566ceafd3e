// One transaction for many writes: take the write lock, see how things are now, let every write decide, write all of it,
// commit. What always holds: either the whole batch is on disk and each write hears its result, or nothing is and each
// hears why. A write that fails by itself (it threw, its step is closed) leaves the others alone.

import type { LedgerHead, LedgerRow, LinkRecord, RecordDraft, StoredQuestion } from '../kernel/store.ts';
import type { Connection, Row } from './connection.ts';
import { parseQuestion, questionDocument } from './question-document.ts';
import { codeOf } from './store-error.ts';
import type { Queued } from './write-queue.ts';

/** How things are inside the transaction, with the earlier writes of the batch applied. */
export interface View {
  question(id: string): StoredQuestion | null;
  isOpen(seq: number): boolean;
}

/** What a write turned out to do. */
export interface Planned {
  readonly record: RecordDraft | null;
  readonly question: StoredQuestion | null;
  /** Called after the commit, with the record's place in the chain if there is one. */
  readonly settle: (head: LedgerHead | null) => void;
}

/** A write names what it wants to see and decides when it sees it. */
export interface Write extends Queued {
  readonly questionId: string | null;
  readonly openSeq: number | null;
  plan(view: View): Planned;
}

/** Commits batches, one at a time. Settles every write of a batch; never throws. */
export type CommitBatch = (batch: readonly Write[]) => Promise<void>;

/** Commits through `writer`, linking from `genesis` where there are no records yet. */
export function startCommits(
  writer: Connection,
  link: LinkRecord,
  genesis: LedgerHead,
  explained: (error: unknown) => Error,
): CommitBatch {
  /** The head as this process left it; others may have moved it since, which `commitAlone` finds out. */
  let known: LedgerHead | null = null;

  /** Records alone go in as one statement. If another process was here meanwhile, their numbers are taken. */
  const commitAlone = async (batch: readonly Write[], head: LedgerHead): Promise<Batch | null> => {
    try {
      const planned = planBatch(batch, nothingSeen, link, head);
      await insertRecords(writer, planned.records);
      return planned;
    } catch (error) {
      if (codeOf(error) === 'SQLITE_CONSTRAINT') return null;
      throw error;
    }
  };

  const commitLocked = async (batch: readonly Write[]): Promise<Batch> => {
    try {
      await writer.all('BEGIN IMMEDIATE');
      const [last] = await writer.all('SELECT seq, hash FROM records ORDER BY seq DESC LIMIT 1');
      const planned = planBatch(batch, await look(writer, batch), link, headOf(last) ?? genesis);
      await insertRecords(writer, planned.records);
      await putQuestions(writer, planned.questions);
      await writer.all('COMMIT');
      return planned;
    } catch (error) {
      // After some errors SQLite has rolled back by itself, and says so here; the reason that counts is the first one.
      await writer.all('ROLLBACK').catch(() => {});
      throw error;
    }
  };

  return async (batch) => {
    try {
      const isAlone = batch.every(({ questionId, openSeq }) => questionId === null && openSeq === null);
      const planned = (known && isAlone && (await commitAlone(batch, known))) || (await commitLocked(batch));
      known = planned.head;
      for (const settle of planned.settled) settle();
    } catch (error) {
      for (const write of batch) write.fail(explained(error));
    }
  };
}

/** The head in a row of `seq` and `hash`. */
export function headOf(row: Row | undefined): LedgerHead | null {
  return row === undefined ? null : { seq: Number(row.seq), hash: String(row.hash) };
}

interface Linked {
  readonly draft: RecordDraft;
  readonly row: LedgerRow;
}

/** Each is parsed only for the write that asks, so that a damaged row fails no other. */
type Questions = Map<string, () => StoredQuestion>;

interface Seen {
  readonly questions: Questions;
  readonly open: Set<number>;
}

const nothingSeen: Seen = Object.freeze({ questions: new Map(), open: new Set<number>() });

/** What a batch comes to. */
interface Batch {
  readonly records: readonly Linked[];
  readonly questions: readonly StoredQuestion[];
  readonly head: LedgerHead;
  /** Tells the callers, once it is all on disk. */
  readonly settled: readonly (() => void)[];
}

function planBatch(batch: readonly Write[], seen: Seen, link: LinkRecord, start: LedgerHead): Batch {
  const records: Linked[] = [];
  const settled: (() => void)[] = [];
  const changed = new Map<string, StoredQuestion>();
  const view: View = {
    question: (id) => changed.get(id) ?? seen.questions.get(id)?.() ?? null,
    isOpen: (seq) => seen.open.has(seq),
  };
  let head = start;
  for (const write of batch) {
    try {
      const { record, question, settle } = write.plan(view);
      if (record === null) {
        settled.push(() => settle(null));
      } else {
        const row = link(head, record);
        const place = { seq: row.seq, hash: row.hash };
        records.push({ draft: record, row });
        head = place;
        if (record.closes !== null && record.closes.seq !== null) seen.open.delete(record.closes.seq);
        settled.push(() => settle(place));
      }
      if (question !== null) changed.set(question.question.id, question);
    } catch (error) {
      write.fail(error);
    }
  }
  return { records, questions: [...changed.values()], head, settled };
}

/** Reads what the writes of the batch want to see. */
async function look(writer: Connection, batch: readonly Write[]): Promise<Seen> {
  const questions: Questions = new Map();
  const ids = batch.flatMap(({ questionId }) => (questionId === null ? [] : [questionId]));
  if (ids.length > 0) {
    const sql = 'SELECT id, state, document FROM questions WHERE id IN (SELECT value FROM json_each(?))';
    for (const row of await writer.all(sql, JSON.stringify(ids))) {
      questions.set(String(row.id), () => parseQuestion(row));
    }
  }
  const open = new Set<number>();
  const seqs = batch.flatMap(({ openSeq }) => (openSeq === null ? [] : [openSeq]));
  if (seqs.length > 0) {
    const sql = 'SELECT seq FROM open_steps WHERE seq IN (SELECT value FROM json_each(?))';
    for (const row of await writer.all(sql, JSON.stringify(seqs))) open.add(Number(row.seq));
  }
  return { questions, open };
}

async function insertRecords(writer: Connection, records: readonly Linked[]): Promise<void> {
  if (records.length === 0) return;
  const rows = records.map(({ draft: { opens, closes }, row }) => [
    ...[row.seq, row.text, row.hash, row.at, row.type, row.run, row.call, row.digest],
    ...[opens, closes === null ? null : closes.step, closes === null ? null : closes.seq],
  ]);
  await writer.all(
    'INSERT INTO appended SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, ' +
      'value ->> 7, value ->> 8, value ->> 9, value ->> 10 FROM json_each(?)',
    JSON.stringify(rows),
  );
}

async function putQuestions(writer: Connection, questions: readonly StoredQuestion[]): Promise<void> {
  if (questions.length === 0) return;
  const rows = questions.map((stored) => [
    stored.question.id,
    stored.state,
    stored.question.askedAt,
    questionDocument(stored),
  ]);
  await writer.all(
    'INSERT INTO questions (id, state, asked_at, document) SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 ' +
      'FROM json_each(?) WHERE true ON CONFLICT (id) DO UPDATE SET state = excluded.state, document = excluded.document',
    JSON.stringify(rows),
  );
}
