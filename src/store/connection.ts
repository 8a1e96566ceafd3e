// One SQLite connection with promises: every statement is prepared once, runs off the event loop, and leaves no cursor
// open behind it.

import sqlite3 from 'sqlite3';

/** What SQLite takes and gives. */
export type Value = string | number | Buffer | null;
export type Row = { readonly [column: string]: Value };

/** A statement with its values. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** One connection. Statements run in the order they are called; the caller sees to it that transactions do not mix. */
export interface Connection {
  /** Runs a statement and reads all its rows. */
  all(sql: string, ...values: readonly Value[]): Promise<readonly Row[]>;
  /** Runs several statements that neither take values nor give rows. */
  script(sql: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the file, creating it if needed. `busyMs` is the patience with locks of other processes.
 * @throws {Error} with SQLite's `code`.
 */
export async function openConnection(path: string, busyMs: number): Promise<Connection> {
  const database = await new Promise<sqlite3.Database>((resolve, reject) => {
    const opened: sqlite3.Database = new sqlite3.Database(path, (error) => (error ? reject(error) : resolve(opened)));
  });
  database.configure('busyTimeout', busyMs);
  const statements = new Map<string, Promise<sqlite3.Statement>>();

  const prepared = (sql: string): Promise<sqlite3.Statement> => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const made = new Promise<sqlite3.Statement>((resolve, reject) => {
      const statement: sqlite3.Statement = database.prepare(sql, (error: Error | null) =>
        error ? reject(error) : resolve(statement),
      );
    });
    statements.set(sql, made);
    // A statement that could not be prepared (a locked file, a full disk) is prepared anew the next time.
    made.catch(() => statements.delete(sql));
    return made;
  };

  return {
    async all(sql, ...values) {
      const statement = await prepared(sql);
      return new Promise((resolve, reject) => {
        statement.all<Row>([...values], (error, rows) => (error ? reject(error) : resolve(rows)));
      });
    },
    script: (sql) =>
      new Promise((resolve, reject) => database.exec(sql, (error) => (error ? reject(error) : resolve()))),
    async close() {
      for (const statement of await Promise.allSettled(statements.values())) {
        if (statement.status === 'fulfilled') await new Promise((resolve) => statement.value.finalize(resolve));
      }
      await new Promise<void>((resolve, reject) => database.close((error) => (error ? reject(error) : resolve())));
    },
  };
}
