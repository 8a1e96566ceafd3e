// Brings the tables of a database to the version that this program knows. An unknown or newer database is left untouched.

import type { Connection } from './connection.ts';
import { codeOf, StoreError } from './store-error.ts';
import { applicationId, versions } from './tables.ts';

/**
 * Makes the tables in an empty database, brings older ones of ours to our version, or checks that they are of it.
 * @throws {StoreError} if they are not.
 */
export async function prepareSchema(writer: Connection, path: string, busyMs: number): Promise<void> {
  await versionOf(writer, path);
  await enterWal(writer, busyMs);
  await writer.script('PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; BEGIN IMMEDIATE;');
  try {
    // Another process may have made them while this one waited for its turn.
    const version = await versionOf(writer, path);
    for (const statements of versions.slice(version)) await writer.script(statements);
    if (version < versions.length) await writer.script(`PRAGMA user_version = ${versions.length};`);
    await writer.script('COMMIT');
  } catch (error) {
    await writer.script('ROLLBACK');
    throw error;
  }
}

/** The version of the tables; 0 in an empty database. */
async function versionOf(connection: Connection, path: string): Promise<number> {
  const [row] = await connection.all(
    'SELECT (SELECT count(*) FROM sqlite_schema) AS tables, a.application_id AS application, v.user_version AS version ' +
      'FROM pragma_application_id a, pragma_user_version v',
  );
  if (row === undefined || row.tables === 0) return 0;
  if (row.application !== applicationId) {
    throw new StoreError(
      `could not open the database \`${path}\`: it belongs to another program; move it away or name another state folder`,
    );
  }
  const version = Number(row.version);
  if (!(version >= 1 && version <= versions.length)) {
    throw new StoreError(
      `could not open the database \`${path}\`: its format is version ${version}, and this program knows version ` +
        `${versions.length}; use the newest Sallyport that used this state folder`,
    );
  }
  return version;
}

/** Write-ahead logging lets readers and a writer work side by side. Entering it needs the file alone for a moment. */
async function enterWal(writer: Connection, busyMs: number): Promise<void> {
  const pauseMs = 20;
  for (let waitedMs = 0; ; waitedMs += pauseMs) {
    try {
      await writer.script('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (codeOf(error) !== 'SQLITE_BUSY' || waitedMs >= busyMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
