import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { draftOf, openStore, temporaryStore } from '../fixtures/temporary-store.ts';

/** Opens the database in another process and closes it, which removes the log of recent writes if nobody else is there. */
const visit = (path: string) =>
  promisify(execFile)(process.execPath, [
    '--input-type=module',
    '-e',
    `import sqlite3 from ${JSON.stringify(import.meta.resolve('sqlite3'))};
     const database = new sqlite3.Database(${JSON.stringify(path)});
     database.all('SELECT count(*) FROM records', (error) => { if (error) throw error; database.close(); });`,
  ]);

test('P11: a process that opens a database twice keeps its locks: no other process removes what it writes to', async () => {
  const { path, store } = await temporaryStore();
  await store.append(draftOf({ n: 1 }));
  // To open and close the file itself would drop the locks of all its connections in this process.
  await openStore(path);
  await visit(path);
  expect(existsSync(`${path}-wal`)).toBe(true);
  const { seq } = await store.append(draftOf({ n: 2 }));
  expect((await (await openStore(path)).head())?.seq).toBe(seq);
});
