// What lies beside the records: long outputs, deflated, and the salts of commitments. Each goes to disk in the transaction of
// its record. What is taken away leaves a row that says when: then nobody wonders whether it was lost.

import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Beside } from '../kernel/ledger-entry.ts';
import type { BesideAge, BesideCount, StoredOutput, StoredSalt } from '../kernel/store.ts';
import type { Connection, Row, Statement } from './connection.ts';
import { inOrder } from './in-order.ts';

/** The statements that put it there. An output that is there already stays, and counts from now on. */
export function putBeside({ salts, output }: Beside, at: number): readonly Statement[] {
  const statements: Statement[] = salts.map(({ commitment, salt }) => ({
    sql: 'INSERT INTO salts (commitment, salt, at) VALUES (?, ?, ?)',
    values: [commitment, salt, at],
  }));
  if (output === null) return statements;
  const text = Buffer.from(output.text, 'utf8');
  const sql =
    'INSERT INTO outputs (sha256, bytes, at, deflated) VALUES (?, ?, ?, ?) ON CONFLICT (sha256) DO UPDATE SET ' +
    'at = max(at, excluded.at), deflated = excluded.deflated, gone_at = NULL';
  return [...statements, { sql, values: [output.sha256, text.length, at, deflateRawSync(text, { level: 1 })] }];
}

/** Bytes that the writing of it takes, about. */
export const besideBytes = ({ salts, output }: Beside): number => salts.length * 128 + (output?.text.length ?? 0);

export const isNothing = ({ salts, output }: Beside): boolean => salts.length === 0 && output === null;

/** The statements that take away what is as old. */
export const takeAway = ({ outputs, salts }: BesideAge, now: number): readonly Statement[] => [
  {
    sql: 'UPDATE outputs SET deflated = NULL, gone_at = ? WHERE deflated IS NOT NULL AND at < ?',
    values: [now, outputs],
  },
  { sql: 'UPDATE salts SET salt = NULL, gone_at = ? WHERE salt IS NOT NULL AND at < ?', values: [now, salts] },
];

/** The statement that destroys these salts. */
export const destroySalts = (commitments: readonly string[], now: number): Statement => ({
  sql: 'UPDATE salts SET salt = NULL, gone_at = ? WHERE salt IS NOT NULL AND commitment IN (SELECT value FROM json_each(?))',
  values: [now, JSON.stringify(commitments)],
});

/** How much is as old. */
export async function countBeside(connection: Connection, { outputs, salts }: BesideAge): Promise<BesideCount> {
  const [row] = await connection.all(
    'SELECT count(*) AS outputs, coalesce(sum(bytes), 0) AS bytes, ' +
      '(SELECT count(*) FROM salts WHERE salt IS NOT NULL AND at < ?) AS salts ' +
      'FROM outputs WHERE deflated IS NOT NULL AND at < ?',
    salts,
    outputs,
  );
  return { outputs: Number(row?.outputs), outputBytes: Number(row?.bytes), salts: Number(row?.salts) };
}

export async function readOutput(connection: Connection, sha256: string): Promise<StoredOutput | null> {
  const [row] = await connection.all('SELECT sha256, bytes, deflated, gone_at FROM outputs WHERE sha256 = ?', sha256);
  return row === undefined ? null : outputOf(row);
}

/** A page of outputs, by hash. */
export async function readOutputs(connection: Connection, after: string, limit: number): Promise<StoredOutput[]> {
  const rows = await connection.all(
    'SELECT sha256, bytes, deflated, gone_at FROM outputs WHERE sha256 > ? ORDER BY sha256 LIMIT ?',
    after,
    limit,
  );
  const read = rows.map(outputOf);
  const hashes = read.map(({ sha256 }) => sha256);
  inOrder(hashes, after, (sha256, before) => sha256 > before);
  return read;
}

/** Outputs that ends of calls and previews name by their hash, and that have no row. */
export async function readLostOutputs(connection: Connection, limit: number): Promise<readonly string[]> {
  // The first condition spares the parsing of nearly all records; the second keeps what is no JSON from ending the query.
  const rows = await connection.all(
    `SELECT DISTINCT named.sha256 FROM (
       SELECT CASE WHEN instr(text, '"output":{"bytes":') > 0 AND json_valid(text)
         THEN text ->> '$.body.output.sha256' END AS sha256
       FROM records WHERE type IN ('call-finished', 'preview-finished')
     ) AS named
     WHERE named.sha256 IS NOT NULL AND NOT EXISTS (SELECT 1 FROM outputs WHERE outputs.sha256 = named.sha256)
     LIMIT ?`,
    limit,
  );
  return rows.map(({ sha256 }) => String(sha256));
}

export async function readSalt(connection: Connection, commitment: string): Promise<StoredSalt | null> {
  const [row] = await connection.all('SELECT salt, gone_at FROM salts WHERE commitment = ?', commitment);
  if (row === undefined) return null;
  return { salt: Buffer.isBuffer(row.salt) ? row.salt : null, goneAt: numberOrNull(row.gone_at) };
}

function outputOf(row: Row): StoredOutput {
  const sha256 = String(row.sha256);
  const bytes = Number(row.bytes);
  const goneAt = numberOrNull(row.gone_at);
  return { sha256, bytes, goneAt, text: Buffer.isBuffer(row.deflated) ? inflated(row.deflated, bytes) : null };
}

/** What cannot be inflated was damaged; nothing has the hash of the text that stands for it here. */
function inflated(deflated: Buffer, bytes: number): string {
  try {
    return inflateRawSync(deflated, { maxOutputLength: Math.max(1, bytes) }).toString('utf8');
  } catch {
    return '';
  }
}

const numberOrNull = (value: Row[string] | undefined): number | null => (value == null ? null : Number(value));
