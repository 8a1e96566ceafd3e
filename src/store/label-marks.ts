// The labels of files, as rows: a path that carries labels for good, or a directory whose contents carry them if they were
// changed in a certain time. The same is never kept twice, so the rows grow with what is marked and not with every call.
// A version is the number of the last row and how often rows were forgotten: who knows it needs to read only what came since.
// A row that goes because a longer time took it in is not forgotten: the longer one comes after it.

import { z } from 'zod';
import type { LabelMark } from '../kernel/ports.ts';
import type { LabelMarkNews } from '../kernel/store.ts';
import type { Connection, Row, Statement, Value } from './connection.ts';

/** Times nearer to each other than this are one: calls that follow each other mark a directory once. */
const joinedMs = 600_000;

/** Adds a mark, taking in those of the same path and labels that say the same or touch its time. */
export function addMark({ path, labels, changed }: LabelMark): readonly Statement[] {
  const text = JSON.stringify(labels);
  if (changed === null) {
    const sql =
      'INSERT INTO path_labels (path, labels) SELECT ?1, ?2 WHERE NOT EXISTS ' +
      '(SELECT 1 FROM path_labels WHERE path = ?1 AND labels = ?2 AND changed_from IS NULL)';
    return [{ sql, values: [path, text] }];
  }
  const touching =
    'path = ?1 AND labels = ?2 AND changed_until >= ?3 - ?5 AND changed_from <= ?4 + ?5 AND changed_from IS NOT NULL';
  const sql =
    'INSERT INTO path_labels (path, labels, changed_from, changed_until) SELECT ?1, ?2, ' +
    `min(?3, coalesce(min(changed_from), ?3)), max(?4, coalesce(max(changed_until), ?4)) FROM path_labels WHERE ${touching}`;
  const forget =
    'DELETE FROM path_labels WHERE path = ?1 AND labels = ?2 AND changed_from IS NOT NULL AND id < ' +
    '(SELECT max(id) FROM path_labels) AND changed_until >= ?3 - ?5 AND changed_from <= ?4 + ?5';
  const values = [path, text, Math.floor(changed.from), Math.ceil(changed.until), joinedMs];
  return [
    { sql, values },
    { sql: forget, values },
  ];
}

/** Forgets the marks of exactly these paths. */
export const dropMarks = (paths: readonly string[]): readonly Statement[] => [
  { sql: 'DELETE FROM path_labels WHERE path IN (SELECT value FROM json_each(?))', values: [JSON.stringify(paths)] },
  { sql: 'UPDATE labels_forgotten SET times = times + 1', values: [] },
];

/** Adds lasting marks in place of all known ones at and below their paths, unless rows were forgotten since `version`. */
export function coverMarks(marks: readonly LabelMark[], version: string): readonly Statement[] {
  const { last, times } = parseVersion(version);
  const isCurrent = '(SELECT times FROM labels_forgotten) = ?';
  return [
    ...marks.flatMap(({ path, labels }): readonly Statement[] => {
      const below = path === '/' ? path : `${path}/`;
      // `0` is what comes after `/`.
      const beyond = `${below.slice(0, -1)}0`;
      const isBelow = '(path = ? OR (path >= ? AND path < ?))';
      return [
        {
          sql: `DELETE FROM path_labels WHERE id <= ? AND ${isBelow} AND ${isCurrent}`,
          values: [last, path, below, beyond, times],
        },
        {
          sql: `INSERT INTO path_labels (path, labels) SELECT ?, ? WHERE ${isCurrent}`,
          values: [path, JSON.stringify(labels), times],
        },
      ];
    }),
    { sql: 'UPDATE labels_forgotten SET times = times + 1 WHERE times = ?', values: [times] },
  ];
}

const columns = 'path, labels, changed_from, changed_until';

/** What came since a version, in one look. */
export async function readMarksSince(connection: Connection, version: string): Promise<LabelMarkNews> {
  const known = parseVersion(version);
  const rows = await connection.all(
    `SELECT times, id, ${columns} FROM labels_forgotten LEFT JOIN path_labels ON id > iif(times = ?, ?, 0) ORDER BY id`,
    known.times,
    known.last,
  );
  const times = Number(rows[0]?.times);
  const marks = rows.filter(({ id }) => id !== null);
  const isWhole = times !== known.times;
  const last = marks.at(-1)?.id ?? (isWhole ? 0 : known.last);
  return { version: `${last}:${times}`, isWhole, marks: marksOf(marks) };
}

/** No version of ours is before everything. */
function parseVersion(version: string): { readonly last: number; readonly times: number } {
  const [, last, times] = /^(\d{1,15}):(\d{1,15})$/.exec(version) ?? ['', '0', '-1'];
  return { last: Number(last), times: Number(times) };
}

export const readMarks = async (connection: Connection): Promise<readonly LabelMark[]> =>
  marksOf(await connection.all(`SELECT ${columns} FROM path_labels ORDER BY path, id`));

const labelList = z.array(z.string());

/** Marks are many, and lists of labels few: each is parsed once. */
function marksOf(rows: readonly Row[]): readonly LabelMark[] {
  const lists = new Map<Value | undefined, readonly string[]>();
  return rows.map(({ path, labels, changed_from: from, changed_until: until }) => {
    const list = lists.get(labels) ?? labelList.parse(JSON.parse(String(labels)));
    lists.set(labels, list);
    return {
      path: String(path),
      labels: list,
      changed: from === null ? null : { from: Number(from), until: Number(until) },
    };
  });
}
