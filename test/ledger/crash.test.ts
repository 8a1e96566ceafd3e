import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { recoverInterrupted } from '../../src/ledger/recover.ts';
import { isInstanceAlive } from '../../src/store/instance.ts';
import { openStore, temporaryFolder } from '../fixtures/temporary-store.ts';

/** Starts a process that appends; `promised` grows by what it was told is on disk. */
function appending(path: string, callers: number, records: number) {
  const script = resolve(import.meta.dirname, 'appending-process.ts');
  const child: ChildProcess = spawn(process.execPath, [script, path, `${callers}`, `${records}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const promised: string[] = [];
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  let target = Number.POSITIVE_INFINITY;
  if (child.stdout === null) throw new Error('no standard output');
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    promised.push(line);
    if (promised.length >= target) reach();
  });
  const ended = Promise.all([once(child, 'exit'), once(lines, 'close')]);
  const killAfter = (count: number) => {
    target = count;
    reached.then(() => child.kill('SIGKILL'));
  };
  return { promised, ended, killAfter };
}

test('P11: a process killed in the middle of its appends loses no record it was promised', async () => {
  const path = join(temporaryFolder(), 'x.db');
  const promised: string[] = [];
  for (const count of [1, 37, 400, 5]) {
    const child = appending(path, 16, 0);
    child.killAfter(count);
    await child.ended;
    // A line cut off by the kill was a promise nobody heard.
    promised.push(...child.promised.filter((line) => /^\d+:sha256:[0-9a-f]{64}$/.test(line)));
  }
  const store = await openStore(path);
  const ledger = createLedger(store, systemClock);
  expect(await ledger.verify(null)).toMatchObject({ isSound: true });
  const stored = new Set<string>();
  for await (const line of ledger.export()) {
    const { seq, hash } = JSON.parse(line);
    stored.add(`${seq}:${hash}`);
  }
  expect(promised.length).toBeGreaterThan(400);
  expect(promised.filter((line) => !stored.has(line))).toEqual([]);

  const recovered = await recoverInterrupted(store, systemClock, isInstanceAlive);
  expect(recovered).toEqual({ calls: stored.size, runs: 0 });
  expect(await store.openSteps(10)).toEqual([]);
  expect(await ledger.verify(null)).toMatchObject({ isSound: true, records: stored.size * 2 });
});

test('two processes that append at once make one chain', async () => {
  const path = join(temporaryFolder(), 'x.db');
  const children = [appending(path, 8, 300), appending(path, 8, 300)];
  await Promise.all(children.map(({ ended }) => ended));
  const promised = children.flatMap((child) => child.promised);
  const ledger = createLedger(await openStore(path), systemClock);
  expect(await ledger.verify(null)).toMatchObject({ isSound: true, records: promised.length });
  expect(new Set(promised).size).toBe(promised.length);
  expect(promised.length).toBeGreaterThanOrEqual(600);
});
