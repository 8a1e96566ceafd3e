// The store in one SQLite file: a writer connection behind a queue, so that many writes share a commit, and a reader of
// its own. Commits are on disk (`synchronous=FULL`) before anybody hears of them. Any number of processes may open it.

import { chmod, open } from 'node:fs/promises';
import type { StoredMessage } from '../kernel/inbox.ts';
import type { LedgerHead, LinkRecord, RecordDraft, Store } from '../kernel/store.ts';
import { headOf } from './batch-rows.ts';
import {
  besideBytes,
  countBeside,
  destroySalts,
  isNothing,
  putBeside,
  readLostOutputs,
  readOutput,
  readOutputs,
  readSalt,
  takeAway,
} from './beside.ts';
import { type Planned, startCommits, type View, type Write } from './commit-batch.ts';
import { openConnection, type Statement } from './connection.ts';
import { pruneMessages, readMessage, readOpenMessages } from './inbox-rows.ts';
import { addMark, coverMarks, dropMarks, readMarks, readMarksSince } from './label-marks.ts';
import { readNotes } from './notes.ts';
import { parseQuestion } from './question-document.ts';
import { readRecords, recordColumns, rowOf } from './read-records.ts';
import { readTexts } from './read-texts.ts';
import { countOf, readUses, windowOf } from './rule-uses.ts';
import { prepareSchema } from './schema.ts';
import { readStanding } from './standing-rows.ts';
import { codeOf, StoreError, storeError } from './store-error.ts';
import { type QueueLimits, startWriteQueue } from './write-queue.ts';

/** Bounds of the store. */
export interface StoreLimits extends QueueLimits {
  /** Patience with locks of other processes. */
  readonly busyMs: number;
  /** Largest record body. */
  readonly bodyBytes: number;
  /** Size of one page of records. */
  readonly pageBytes: number;
  /** Size of the database file, in pages of 4 KiB. */
  readonly filePages: number;
}

export const defaultStoreLimits: StoreLimits = Object.freeze({
  busyMs: 10_000,
  waitingWrites: 10_000,
  waitingBytes: 268_435_456,
  batchWrites: 1_000,
  batchBytes: 8_388_608,
  bodyBytes: 33_554_432,
  pageBytes: 8_388_608,
  filePages: 1_073_741_823,
});

export interface SqliteStoreOptions {
  readonly path: string;
  /** Gives records their place in the chain, after `genesis` for the first. */
  readonly link: LinkRecord;
  readonly genesis: LedgerHead;
  readonly limits: StoreLimits;
}

/**
 * Opens the database, making it (mode 0600) if it is not there.
 * @throws {StoreError} if it cannot be used; the message says why and what to do.
 */
