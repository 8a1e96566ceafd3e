// The search index beside the ledger: `search.db` in the state home, for its owner alone. It holds nothing that is not in the
// ledger, so one that is damaged is thrown away and made anew.

import { chmodSync, closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { IndexDatabase } from '../ledger/search/tables.ts';
import { type Connection, openConnection } from '../store/connection.ts';
import { codeOf, storeError } from '../store/store-error.ts';

const busyMs = 10_000;
const pauseMs = 20;
const damaged: ReadonlySet<string> = new Set(['SQLITE_CORRUPT', 'SQLITE_NOTADB']);

/** Opens the index of `home` for `work`, which may be called a second time with an empty one. */
export async function withSearchIndex<T>(home: string, work: (database: IndexDatabase) => Promise<T>): Promise<T> {
  const path = searchIndexPath(home);
  try {
    return await opened(path, work).catch((error: unknown) => {
      if (!damaged.has(codeOf(error))) throw error;
      removeSearchIndex(home);
      return opened(path, work);
    });
  } catch (error) {
    throw codeOf(error).startsWith('SQLITE_') ? storeError('use', path, error) : error;
  }
}

/** Takes the index away: with it goes every word of the ledger that is not in the ledger itself. */
export function removeSearchIndex(home: string): void {
  for (const ending of ['', '-wal', '-shm', '-journal']) rmSync(`${searchIndexPath(home)}${ending}`, { force: true });
}

const searchIndexPath = (home: string): string => join(home, 'search.db');

async function opened<T>(path: string, work: (database: IndexDatabase) => Promise<T>): Promise<T> {
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
  const connection = await openConnection(path, busyMs);
  try {
    await enterWal(connection);
    // A power cut may lose what was added last; the index is then caught up again. 32 MiB of it stay in memory.
    await connection.script('PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768');
    return await work(connection);
  } finally {
    await connection.close();
  }
}

/** Writers and readers work side by side. Entering it needs the file alone for a moment. */
async function enterWal(connection: Connection): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += pauseMs) {
    try {
      await connection.script('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (codeOf(error) !== 'SQLITE_BUSY' || waitedMs >= busyMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
