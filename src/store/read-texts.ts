// Reads the texts of many records, and what lies beside them, as a few long values: most of the time it takes to hand a
// record over is spent on the row, not on its bytes.

import type { RecordTexts } from '../kernel/store.ts';
import type { Connection, Row, Value } from './connection.ts';

const plain = ['seq', 'hash', 'at', 'type'].map(
  (column) => `group_concat(coalesce(${column}, ''), char(10)) AS ${column}`,
);
const keys = ['run', 'call', 'digest'].map(
  (column) => `group_concat(coalesce('=' || ${column}, ''), char(10)) AS ${column}`,
);

/** Texts larger than the first value are left out, and make lines that no record has. */
const columns = [
  "CAST(group_concat(CASE WHEN length(CAST(text AS BLOB)) > ?1 THEN '' ELSE text END, char(10)) AS BLOB) AS text",
  ...plain,
  ...keys,
].join(', ');

/** Where a record is larger than this part of a page, the bytes of the page are counted first. */
const usualPart = 256;

/** As many of the records after `after` up to `until` as fit in `bytesMax`, the first one however large. */
export async function readTexts(
  reader: Connection,
  after: number,
  until: number,
  bytesMax: number,
): Promise<RecordTexts> {
  // Nothing may lie before the first record unseen, whatever its number.
  const isAfter = after === 0 ? 'true' : `seq > ${Math.trunc(after)}`;
  const usual = Math.floor(bytesMax / usualPart);
  const read = async (
    last: number,
    largest: number,
  ): Promise<{ readonly texts: RecordTexts; readonly large: number }> => {
    const [row] = await reader.all(
      `SELECT ${columns}, sum(length(CAST(text AS BLOB)) > ?1) AS large FROM records WHERE ${isAfter} AND seq <= ?2`,
      largest,
      last,
    );
    return { texts: textsOf(row, last), large: Number(row?.large ?? 0) };
  };
  const usually = await read(Math.min(until, after + usualRecords), usual);
  if (usually.large === 0) return usually.texts;
  let last = usually.texts.until;
  const bytesUpTo = async (end: number): Promise<number> => {
    const sql = `SELECT sum(length(CAST(text AS BLOB))) AS bytes FROM records WHERE ${isAfter} AND seq <= ?`;
    return Number((await reader.all(sql, end))[0]?.bytes ?? 0);
  };
  while (last > after + 1 && (await bytesUpTo(last)) > bytesMax) last = after + Math.ceil((last - after) / 2);
  return (await read(last, Number.MAX_SAFE_INTEGER)).texts;
}

/** So many usual records at most, so that a page of them stays within some pages. */
const usualRecords = 2_048;

function textsOf(row: Row | undefined, until: number): RecordTexts {
  const of = (column: string): string => textOf(row?.[column]);
  return {
    until,
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
