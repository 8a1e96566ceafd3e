// One transaction for many writes: take the write lock, see how things are now, let every write decide, write all of it,
// commit. What always holds: either the whole batch is on disk and each write hears its result, or nothing is and each
// hears why. A write that fails by itself (it threw, its step is closed) leaves the others alone.

import type {
  LedgerHead,
  LinkRecord,
  RecordDraft,
  StandingApproval,
  StoredNote,
  StoredQuestion,
} from '../kernel/store.ts';
import type { JsonObject } from '../kernel/types.ts';
import { headOf, insertRecords, type Linked, putQuestions, readSeen, type Seen } from './batch-rows.ts';
import type { Connection, Statement } from './connection.ts';
import { type NotesSeen, putNote, readSeenNotes } from './notes.ts';
import { addUses, countOf, type RuleUse, readUses, type UsesSeen, type WantedUses } from './rule-uses.ts';
import { putStanding, readOpenStanding } from './standing-rows.ts';
import { codeOf } from './store-error.ts';
import type { Queued } from './write-queue.ts';

/** How things are inside the transaction, with the earlier writes of the batch applied. */
export interface View {
  question(id: string): StoredQuestion | null;
  isOpen(seq: number): boolean;
  note(key: string): JsonObject | null;
  /** Uses of a rule after `since`. */
  uses(wanted: WantedUses): number;
  /** Standing approvals that are open. */
  standing(): readonly StandingApproval[];
}

/** What a write turned out to do. */
export interface Planned {
  readonly record: RecordDraft | null;
  readonly question: StoredQuestion | null;
  readonly uses: readonly RuleUse[];
  readonly note: StoredNote | null;
  readonly standing: readonly StandingApproval[];
  /** Further statements of the same transaction, after everything else. */
  readonly also: readonly Statement[];
  /** Called after the commit, with the record's place in the chain if there is one. */
  readonly settle: (head: LedgerHead | null) => void;
}

/** A write names what it wants to see and decides when it sees it. */
export interface Write extends Queued {
  readonly questionId: string | null;
  readonly openSeq: number | null;
  readonly noteKey: string | null;
  readonly wantedUses: readonly WantedUses[];
  /** True if it wants to see the standing approvals. */
  readonly wantsStanding: boolean;
  /** True if it needs the write lock for more than appending a record. */
  readonly locks: boolean;
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
      const planned = planBatch(batch, nothingSeen, [], [], new Map(), link, head);
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
      const usesSeen = await readUses(
        writer,
        batch.flatMap(({ wantedUses }) => wantedUses),
      );
      const open = batch.some(({ wantsStanding }) => wantsStanding) ? await readOpenStanding(writer) : [];
      const notes = await readSeenNotes(
        writer,
        batch.flatMap(({ noteKey }) => noteKey ?? []),
      );
      const seen = await readSeen(writer, batch);
      const planned = planBatch(batch, seen, usesSeen, open, notes, link, headOf(last) ?? genesis);
      await insertRecords(writer, planned.records);
      await putQuestions(writer, planned.questions);
      await addUses(writer, planned.uses);
      for (const { sql, values } of planned.also) await writer.all(sql, ...values);
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
      const isAlone = batch.every(
        ({ questionId, openSeq, locks }) => questionId === null && openSeq === null && !locks,
      );
      const planned = (known && isAlone && (await commitAlone(batch, known))) || (await commitLocked(batch));
      known = planned.head;
      for (const settle of planned.settled) settle();
    } catch (error) {
      for (const write of batch) write.fail(explained(error));
    }
  };
}

const nothingSeen: Seen = Object.freeze({ questions: new Map(), open: new Set<number>() });

/** What a batch comes to. */
interface Batch {
  readonly records: readonly Linked[];
  readonly questions: readonly StoredQuestion[];
  readonly uses: readonly RuleUse[];
  readonly also: readonly Statement[];
  readonly head: LedgerHead;
  /** Tells the callers, once it is all on disk. */
  readonly settled: readonly (() => void)[];
}

function planBatch(
  batch: readonly Write[],
  seen: Seen,
  usesSeen: UsesSeen,
  openSeen: readonly StandingApproval[],
  notesSeen: NotesSeen,
  link: LinkRecord,
  start: LedgerHead,
): Batch {
  const records: Linked[] = [];
  const used: RuleUse[] = [];
  const further: Statement[] = [];
  const settled: (() => void)[] = [];
  const changed = new Map<string, StoredQuestion>();
  const standingNow = new Map(openSeen.map((one) => [one.id, one]));
  const noted = new Map<string, JsonObject>();
  const view: View = {
    note: (key) => noted.get(key) ?? notesSeen.get(key)?.() ?? null,
    question: (id) => changed.get(id) ?? seen.questions.get(id)?.() ?? null,
    isOpen: (seq) => seen.open.has(seq),
    uses: (wanted) => countOf(wanted, usesSeen, used),
    standing: () => [...standingNow.values()].filter(({ state }) => state === 'open'),
  };
  let head = start;
  for (const write of batch) {
    try {
      const { record, question, uses, standing, note, also, settle } = write.plan(view);
      used.push(...uses);
      for (const one of standing) standingNow.set(one.id, one);
      further.push(...also, ...standing.map(putStanding));
      if (note !== null) {
        noted.set(note.key, note.document);
        further.push(putNote(note));
      }
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
  return { records, questions: [...changed.values()], uses: used, also: further, head, settled };
}
