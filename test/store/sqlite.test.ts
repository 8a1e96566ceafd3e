import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { commitTo } from '../../src/kernel/commitment.ts';
import { versions } from '../../src/store/tables.ts';
import { storeConformance } from '../conformance/store.ts';
import { storeBesideConformance } from '../conformance/store-beside.ts';
import { storeInboxConformance } from '../conformance/store-inbox.ts';
import { storeStandingConformance } from '../conformance/store-standing.ts';
import {
  draftOf,
  intrude,
  openStore,
  pendingOf,
  temporaryFolder,
  temporaryStore,
} from '../fixtures/temporary-store.ts';

const pageBytes = 200_000;

const open = async () => {
  const { path, store } = await temporaryStore({ pageBytes });
  return { store, another: () => openStore(path, { pageBytes }) };
};

storeConformance('SQLite', open, pageBytes);
storeBesideConformance('SQLite', open);
storeStandingConformance('SQLite', open);
storeInboxConformance('SQLite', open);

test('no byte of a destroyed salt or a pruned output stays in the files', async () => {
  const { path, store } = await temporaryStore();
  const committed = commitTo('a value');
  const text = randomBytes(60_000).toString('base64');
  await store.append(draftOf({}, { beside: { salts: [committed], output: { sha256: 'h', text } } }));
  const files = () => Buffer.concat([path, `${path}-wal`].map((file) => readFileSync(file)));
  const marks = [committed.salt, deflateRawSync(text, { level: 1 }).subarray(30_000, 30_040)];
  expect(marks.map((mark) => files().includes(mark))).toEqual([true, true]);
  await store.destroySalts([committed.commitment], draftOf({}));
  expect(marks.map((mark) => files().includes(mark))).toEqual([false, true]);
  await store.pruneBeside({ outputs: Number.MAX_SAFE_INTEGER, salts: 0 }, draftOf({}));
  expect(marks.map((mark) => files().includes(mark))).toEqual([false, false]);
});

test('a database of a newer version is refused and left as it is', async () => {
  const { path, store } = await temporaryStore();
  await store.close();
  await (await intrude(path)).run('PRAGMA user_version = 4');
  const before = readFileSync(path);
  await expect(openStore(path)).rejects.toThrow(
    /format is version 4, and this program knows version 3; use the newest/,
  );
  expect(readFileSync(path)).toEqual(before);
});

test.each([1, 2])('a database of version %i gets what is new and keeps what it has', async (version) => {
  const path = join(temporaryFolder(), 'old.db');
  const old = await intrude(path);
  for (const statements of versions.slice(0, version)) await old.script(statements);
  const stored = pendingOf('q1');
  await old.run(
    'INSERT INTO questions (id, state, asked_at, document) VALUES (?, ?, ?, ?)',
    ...['q1', stored.state, stored.question.askedAt, JSON.stringify(stored)],
  );
  await old.run(`PRAGMA user_version = ${version}`);
  const reopened = await openStore(path);
  expect(await reopened.question('q1')).toEqual(stored);
  expect((await reopened.append(draftOf({ kept: true }))).seq).toBe(1);
  expect(await reopened.take([{ policy: 'p', rule: 'r', max: 1, windowMs: 1_000 }], 5_000)).toBe(true);
  expect(await (await intrude(path)).all('SELECT run, call FROM questions')).toEqual([
    { run: stored.question.caller.run, call: stored.question.callId },
  ]);
});

test('a database of another program is refused and left as it is', async () => {
  const path = join(temporaryFolder(), 'other.db');
  await (await intrude(path)).run('CREATE TABLE notes (text)');
  await expect(openStore(path)).rejects.toThrow(/belongs to another program; move it away/);
  expect(await (await intrude(path)).all('SELECT name FROM sqlite_schema')).toEqual([{ name: 'notes' }]);
});

test('a file that is no database is refused with what to do', async () => {
  const path = join(temporaryFolder(), 'text.db');
  writeFileSync(path, 'this is not a database, but long enough to be looked at as one\n'.repeat(100));
  await expect(openStore(path)).rejects.toThrow(
    /could not open the database `.*text\.db`: the file is not a Sallyport/,
  );
});

test('a missing folder is named', async () => {
  await expect(openStore(join(temporaryFolder(), 'gone', 'x.db'))).rejects.toThrow(
    /its folder does not exist: create it/,
  );
});

test('a damaged file is called damaged', async () => {
  const { path, store } = await temporaryStore();
  for (let n = 0; n < 50; n += 1) await store.append(draftOf({ text: 'x'.repeat(2_000) }));
  await store.close();
  const bytes = readFileSync(path);
  bytes.fill(0xa5, 4_096);
  writeFileSync(path, bytes);
  const opened = openStore(path).then((again) => again.append(draftOf({})));
  await expect(opened).rejects.toThrow(/the file is damaged: keep a copy/);
});