export async function openSqliteStore({ path, link, genesis, limits }: SqliteStoreOptions): Promise<Store> {
  const [writer, reader] = await openBoth(path, limits);
  const explained = (error: unknown): Error => storeError('write to', path, error);
  const queue = startWriteQueue(limits, startCommits(writer, link, genesis, explained));
  let isClosed = false;

  /** Puts a write into the queue; `plan` decides inside the transaction, and its result comes back once durable. */
  const write = <T>(
    wanted: Partial<
      Pick<Write, 'questionId' | 'openSeq' | 'noteKey' | 'inbox' | 'wantedUses' | 'wantsStanding' | 'locks' | 'bytes'>
    >,
    plan: (view: View) => Partial<Omit<Planned, 'settle'>> & { readonly result: (head: LedgerHead | null) => T },
  ): Promise<T> =>
    new Promise((resolve, reject) => {
      const { bytes = 0 } = wanted;
      if (bytes > limits.bodyBytes) {
        const because = `it has ${bytes} bytes, and ${limits.bodyBytes} are allowed`;
        return reject(new StoreError(`could not write a record: ${because}`));
      }
      queue.add({
        questionId: null,
        openSeq: null,
        noteKey: null,
        inbox: null,
        wantedUses: [],
        wantsStanding: false,
        locks: false,
        bytes,
        ...wanted,
        fail: reject,
        plan(view) {
          const { result, record = null, also = [], ...planned } = plan(view);
          return {
            record,
            question: null,
            uses: [],
            note: null,
            messages: [],
            standing: [],
            also: record === null ? also : [...putBeside(record.beside, record.at), ...also],
            ...planned,
            settle: (head) => resolve(result(head)),
          };
        },
      });
    });

  /** Writes a record together with what it takes away, and overwrites what was written of that before. */
  const forget = async (record: RecordDraft, also: readonly Statement[]): Promise<LedgerHead> => {
    const place = await write({ bytes: bytesOf(record), locks: true }, () => ({
      record,
      also,
      result: (head) => head ?? genesis,
    }));
    // The log of recent writes still has the pages as they were. Another process that reads may keep it from being emptied.
    await reader.all('PRAGMA wal_checkpoint(TRUNCATE)');
    return place;
  };

  const read = async <T>(reading: () => Promise<T>): Promise<T> => {
    if (isClosed) throw new StoreError(`could not read the database \`${path}\`: it was closed`);
    try {
      return await reading();
    } catch (error) {
      throw storeError('read', path, error);
    }
  };

  return {
    append: (draft) =>
      write({ bytes: bytesOf(draft), locks: !isNothing(draft.beside) }, () => ({
        record: draft,
        // INVARIANT: a write with a record is settled with that record's place.
        result: (head) => head ?? genesis,
      })),
    appendIfOpen: (seq, draft) =>
      write({ openSeq: seq, bytes: bytesOf(draft) }, (view) => ({
        record: view.isOpen(seq) ? draft : null,
        result: (head) => head,
      })),
    addQuestion: (question, record) =>
      write({ questionId: question.question.id, bytes: record.body.length }, (view) => {
        const isTaken = view.question(question.question.id) !== null;
        return isTaken ? { result: () => false } : { record, question, result: () => true };
      }),
    changeQuestion: (id, change) =>
      write({ questionId: id }, (view) => {
        const { next, record, result } = change(view.question(id));
        if (next !== null && next.question.id !== id) throw new StoreError('could not change an approval into another');
        return { record, question: next, result };
      }),
    changeStanding: (id, change) =>
      write({ questionId: id, wantsStanding: true, locks: true }, (view) => {
        const { next, record, result, standing } = change(id === null ? null : view.question(id), view.standing());
        if (next !== null && next.question.id !== id) throw new StoreError('could not change an approval into another');
        return { record, question: next, standing, result };
      }),
    standing: (limit) => read(() => readStanding(reader, limit)),
    changeNote: (key, change) =>
      write({ noteKey: key, locks: true }, (view) => {
        const { next, record, result } = change(view.note(key));
        return { record, note: next === null ? null : { key, document: next }, result };
      }),
    changeInbox: (session, key, change) =>
      write({ inbox: { session, key }, locks: true }, (view) => {
        const open = view.inbox.open(session);
        const { next, record, result } = change(open, view.inbox.known({ session, key }));
        const isSeen = (one: StoredMessage) =>
          one.key === '' || one.key === key || open.some(({ id }) => id === one.id);
        if (!next.every((message) => message.session === session && isSeen(message)))
          throw new StoreError('could not change messages of another session, or that were not looked at');
        return { record, messages: next, result };
      }),
    openMessages: (limit) => read(() => readOpenMessages(reader, limit)),
    message: (id) => read(() => readMessage(reader, id)),
    pruneInbox: (before, kept) =>
      write({ locks: true }, () => ({ also: pruneMessages(before, kept), result: () => undefined })),
    notes: (prefix) => read(() => readNotes(reader, prefix)),
    count: (useLimits, now) =>
      read(async () => {
        const wanted = useLimits.map((limit) => windowOf(limit, now));
        const seen = await readUses(reader, wanted);
        return wanted.map((one) => countOf(one, seen, []));
      }),
    take: (useLimits, now) =>
      write({ wantedUses: useLimits.map((limit) => windowOf(limit, now)), locks: true }, (view) => {
        const isLeft = useLimits.every((limit) => view.uses(windowOf(limit, now)) < limit.max);
        const uses = isLeft ? useLimits.map(({ policy, rule }) => ({ policy, rule, at: now })) : [];
        return { uses, result: () => isLeft };
      }),
    addLabelMarks: (marks) => write({ locks: true }, () => ({ also: marks.flatMap(addMark), result: () => undefined })),
    dropLabelMarks: async (paths) => {
      const known = (await read(() => readMarks(reader))).filter(({ path: marked }) => paths.includes(marked));
      await write({ locks: true }, () => ({ also: dropMarks(paths), result: () => undefined }));
      return known.length;
    },
    coverLabelMarks: (marks, version) =>
      write({ locks: true }, () => ({ also: coverMarks(marks, version), result: () => undefined })),
    labelMarksSince: (version) => read(() => readMarksSince(reader, version)),
    labelMarks: () => read(() => readMarks(reader)),
    openSteps: (limit) =>
      read(async () => {
        const sql = `SELECT ${recordColumns} FROM records WHERE seq IN (SELECT seq FROM open_steps) ORDER BY seq LIMIT ?`;
        return (await reader.all(sql, limit)).map(rowOf);
      }),
    output: (sha256) => read(() => readOutput(reader, sha256)),
    outputs: (after, limit) => read(() => readOutputs(reader, after, limit)),
    lostOutputs: (limit) => read(() => readLostOutputs(reader, limit)),
    salt: (commitment) => read(() => readSalt(reader, commitment)),
    countBeside: (age) => read(() => countBeside(reader, age)),
    pruneBeside: (age, record) => forget(record, takeAway(age, record.at)),
    destroySalts: (commitments, record) => forget(record, [destroySalts(commitments, record.at)]),
    head: () =>
      read(async () => headOf((await reader.all('SELECT seq, hash FROM records ORDER BY seq DESC LIMIT 1'))[0])),
    records: (query) => read(() => readRecords(reader, query, limits.pageBytes)),
    texts: (after, until) => read(() => readTexts(reader, after, until, limits.pageBytes)),
    question: (id) =>
      read(async () => {
        const [row] = await reader.all('SELECT id, state, document FROM questions WHERE id = ?', id);
        return row === undefined ? null : parseQuestion(row);
      }),
    questions: ({ states, run, call, limit }) =>
      read(async () => {
        const wanted = [
          {
            where: 'state IN (SELECT value FROM json_each(?))',
            value: states.length > 0 ? JSON.stringify(states) : null,
          },
          { where: 'run = ?', value: run },
          { where: 'call = ?', value: call },
        ].filter(({ value }) => value !== null);
        const where = wanted.length === 0 ? '' : `WHERE ${wanted.map((one) => one.where).join(' AND ')}`;
        const rows = await reader.all(
          `SELECT id, state, document FROM questions ${where} ORDER BY asked_at DESC, rowid DESC LIMIT ?`,
          ...wanted.map(({ value }) => value),
          limit,
        );
        return rows.map(parseQuestion);
      }),
    version: () => read(async () => Number((await reader.all('PRAGMA data_version'))[0]?.data_version)),
    async close() {
      if (isClosed) return;
      isClosed = true;
      await queue.drain();
      await reader.close();
      await writer.close();
    },
  };
}

/** What a record takes in the queue. */
const bytesOf = ({ body, beside }: RecordDraft): number => body.length + besideBytes(beside);

async function openBoth(path: string, limits: StoreLimits) {
  try {
    await makePrivate(path);
    const writer = await openConnection(path, limits.busyMs);
    try {
      await prepareSchema(writer, path, limits.busyMs);
      // What is deleted is overwritten.
      await writer.all('PRAGMA secure_delete = ON');
      await writer.all(`PRAGMA max_page_count = ${limits.filePages}`);
      const reader = await openConnection(path, limits.busyMs);
      await reader.script('PRAGMA query_only = ON');
      return [writer, reader] as const;
    } catch (error) {
      await writer.close();
      throw error;
    }
  } catch (error) {
    throw storeError('open', path, error);
  }
}

/**
 * Makes the file for its owner only; SQLite gives its side files the same mode. A file that is there is not opened: closing it
 * would drop all locks that this process has on it, and another process could then remove the log of recent writes.
 */
async function makePrivate(path: string): Promise<void> {
  try {
    await (await open(path, 'wx', 0o600)).close();
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  await chmod(path, 0o600);
}
