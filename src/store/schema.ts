// The tables, and which version of them this program understands. An unknown or newer database is left untouched.

import type { Connection } from './connection.ts';
import { codeOf, StoreError } from './store-error.ts';

const applicationId = 0x53_41_4c_59; // `SALY`
const schemaVersion = 2;

/**
 * `records` only grows; `open_steps` and `questions` change. Columns beside `text` are derived from it. Records go in
 * through `appended`, so that one statement adds them and opens and closes their steps.
 */
const tables = `
CREATE TABLE records (
  seq INTEGER PRIMARY KEY, text TEXT NOT NULL, hash TEXT NOT NULL, at INTEGER NOT NULL, type TEXT NOT NULL,
  run TEXT, call TEXT, digest TEXT
) STRICT;
CREATE INDEX records_type ON records (type);
CREATE INDEX records_run ON records (run) WHERE run IS NOT NULL;
CREATE INDEX records_call ON records (call) WHERE call IS NOT NULL;
CREATE INDEX records_digest ON records (digest) WHERE digest IS NOT NULL;
CREATE TRIGGER records_stay BEFORE UPDATE ON records BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER records_remain BEFORE DELETE ON records BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TABLE open_steps (seq INTEGER PRIMARY KEY REFERENCES records (seq), step TEXT NOT NULL) STRICT;
CREATE INDEX open_steps_step ON open_steps (step);
CREATE VIEW appended AS SELECT *, NULL AS opens, NULL AS closes, NULL AS closes_seq FROM records;
CREATE TRIGGER append INSTEAD OF INSERT ON appended BEGIN
  INSERT INTO records VALUES (new.seq, new.text, new.hash, new.at, new.type, new.run, new.call, new.digest);
  INSERT INTO open_steps SELECT new.seq, new.opens WHERE new.opens IS NOT NULL;
  DELETE FROM open_steps WHERE new.closes IS NOT NULL
    AND seq = coalesce(new.closes_seq, (SELECT min(seq) FROM open_steps WHERE step = new.closes));
END;
CREATE TABLE questions (
  id TEXT PRIMARY KEY, state TEXT NOT NULL, asked_at INTEGER NOT NULL, document TEXT NOT NULL
) STRICT;
CREATE INDEX questions_state ON questions (state, asked_at);
PRAGMA application_id = ${applicationId};
`;

/**
 * What came with version 2: the uses of counted rules, forgotten once no window reaches them, and the labels of files.
 * Numbers of `path_labels` are never used again, so that their last one and their count say whether anything changed.
 */
const sinceVersion2 = `
CREATE TABLE path_labels (
  id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL, labels TEXT NOT NULL,
  changed_from INTEGER, changed_until INTEGER
) STRICT;
CREATE INDEX path_labels_path ON path_labels (path);
CREATE TABLE rule_uses (policy TEXT NOT NULL, rule TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE INDEX rule_uses_rule ON rule_uses (policy, rule, at);
`;

const isNow = `PRAGMA user_version = ${schemaVersion};`;

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
    if (version === 0) await writer.script(tables);
    if (version < 2) await writer.script(sinceVersion2 + isNow);
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
  if (!(version >= 1 && version <= schemaVersion)) {
    throw new StoreError(
      `could not open the database \`${path}\`: its format is version ${version}, and this program knows version ` +
        `${schemaVersion}; use the newest Sallyport that used this state folder`,
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
