// Makes this process one that does not wait for the disk: the harness must notice that it loses what it promised.

import sqlite3 from 'sqlite3';

/** From now on databases are opened with `synchronous = OFF`. */
export function beCareless(): void {
  const { exec } = sqlite3.Database.prototype;
  sqlite3.Database.prototype.exec = function careless(sql, callback) {
    return exec.call(this, sql.replaceAll('synchronous = FULL', 'synchronous = OFF'), callback);
  };
}
