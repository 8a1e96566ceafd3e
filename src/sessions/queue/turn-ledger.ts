// The ledger of one turn: its beginning, what it hears and its end go to disk together with the messages they are about, both
// or neither. So a message is answered by the one run whose record took it, whatever dies in between.

import type { Inbox, StoredMessage } from '../../kernel/inbox.ts';
import type { Clock, Ledger, LedgerEntry, LedgerReceipt } from '../../kernel/ports.ts';
import { draftRecord } from '../../kernel/record-draft.ts';
import { endedMessage, endOf, type MessageEnd } from './message.ts';

/** A turn and the messages it is about. */
export interface TurnRows {
  readonly run: string;
  readonly session: string;
  /** Ids of the messages that it began with. */
  readonly began: readonly string[];
}

export interface TurnLedger {
  /** Writes to `ledger`, and what concerns messages of this turn to the inbox as well. */
  bind(ledger: Ledger): Ledger;
  /** The next messages on record as heard are these. */
  handed(ids: readonly string[]): void;
  /**
   * Resolves when no write of this turn is under way any more, and it is known what came of each: who gave up waiting for
   * one, or heard that it failed, may have been wrong. Rejects if the inbox cannot be read.
   */
  settled(): Promise<void>;
  /** Whether its beginning is on record. */
  isStarted(): boolean;
  /** Messages it has taken. */
  taken(): ReadonlySet<string>;
  /** The messages that have their end, by id, and how they ended. */
  ended(): ReadonlyMap<string, MessageEnd>;
  /** Ends what it has taken, or where it never began, what it would have: without a record. */
  finish(end: MessageEnd): Promise<void>;
}

/** The ledger of a turn; `isStarted` where another process began it. */
export function turnLedger(
  { run, session, began }: TurnRows,
  inbox: Pick<Inbox, 'changeInbox' | 'message'>,
  clock: Clock,
  isResumed: boolean,
): TurnLedger {
  const taken = new Set<string>(isResumed ? began : []);
  const awaited: string[] = [];
  const all = [...began];
  let isUnsure = false;
  const writes = new Set<Promise<unknown>>();
  let isStarted = isResumed;
  const ended = new Map<string, MessageEnd>();

  const changeWith = (
    entry: LedgerEntry,
    rows: (open: readonly StoredMessage[]) => readonly StoredMessage[],
  ): Promise<LedgerReceipt> =>
    inbox.changeInbox(session, '', (open) => ({
      next: rows(open),
      record: draftRecord(entry, Math.trunc(clock.now())),
      result: (place) => {
        if (place === null) throw new Error('could not write a record with its messages: it has no place');
        return place;
      },
    }));

  const take = async (ids: readonly string[], entry: LedgerEntry): Promise<LedgerReceipt> => {
    const place = await changeWith(entry, (open) => {
      const rows = open.filter(({ id, state }) => ids.includes(id) && state === 'waiting');
      if (rows.length !== ids.length) throw new Error('could not take a message for a run: it has another end');
      return rows.map((row) => ({ ...row, state: 'taken', run }));
    });
    for (const id of ids) taken.add(id);
    return place;
  };

  const isOurs = ({ id, run: by, state }: StoredMessage) =>
    isStarted ? state === 'taken' && by === run : state === 'waiting' && began.includes(id);
  const over = (open: readonly StoredMessage[], end: MessageEnd) =>
    open.filter(isOurs).map((row) => endedMessage(row, end, Math.trunc(clock.now())));

  const write = async (ledger: Ledger, entry: LedgerEntry): Promise<LedgerReceipt> => {
    if (entry.body.run !== run) return ledger.append(entry);
    if (entry.type === 'run-started') {
      const place = await take(began, entry);
      isStarted = true;
      return place;
    }
    if (entry.type === 'message-steered') {
      const id = awaited.shift();
      if (id === undefined) throw new Error('could not write down a message: none was handed to this run');
      try {
        return await take([id], entry);
      } catch (error) {
        // Those behind it must not be heard before it.
        awaited.length = 0;
        throw error;
      }
    }
    // A run whose beginning is not on record took no message: they wait for another.
    if (entry.type !== 'run-ended' || !isStarted) return ledger.append(entry);
    const end = endOfRun(entry);
    let rows: readonly StoredMessage[] = [];
    const place = await changeWith(entry, (open) => {
      rows = over(open, end);
      return rows;
    });
    for (const { id } of rows) ended.set(id, end);
    return place;
  };

  const look = async (): Promise<void> => {
    for (const id of all) {
      const stored = await inbox.message(id);
      if (stored === null) continue;
      if (stored.run === run) {
        taken.add(id);
        isStarted = true;
      }
      const end = endOf(stored);
      if (end !== null) ended.set(id, end);
    }
    isUnsure = false;
  };

  return {
    bind: (ledger) => ({
      append: (entry) => {
        const writing = write(ledger, entry);
        writes.add(writing);
        writing.then(
          () => writes.delete(writing),
          () => {
            writes.delete(writing);
            isUnsure = true;
          },
        );
        return writing;
      },
    }),
    handed: (ids) => {
      awaited.push(...ids);
      all.push(...ids);
    },
    settled: async () => {
      while (writes.size > 0) await Promise.allSettled(writes);
      if (isUnsure) await look();
    },
    isStarted: () => isStarted,
    taken: () => taken,
    ended: () => ended,
    async finish(end) {
      isUnsure = true;
      const ids = await inbox.changeInbox(session, '', (open) => {
        const next = over(open, end);
        return { next, record: null, result: () => next.map(({ id }) => id) };
      });
      for (const id of ids) ended.set(id, end);
      isUnsure = false;
    },
  };
}

function endOfRun({ body: { phase, because } }: LedgerEntry): MessageEnd {
  if (phase === 'end') return { kind: 'answered', because: '' };
  return { kind: phase === 'aborted' ? 'aborted' : 'failed', because: typeof because === 'string' ? because : '' };
}
