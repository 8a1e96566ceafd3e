// The tables, as each version of them brought what is new. What is released is never edited: a change is another version.

/** Marks a database as one of ours: `SALY`. */
export const applicationId = 0x53_41_4c_59;

/**
 * `records` only grows; `open_steps` and `questions` change. Columns beside `text` are derived from it. Records go in
 * through `appended`, so that one statement adds them and opens and closes their steps.
 */
const version1 = `
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
 * Numbers of `path_labels` are never used again, so that what came after one is new.
 */
const version2 = `
CREATE TABLE path_labels (
  id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL, labels TEXT NOT NULL,
  changed_from INTEGER, changed_until INTEGER
) STRICT;
CREATE INDEX path_labels_path ON path_labels (path);
CREATE TABLE rule_uses (policy TEXT NOT NULL, rule TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE INDEX rule_uses_rule ON rule_uses (policy, rule, at);
`;

/**
 * What came with version 3: questions are found by the call that asked, so that it can go on waiting after a restart. Long
 * outputs and the salts of commitments lie beside the records; one that was taken away leaves its row. Who knows how often
 * labels were forgotten needs to read only those that came since.
 */
const version3 = `
ALTER TABLE questions ADD COLUMN run TEXT;
ALTER TABLE questions ADD COLUMN call TEXT;
UPDATE questions SET run = document ->> '$.question.caller.run', call = document ->> '$.question.callId';
CREATE INDEX questions_call ON questions (run, call);
CREATE TABLE notes (key TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT;
CREATE TABLE outputs (
  sha256 TEXT PRIMARY KEY, bytes INTEGER NOT NULL, at INTEGER NOT NULL, deflated BLOB, gone_at INTEGER
) STRICT;
CREATE INDEX outputs_at ON outputs (at) WHERE deflated IS NOT NULL;
CREATE TABLE salts (commitment TEXT PRIMARY KEY, salt BLOB, at INTEGER NOT NULL, gone_at INTEGER) STRICT;
CREATE INDEX salts_at ON salts (at) WHERE salt IS NOT NULL;
CREATE TABLE standing_approvals (id TEXT PRIMARY KEY, state TEXT NOT NULL, at INTEGER NOT NULL, document TEXT NOT NULL) STRICT;
CREATE INDEX standing_approvals_state ON standing_approvals (state, at);
CREATE TABLE labels_forgotten (times INTEGER NOT NULL) STRICT;
INSERT INTO labels_forgotten VALUES (0);
CREATE TABLE inbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, session TEXT NOT NULL, agent TEXT NOT NULL,
  key TEXT NOT NULL, state TEXT NOT NULL, run TEXT NOT NULL, at INTEGER NOT NULL, document TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX inbox_key ON inbox (session, key) WHERE key <> '';
CREATE INDEX inbox_open ON inbox (session, seq) WHERE state <> 'done';
CREATE INDEX inbox_done ON inbox (at) WHERE state = 'done';
`;

/** What each version adds to the one before it, the first to an empty database. */
export const versions: readonly string[] = [version1, version2, version3];
