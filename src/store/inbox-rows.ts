// Accepted messages as rows, in the order they were accepted, and how those of a session stand inside a transaction. This is
// the door back in.

import { z } from 'zod';
import type { StoredMessage } from '../kernel/inbox.ts';
import type { Connection, Row, Statement } from './connection.ts';
import { StoreError } from './store-error.ts';

/** Whose messages a write wants to see. */
export interface WantedInbox {
  readonly session: string;
  /** '' for none. */
  readonly key: string;
}

/** The messages that the writes of a batch want to see, with what earlier ones of them changed. */
export interface InboxSeen {
  /** Those of a session that have no end yet, in order. */
  open(session: string): readonly StoredMessage[];
  known(wanted: WantedInbox): StoredMessage | null;
  /**
   * Changes those that are there, and adds the others behind all.
   * @throws {StoreError} if two of a session would have one key; then none is changed.
   */
  put(messages: readonly StoredMessage[]): void;
}

const columns = 'id, session, agent, key, state, run, at, document';

/** The statement that adds a message, or changes the one that is there. */
export const putMessage = ({ id, session, agent, key, state, run, at, document }: StoredMessage): Statement => ({
  sql:
    `INSERT INTO inbox (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE ` +
    'SET state = excluded.state, run = excluded.run, at = excluded.at, document = excluded.document',
  values: [id, session, agent, key, state, run, at, JSON.stringify(document)],
});

/** Forgets messages that ended before this moment, and of those left all but the newest. */
export const pruneMessages = (before: number, kept: number): readonly Statement[] => [
  { sql: "DELETE FROM inbox WHERE state = 'done' AND at < ?", values: [before] },
  {
    sql:
      "DELETE FROM inbox WHERE seq IN (SELECT seq FROM inbox WHERE state = 'done' " +
      'ORDER BY at DESC, seq DESC LIMIT -1 OFFSET ?)',
    values: [kept],
  },
];

/** The messages of all sessions that have no end yet. */
export async function readOpenMessages(connection: Connection, limit: number): Promise<readonly StoredMessage[]> {
  const sql = `SELECT ${columns} FROM inbox WHERE state <> 'done' ORDER BY seq LIMIT ?`;
  return (await connection.all(sql, limit)).map(parseMessage);
}

/** One message. */
export async function readMessage(connection: Connection, id: string): Promise<StoredMessage | null> {
  const [row] = await connection.all(`SELECT ${columns} FROM inbox WHERE id = ?`, id);
  return row === undefined ? null : parseMessage(row);
}

/** Reads what the writes of a batch want to see. */
export async function readSeenMessages(connection: Connection, wanted: readonly WantedInbox[]): Promise<InboxSeen> {
  if (wanted.length === 0) return seenMessages([]);
  const sql =
    `SELECT ${columns} FROM inbox WHERE seq IN (` +
    "SELECT i.seq FROM json_each(?) w CROSS JOIN inbox i ON i.session = w.value ->> 'session' AND i.state <> 'done' UNION " +
    "SELECT i.seq FROM json_each(?) w CROSS JOIN inbox i ON i.session = w.value ->> 'session' AND i.key = w.value ->> 'key' " +
    "AND i.key <> '') " +
    'ORDER BY seq';
  const text = JSON.stringify(wanted);
  return seenMessages(await connection.all(sql, text, text));
}

/** Messages as rows have them. Each is parsed only for the write that asks, so that a damaged one fails no other session's. */
export function seenMessages(rows: readonly Row[]): InboxSeen {
  const messages = new Map(
    rows.map((found) => [String(found.id), { session: String(found.session), read: () => parseMessage(found) }]),
  );
  const ofSession = (session: string): readonly StoredMessage[] =>
    [...messages.values()].filter((one) => one.session === session).map(({ read }) => read());
  const known = ({ session, key }: WantedInbox): StoredMessage | null =>
    key === '' ? null : (ofSession(session).find((one) => one.key === key) ?? null);
  return {
    open: (session) => ofSession(session).filter(({ state }) => state !== 'done'),
    known,
    put(changed) {
      for (const message of changed) {
        const namesake = known(message);
        if (namesake === null || namesake.id === message.id) continue;
        throw new StoreError(`could not keep the message \`${message.id}\`: \`${namesake.id}\` has its key`);
      }
      for (const message of changed) messages.set(message.id, { session: message.session, read: () => message });
    },
  };
}

const text = z.string();
const row = z.object({
  id: text.min(1),
  session: text,
  agent: text,
  key: text,
  state: z.enum(['waiting', 'taken', 'done']),
  run: text,
  at: z.number(),
  document: z.record(text, z.json()),
});

function parseMessage(from: Row): StoredMessage {
  try {
    return row.parse({ ...from, document: JSON.parse(String(from.document)) });
  } catch (error) {
    throw new StoreError(`could not read the message \`${String(from.id)}\`: its row is damaged`, { cause: error });
  }
}
