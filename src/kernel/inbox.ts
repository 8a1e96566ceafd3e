// What a session's queue needs from a database: accepted messages as rows that change by compare-and-set, together with the
// records of the runs that answer them. What always holds: a promise that resolves means "on disk".

import type { LedgerHead, RecordDraft } from './store.ts';
import type { JsonObject } from './types.ts';

/** A message that was accepted. */
export interface StoredMessage {
  readonly id: string;
  readonly session: string;
  readonly agent: string;
  /** What its sender names it by, so that the same message sent again is the same one: unique in a session; '' for none. */
  readonly key: string;
  /** `waiting` becomes `taken` by a run, and either becomes `done`: its one end. */
  readonly state: 'waiting' | 'taken' | 'done';
  /** The run that took it; '' while none did. */
  readonly run: string;
  /** When it was accepted, or came to its end, in milliseconds since the epoch. */
  readonly at: number;
  readonly document: JsonObject;
}

/** What to do with the messages of a session, decided while nobody else can change them. */
export interface InboxChange<T> {
  /** New ones, and those that change, as they shall be; the others stay. */
  readonly next: readonly StoredMessage[];
  /** A record that becomes durable together with the change, or null. */
  readonly record: RecordDraft | null;
  /** Handed back once all of it is durable; it is told the place of the record. */
  readonly result: (place: LedgerHead | null) => T;
}

/** The messages that were accepted. */
export interface Inbox {
  /**
   * Compare-and-set: `change` sees the messages of `session` that have no end yet, in the order they were accepted, and the
   * one named `key`, whatever became of it. It must be pure and quick. If it throws, nothing is written and its error comes
   * back.
   */
  changeInbox<T>(
    session: string,
    key: string,
    change: (open: readonly StoredMessage[], known: StoredMessage | null) => InboxChange<T>,
  ): Promise<T>;
  /** The messages of all sessions that have no end yet, in the order they were accepted. */
  openMessages(limit: number): Promise<readonly StoredMessage[]>;
  /** A message, whatever became of it; null if there is none, or it was forgotten. */
  message(id: string): Promise<StoredMessage | null>;
  /** Forgets messages that ended before this moment, and of those left all but the newest `kept`. */
  pruneInbox(before: number, kept: number): Promise<void>;
}
