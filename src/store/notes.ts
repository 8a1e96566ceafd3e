// Small documents by key, as rows: what approvals remember beside questions. A note is changed and never deleted.

import { z } from 'zod';
import type { StoredNote } from '../kernel/store.ts';
import type { JsonObject } from '../kernel/types.ts';
import type { Connection, Row, Statement } from './connection.ts';
import { StoreError } from './store-error.ts';

/** The notes that writes of a batch want to see; each is parsed only for the write that asks. */
export type NotesSeen = ReadonlyMap<string, () => JsonObject>;

/** The statement that adds a note, or changes the one that is there. */
export const putNote = ({ key, document }: StoredNote): Statement => ({
  sql: 'INSERT INTO notes (key, document) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET document = excluded.document',
  values: [key, JSON.stringify(document)],
});

/** Reads the notes with these keys. */
export async function readSeenNotes(connection: Connection, keys: readonly string[]): Promise<NotesSeen> {
  if (keys.length === 0) return new Map();
  const sql = 'SELECT key, document FROM notes WHERE key IN (SELECT value FROM json_each(?))';
  const rows = await connection.all(sql, JSON.stringify(keys));
  return new Map(rows.map((row) => [String(row.key), () => parseNote(row)]));
}

/** All notes whose key starts so, by key. */
export async function readNotes(connection: Connection, prefix: string): Promise<readonly StoredNote[]> {
  const rows = await connection.all(
    'SELECT key, document FROM notes WHERE substr(key, 1, ?) = ? ORDER BY key',
    prefix.length,
    prefix,
  );
  return rows.map((row) => ({ key: String(row.key), document: parseNote(row) }));
}

const noteDocument = z.record(z.string(), z.json());

function parseNote({ key, document }: Row): JsonObject {
  try {
    return noteDocument.parse(JSON.parse(String(document)));
  } catch (error) {
    throw new StoreError(`could not read the note \`${String(key)}\`: its row is damaged`, { cause: error });
  }
}