test('the file and its side files are for their owner only', async () => {
  const mask = process.umask(0);
  onTestFinished(() => {
    process.umask(mask);
  });
  const { path, store } = await temporaryStore();
  await store.append(draftOf({}));
  for (const file of [path, `${path}-wal`, `${path}-shm`]) expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a database that others could read is closed to them', async () => {
  const { path, store } = await temporaryStore();
  await store.close();
  chmodSync(path, 0o644);
  await openStore(path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a lock that outlasts the patience rejects with what to do, and afterwards writing works', async () => {
  const { path, store } = await temporaryStore({ busyMs: 30 });
  const intruder = await intrude(path);
  await intruder.run('BEGIN IMMEDIATE');
  await expect(store.append(draftOf({}))).rejects.toThrow(
    /could not write to the database .*another process kept it locked/,
  );
  await intruder.run('ROLLBACK');
  expect((await store.append(draftOf({}))).seq).toBe(1);
});

test('writes beyond the bounds of the queue are refused at once, in order of arrival', async () => {
  const { path, store } = await temporaryStore({ waitingWrites: 3, waitingBytes: 1_000 });
  const intruder = await intrude(path);
  await intruder.run('BEGIN IMMEDIATE');
  const first = store.append(draftOf({}));
  await Promise.resolve();
  const waiting = [1, 2, 3].map((n) => store.append(draftOf({ n })));
  await expect(store.append(draftOf({ n: 4 }))).rejects.toThrow(/could not write: 3 writes .* wait already/);
  await intruder.run('ROLLBACK');
  expect((await Promise.all([first, ...waiting])).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
});

test('waiting writes are bounded in bytes as well', async () => {
  const { path, store } = await temporaryStore({ waitingBytes: 1_000 });
  const intruder = await intrude(path);
  await intruder.run('BEGIN IMMEDIATE');
  const first = store.append(draftOf({}));
  await Promise.resolve();
  const large = store.append(draftOf({ text: 'x'.repeat(900) }));
  await expect(store.append(draftOf({ text: 'x'.repeat(200) }))).rejects.toThrow(/could not write: 1 writes/);
  await intruder.run('ROLLBACK');
  expect((await Promise.all([first, large])).map(({ seq }) => seq)).toEqual([1, 2]);
});

test('a record that is too large is refused and disturbs no other', async () => {
  const { store } = await temporaryStore({ bodyBytes: 100 });
  const large = store.append(draftOf({ text: 'x'.repeat(200) }));
  const small = store.append(draftOf({}));
  await expect(large).rejects.toThrow(/could not write a record: it has \d+ bytes, and 100 are allowed/);
  expect((await small).seq).toBe(1);
});

test('a full database refuses, and goes on by itself once there is space', async () => {
  const { path, store } = await temporaryStore({ filePages: 60 });
  const ballast = pendingOf('q1');
  await store.addQuestion({ ...ballast, question: { ...ballast.question, text: 'x'.repeat(80_000) } }, draftOf({}));
  const record = () => store.append(draftOf({ text: 'x'.repeat(10_000) }));
  const fill = async () => {
    for (;;) await record();
  };
  await expect(fill()).rejects.toThrow(/could not write to the database .*is full: free some space/);
  const written = (await store.head())?.seq;
  await expect(record()).rejects.toThrow(/is full/);
  expect((await store.head())?.seq).toBe(written);
  await (await intrude(path)).run('DELETE FROM questions');
  expect((await record()).seq).toBe(Number(written) + 1);
});

test('the ledger table takes no changes and no deletions', async () => {
  const { path, store } = await temporaryStore();
  await store.append(draftOf({}));
  const intruder = await intrude(path);
  await expect(intruder.run("UPDATE records SET type = 'x'")).rejects.toThrow(/only grows/);
  await expect(intruder.run('DELETE FROM records')).rejects.toThrow(/only grows/);
});

test('a damaged question row says so and disturbs no other write', async () => {
  const { path, store } = await temporaryStore();
  await store.addQuestion(pendingOf('q1'), draftOf({}));
  await (await intrude(path)).run("UPDATE questions SET state = 'approved'");
  const change = store.changeQuestion('q1', () => ({ next: null, record: null, result: () => null }));
  const beside = store.append(draftOf({}));
  await expect(change).rejects.toThrow(/could not read approval `q1`: its row is damaged/);
  await expect(store.question('q1')).rejects.toThrow(/its row is damaged/);
  expect((await beside).seq).toBe(2);
});

// Mounting needs root, which the tests of the sandboxes need as well.
test.runIf(process.getuid?.() === 0)('a full disk refuses, and writing goes on once it has space', async () => {
  const folder = mounted('size=1m');
  const path = join(folder, 'x.db');
  const store = await openStore(path);
  const ballast = join(folder, 'ballast');
  writeFileSync(ballast, Buffer.alloc(300_000));
  const record = () => store.append(draftOf({ text: 'x'.repeat(5_000) }));
  const fill = async () => {
    for (;;) await record();
  };
  await expect(fill()).rejects.toThrow(/could not write to the database .*(full|space)/);
  const written = Number((await store.head())?.seq);
  rmSync(ballast);
  expect((await record()).seq).toBe(written + 1);
  await store.close();
});

test.runIf(process.getuid?.() === 0)('a read-only file system is named', async () => {
  const folder = mounted('size=1m');
  const path = join(folder, 'x.db');
  await (await openStore(path)).close();
  execFileSync('mount', ['-o', 'remount,ro', folder]);
  await expect(openStore(path)).rejects.toThrow(/read-only file system: name a state folder that can be written/);
});

function mounted(options: string): string {
  const folder = temporaryFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  onTestFinished(() => {
    execFileSync('umount', ['-l', folder]);
  });
  return folder;
}
