// One transaction for many writes: take the write lock, see how things are now, let every write decide, write all of it,
// commit. What always holds: either the whole batch is on disk and each write hears its result, or nothing is and each
// hears why. A write that fails by itself (it threw, its step is closed) leaves the others alone.

import type { StoredMessage } from '../kernel/inbox.ts';
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
import { type InboxSeen, putMessage, readSeenMessages, seenMessages, type WantedInbox } from './inbox-rows.ts';
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
  /** Messages of a session. */
  readonly inbox: Pick<InboxSeen, 'open' | 'known'>;
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
  readonly messages: readonly StoredMessage[];
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
  readonly inbox: WantedInbox | null;
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
      const planned = planBatch(batch, nothingSeen(), link, head);
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

/** What the writes of a batch want to see, as it is when the transaction begins. */
interface Sight {
  readonly steps: Seen;
  readonly uses: UsesSeen;
  readonly standing: readonly StandingApproval[];
  readonly notes: NotesSeen;
  readonly inbox: InboxSeen;
}

const nothingSeen = (): Sight => ({
  steps: { questions: new Map(), open: new Set<number>() },
  uses: [],
  standing: [],
  notes: new Map(),
  inbox: seenMessages([]),
});

async function look(writer: Connection, batch: readonly Write[]): Promise<Sight> {
  const wantsStanding = batch.some((write) => write.wantsStanding);
  return {
    uses: await readUses(
      writer,
      batch.flatMap(({ wantedUses }) => wantedUses),
    ),
    standing: wantsStanding ? await readOpenStanding(writer) : [],
    notes: await readSeenNotes(
      writer,
      batch.flatMap(({ noteKey }) => noteKey ?? []),
    ),
    inbox: await readSeenMessages(
      writer,
      batch.flatMap(({ inbox }) => inbox ?? []),
    ),
    steps: await readSeen(writer, batch),
  };
}

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

function planBatch(batch: readonly Write[], sight: Sight, link: LinkRecord, start: LedgerHead): Batch {
  const records: Linked[] = [];
  const used: RuleUse[] = [];
  const further: Statement[] = [];
  const settled: (() => void)[] = [];
  const changed = new Map<string, StoredQuestion>();
  const standingNow = new Map(sight.standing.map((one) => [one.id, one]));
  const noted = new Map<string, JsonObject>();
  const view: View = {
    note: (key) => noted.get(key) ?? sight.notes.get(key)?.() ?? null,
    question: (id) => changed.get(id) ?? sight.steps.questions.get(id)?.() ?? null,
    isOpen: (seq) => sight.steps.open.has(seq),
    uses: (wanted) => countOf(wanted, sight.uses, used),
    inbox: sight.inbox,
    standing: () => [...standingNow.values()].filter(({ state }) => state === 'open'),
  };
  let head = start;
  for (const write of batch) {
    try {
      const { record, question, uses, standing, note, messages, also, settle } = write.plan(view);
      sight.inbox.put(messages);
      used.push(...uses);
      for (const one of standing) standingNow.set(one.id, one);
      further.push(...also, ...standing.map(putStanding), ...messages.map(putMessage));
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
        if (record.closes !== null && record.closes.seq !== null) sight.steps.open.delete(record.closes.seq);
        settled.push(() => settle(place));
      }
      if (question !== null) changed.set(question.question.id, question);
    } catch (error) {
      write.fail(error);
    }
  }
  return { records, questions: [...changed.values()], uses: used, also: further, head, settled };
}
