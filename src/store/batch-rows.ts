// The statements of a batch: what it looks at, and the rows it writes, many in one statement.

import type { LedgerHead, LedgerRow, RecordDraft, StoredQuestion } from '../kernel/store.ts';
import type { Connection, Row } from './connection.ts';
import { parseQuestion, questionDocument } from './question-document.ts';

/** What a write of the batch wants to see. */
export interface Wanted {
  readonly questionId: string | null;
  readonly openSeq: number | null;
}

/** A draft and the place it was given. */
export interface Linked {
  readonly draft: RecordDraft;
  readonly row: LedgerRow;
}

/** Each is parsed only for the write that asks, so that a damaged row fails no other. */
type Questions = Map<string, () => StoredQuestion>;

/** How things are inside the transaction: the questions asked for, and which of the steps are open. */
export interface Seen {
  readonly questions: Questions;
  readonly open: Set<number>;
}

/** The head in a row of `seq` and `hash`. */
export function headOf(row: Row | undefined): LedgerHead | null {
  return row === undefined ? null : { seq: Number(row.seq), hash: String(row.hash) };
}

/** Reads what the writes of the batch want to see. */
export async function readSeen(writer: Connection, batch: readonly Wanted[]): Promise<Seen> {
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

/** Adds the records, and opens and closes their steps, in one statement. */
export async function insertRecords(writer: Connection, records: readonly Linked[]): Promise<void> {
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

/** Adds the questions, or changes those that are there. */
export async function putQuestions(writer: Connection, questions: readonly StoredQuestion[]): Promise<void> {
  if (questions.length === 0) return;
  const rows = questions.map((stored) => [
    stored.question.id,
    stored.state,
    stored.question.askedAt,
    questionDocument(stored),
    stored.question.caller.run,
    stored.question.callId,
  ]);
  await writer.all(
    'INSERT INTO questions (id, state, asked_at, document, run, call) SELECT value ->> 0, value ->> 1, value ->> 2, ' +
      'value ->> 3, value ->> 4, value ->> 5 FROM json_each(?) WHERE true ON CONFLICT (id) DO UPDATE SET state = excluded.state, document = excluded.document',
    JSON.stringify(rows),
  );
}
