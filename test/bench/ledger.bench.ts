import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import sqlite3 from 'sqlite3';
import { openLedger } from '../../src/cli/open-ledger.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { type Figure, percentile, rateFigure, timeFigure, timesOf } from './measure.ts';

const callers = 256;
const records = 40_000;
const body = { tool: 'exec', args: { command: "'git' 'status'" }, note: 'x'.repeat(700) };

/** Durable records per second with many callers, and the time of one alone. */
export async function benchLedger(directory: string): Promise<readonly Figure[]> {
  const home = join(directory, 'ledger-home');
  const { store, ledger } = await openLedger(home, systemClock);
  let left = records;
  const startedAt = performance.now();
  const caller = async () => {
    while (left > 0) {
      left -= 1;
      await ledger.append({ type: 'call-refused', body });
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const perSecond = records / ((performance.now() - startedAt) / 1_000);
  const alone = await timesOf(300, 50, () => ledger.append({ type: 'call-refused', body }));
  await store.close();
  const raw = await rawGroupCommit(join(directory, 'raw.db'));
  const sync = await fdatasyncTimes(join(directory, 'sync'));
  return [
    rateFigure('durable records, 256 callers', perSecond, 20_000, raw, 'raw SQLite, same groups'),
    timeFigure(
      'one durable record alone, p50',
      percentile(alone, 0.5),
      'ms',
      2,
      percentile(sync, 0.5),
      'one fdatasync',
    ),
  ];
}

/** The same bytes in groups of the same size, without chain, checks or callers. */
async function rawGroupCommit(path: string): Promise<number> {
  const database = new sqlite3.Database(path);
  const exec = (sql: string) =>
    new Promise<void>((resolve, reject) => database.exec(sql, (error) => (error ? reject(error) : resolve())));
  const insert = (rows: string) =>
    new Promise<void>((resolve, reject) =>
      database.run('INSERT INTO r SELECT value FROM json_each(?)', [rows], (error) =>
        error ? reject(error) : resolve(),
      ),
    );
  await exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE r (text TEXT)');
  const group = JSON.stringify(Array.from({ length: callers }, () => JSON.stringify(body)));
  const startedAt = performance.now();
  for (let done = 0; done < records; done += callers) await insert(group);
  const seconds = (performance.now() - startedAt) / 1_000;
  await new Promise<void>((resolve) => database.close(() => resolve()));
  return records / seconds;
}

async function fdatasyncTimes(path: string): Promise<readonly number[]> {
  const file = openSync(path, 'w');
  const block = Buffer.alloc(1_024, 'x');
  const times = await timesOf(200, 20, () => {
    writeSync(file, block);
    fdatasyncSync(file);
  });
  closeSync(file);
  rmSync(path);
  return times;
}
