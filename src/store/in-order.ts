// Pages are read on from their last row. In a damaged file a search tree may hand rows out in another order: who went on from
// them would never come to an end.

import { StoreError } from './store-error.ts';

/**
 * The rows, of which each comes after the one before it and the first after `from`.
 * @throws {StoreError} if they do not: the file is damaged.
 */
export function inOrder<T>(rows: readonly T[], from: T | null, isAfter: (row: T, before: T) => boolean): readonly T[] {
  let before = from;
  for (const row of rows) {
    if (before !== null && !isAfter(row, before))
      throw new StoreError(
        'could not read the database: it is damaged: keep a copy for inspection and restore a backup',
      );
    before = row;
  }
  return rows;
}
