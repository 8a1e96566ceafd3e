// Reads pages of records, bounded in rows and in bytes.

import { isUtf8 } from 'node:buffer';
import type { LedgerRow, RecordQuery } from '../kernel/store.ts';
import type { Connection, Row, Value } from './connection.ts';
import { inOrder } from './in-order.ts';

/** One page, in the order asked for. The first row always comes, however large; then as many as fit in `bytesMax`. */
export async function readRecords(
  reader: Connection,
  query: RecordQuery,
  bytesMax: number,
): Promise<readonly LedgerRow[]> {
  const conditions: string[] = [];
  const values: Value[] = [];
  const [sign, direction, within, last] =
    query.order === 'oldest-first' ? ['>', 'ASC', '<=', 'max'] : ['<', 'DESC', '>=', 'min'];
  if (query.from !== null) {
    conditions.push(`seq ${sign} ?`);
    values.push(query.from);
  }
  for (const column of ['type', 'run', 'call', 'digest'] as const) {
    const wanted = query[column];
    if (wanted === null) continue;
    conditions.push(`${column} = ?`);
    values.push(wanted);
  }
  const matching = conditions.length === 0 ? 'true' : conditions.join(' AND ');
  // The inner query finds where the page ends by sizes alone, so that no text is held that is not handed out.
  const rows = await reader.all(
    `SELECT ${recordColumns} FROM records WHERE ${matching} AND seq ${within} (
       SELECT ${last}(seq) FROM (
         SELECT seq, bytes, sum(bytes) OVER (ORDER BY seq ${direction} ROWS UNBOUNDED PRECEDING) AS total
         FROM (SELECT seq, length(text) AS bytes FROM records WHERE ${matching} ORDER BY seq ${direction} LIMIT ?)
       ) WHERE total - bytes <= ?
     ) ORDER BY seq ${direction} LIMIT ?`,
    ...values,
    ...values,
    query.limit,
    bytesMax,
    query.limit,
  );
  const read = rows.map(rowOf);
  const step = query.order === 'oldest-first' ? 1 : -1;
  const numbers = read.map(({ seq }) => seq);
  inOrder(numbers, query.from, (seq, before) => (seq - before) * step > 0);
  return read;
}

/** The columns `rowOf` reads. The text comes as bytes, so that no byte of it is lost in decoding. */
export const recordColumns = 'seq, CAST(text AS BLOB) AS text, hash, at, type, run, call, digest';

/** A row of the table as the port has it. */
export function rowOf(row: Row): LedgerRow {
  return {
    seq: Number(row.seq),
    text: exactText(row.text),
    hash: String(row.hash),
    at: Number(row.at),
    type: String(row.type),
    run: textOrNull(row.run),
    call: textOrNull(row.call),
    digest: textOrNull(row.digest),
  };
}

/** Text that is not UTF-8 was damaged: it must not decode to anything that was ever written. */
const exactText = (value: Value | undefined): string =>
  Buffer.isBuffer(value) ? value.toString(isUtf8(value) ? 'utf8' : 'latin1') : String(value);

const textOrNull = (value: Value | undefined): string | null => (value == null ? null : String(value));
