// The labels of files, as rows: a path that carries labels for good, or a directory whose contents carry them if they were
// changed in a certain time. The same is never kept twice, so the rows grow with what is marked and not with every call.

import { z } from 'zod';
import type { LabelMark } from '../kernel/ports.ts';
import type { Connection, Statement } from './connection.ts';

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
export const dropMarks = (paths: readonly string[]): Statement => ({
  sql: 'DELETE FROM path_labels WHERE path IN (SELECT value FROM json_each(?))',
  values: [JSON.stringify(paths)],
});

/** Differs whenever rows came or went. */
export async function readMarksVersion(connection: Connection): Promise<string> {
  const [row] = await connection.all('SELECT coalesce(max(id), 0) AS last, count(*) AS rows FROM path_labels');
  return `${row?.last}:${row?.rows}`;
}

const labelList = z.array(z.string());

export async function readMarks(connection: Connection): Promise<readonly LabelMark[]> {
  const rows = await connection.all(
    'SELECT path, labels, changed_from, changed_until FROM path_labels ORDER BY path, id',
  );
  return rows.map(({ path, labels, changed_from: from, changed_until: until }) => ({
    path: String(path),
    labels: labelList.parse(JSON.parse(String(labels))),
    changed: from === null ? null : { from: Number(from), until: Number(until) },
  }));
}
