// Reads the texts of many records, and what lies beside them, as a few long values: most of the time it takes to hand a
// record over is spent on the row, not on its bytes.

import type { RecordTexts } from '../kernel/store.ts';
import type { Connection, Value } from './connection.ts';

const plain = ['seq', 'hash', 'at', 'type'].map(
  (column) => `group_concat(coalesce(${column}, ''), char(10)) AS ${column}`,
);
const keys = ['run', 'call', 'digest'].map(
  (column) => `group_concat(coalesce('=' || ${column}, ''), char(10)) AS ${column}`,
);

/** As many of the records after `after` up to `until` as fit in `bytesMax`, the first one however large. */
export async function readTexts(
  reader: Connection,
  after: number,
  until: number,
  bytesMax: number,
): Promise<RecordTexts> {
  // Nothing may lie before the first record unseen.
  const from = after === 0 ? Number.MIN_SAFE_INTEGER : after;
  let last = until;
  const bytesUpTo = async (end: number): Promise<number> => {
    const sql = 'SELECT sum(length(CAST(text AS BLOB))) AS bytes FROM records WHERE seq > ? AND seq <= ?';
    return Number((await reader.all(sql, from, end))[0]?.bytes ?? 0);
  };
  while (last > after + 1 && (await bytesUpTo(last)) > bytesMax) last = after + Math.ceil((last - after) / 2);
  const [row] = await reader.all(
    `SELECT CAST(group_concat(text, char(10)) AS BLOB) AS text, ${[...plain, ...keys].join(', ')} ` +
      'FROM records WHERE seq > ? AND seq <= ?',
    from,
    last,
  );
  const of = (column: string): string => textOf(row?.[column]);
  return {
    until: last,
    text: Buffer.isBuffer(row?.text) ? row.text : Buffer.alloc(0),
    columns: {
      seq: of('seq'),
      hash: of('hash'),
      at: of('at'),
      type: of('type'),
      run: of('run'),
      call: of('call'),
      digest: of('digest'),
    },
  };
}

const textOf = (value: Value | undefined): string => (value == null ? '' : String(value));
