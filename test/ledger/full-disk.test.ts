// A disk that is really full, under the ledger of real governed calls: a file system of a megabyte that other files fill.

import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { governedCall } from '../../src/kernel/governed-call.ts';
import { LedgerHalt } from '../../src/kernel/records.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { caller, testPorts } from '../fixtures/ports.ts';
import { draftOf, intrude, openStore, temporaryFolder, temporaryStore } from '../fixtures/temporary-store.ts';

const never = new AbortController().signal;

/** A file system of its own; making one needs root, as the sandboxes do. */
function smallDisk(size: string): string {
  const folder = temporaryFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  onTestFinished(() => {
    execFileSync('umount', ['-l', folder]);
  });
  return folder;
}

/** Fills what is left, and gives a way to free it. */
function fill(folder: string): () => void {
  const path = join(folder, 'ballast');
  for (let bytes = 1_048_576; bytes >= 1; bytes = Math.floor(bytes / 2)) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(bytes), { flag: 'a' });
    } catch {
      // Smaller pieces may still fit.
    }
  }
  return () => rmSync(path);
}

test('a full disk refuses calls with what to do, runs none of them, and lets them go on once it has space', async () => {
  const folder = smallDisk('1m');
  const store = await openStore(join(folder, 'sallyport.db'));
  const ledger = createLedger(store, systemClock);
  const { ports, told } = testPorts('allow', { ledger });
  const call = (id: number) =>
    governedCall({ id: `c${id}`, tool: 'read', args: { text: 'x'.repeat(2_000) } }, caller, ports, never, () => {});
  expect((await call(0)).outcome).toBe('ok');
  const free = fill(folder);
  const ends = await Promise.allSettled(Array.from({ length: 100 }, (_, index) => call(index + 1)));
  const ran = told.ran.length;
  const refused = ends.filter((end) => end.status === 'rejected').map(({ reason }) => reason);
  expect(refused.length).toBeGreaterThan(0);
  for (const error of refused) {
    expect(error).toBeInstanceOf(LedgerHalt);
    expect(String(error)).toMatch(/so nothing more runs: could not write to the database .*free some space/);
  }
  await expect(call(200)).rejects.toThrow(/free some space/);
  expect(told.ran.length).toBe(ran);
  free();
  expect((await call(201)).outcome).toBe('ok');
  const { isSound, records } = await ledger.verify(null);
  expect(isSound).toBe(true);
  const types = (
    await ledger.list({ limit: 1_000, before: null, type: null, run: null, call: null, digest: null })
  ).map(({ type }) => type);
  expect(types).toHaveLength(records);
  // What ran has its intent on disk, and whose end was told has that too.
  const intents = types.filter((type) => type === 'call-intended').length;
  expect(intents).toBe(told.ran.length);
  const finished = ends.filter((end) => end.status === 'fulfilled').length + 2;
  expect(types.filter((type) => type === 'call-finished').length).toBe(finished);
});

test('a disk that fills up inside a group of writes writes the whole group or none of it', async () => {
  const folder = smallDisk('1m');
  const store = await openStore(join(folder, 'sallyport.db'));
  const told: number[] = [];
  let failed = 0;
  for (let group = 0; group < 40; group += 1) {
    const before = (await store.head())?.seq ?? 0;
    const writes = Array.from({ length: 10 }, (_, n) =>
      store.append(draftOf({ text: 'x'.repeat(3_000), n: group * 10 + n })),
    );
    const ends = await Promise.allSettled(writes);
    const seqs = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value.seq] : []));
    expect([0, 10]).toContain(seqs.length);
    if (seqs.length === 0) failed += 1;
    else told.push(...seqs);
    expect((await store.head())?.seq ?? 0).toBe(before + seqs.length);
  }
  expect(failed).toBeGreaterThan(0);
  expect(told).toEqual(told.map((_, index) => index + 1));
});

test('a disk that takes long delays writes, and neither loses nor reorders any', async () => {
  const { path, store } = await temporaryStore({ busyMs: 20_000 });
  const order: number[] = [];
  const writes: Promise<unknown>[] = [];
  const intruder = await intrude(path);
  for (let round = 0; round < 5; round += 1) {
    await intruder.run('BEGIN IMMEDIATE');
    for (let n = 0; n < 50; n += 1) {
      const number = round * 50 + n;
      writes.push(store.append(draftOf({ number })).then(({ seq }) => order.push(seq)));
    }
    // Nothing can have been written: the file is held.
    await new Promise((resolve) => setImmediate(resolve));
    expect(order.length).toBeLessThanOrEqual(round * 50);
    await intruder.run('COMMIT');
    await Promise.all(writes);
  }
  expect(order).toEqual(order.map((_, index) => index + 1));
  const rows = await store.records({
    order: 'oldest-first',
    from: null,
    limit: 1_000,
    type: null,
    run: null,
    call: null,
    digest: null,
  });
  expect(rows.map(({ text }) => JSON.parse(text).body.number)).toEqual(rows.map((_, index) => index));
});
