import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commitTo } from '../../src/kernel/commitment.ts';
import type { LedgerHead, Store } from '../../src/kernel/store.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { genesis, linkRecord } from '../../src/ledger/record.ts';
import { defaultStoreLimits, openSqliteStore } from '../../src/store/sqlite.ts';
import { draftOf, pendingOf, temporaryFolder } from '../fixtures/temporary-store.ts';
import { between, type Random, randomFrom } from '../soak/random.ts';

// One bit of the database file is turned, anywhere. Either nothing of what the ledger says has changed (the bit was in free
// space, or in an index that reading it does not use), or somebody is told: by the verification, or because nothing opens.

const seed = between(randomFrom(Date.now()), 1, 1_000_000);
const open = (path: string) => openSqliteStore({ path, link: linkRecord, genesis, limits: defaultStoreLimits });

/** A ledger of some size, with everything that can lie beside it. */
async function writeLedger(path: string): Promise<Store> {
  const store = await open(path);
  for (let n = 1; n <= 60; n += 1) {
    const text = `output ${n} `.repeat(1_200);
    const sha256 = createHash('sha256').update(text).digest('hex');
    const output = n % 10 === 0 ? { sha256, text } : null;
    const beside = { salts: n % 7 === 0 ? [commitTo(`${n}`)] : [], output };
    const body = { run: `r${n % 5}`, call: `c${n}`, text: 'ä word '.repeat(n % 13) };
    await store.append(draftOf(body, { run: body.run, call: body.call, beside }));
  }
  for (let n = 1; n <= 4; n += 1) await store.addQuestion(pendingOf(`q${n}`), draftOf({ approval: `q${n}` }));
  return store;
}

/** Everything that the ledger says. */
const linesOf = async (store: Store) => (await Array.fromAsync(createLedger(store, systemClock).export())).join('\n');

type Found = 'it does not open or read' | 'the verification' | 'nothing has changed' | 'NOBODY NOTICED';

/** Who notices that a file is not as it was. */
async function whoNotices(path: string, lines: string, noted: LedgerHead): Promise<Found> {
  let store: Store | null = null;
  try {
    store = await open(path);
    const { isSound } = await createLedger(store, systemClock).verify(noted);
    const { bad } = await createLedger(store, systemClock).verifyOutputs();
    if (!isSound || bad.length > 0) return 'the verification';
    return (await linesOf(store)) === lines ? 'nothing has changed' : 'NOBODY NOTICED';
  } catch {
    return 'it does not open or read';
  } finally {
    await store?.close().catch(() => 'it is damaged, and says so');
  }
}

/** Turns bits of one file of a closed or killed database, each in a copy of its own. */
async function turnBits(files: readonly string[], target: string, lines: string, noted: LedgerHead, times: number) {
  const random: Random = randomFrom(seed);
  const found = new Map<Found, number>();
  const copy = join(temporaryFolder(), 'x.db');
  for (const ending of files) copyFileSync(`${target}${ending}`, `${copy}${ending}`);
  expect(await whoNotices(copy, lines, noted)).toBe('nothing has changed');
  for (let time = 0; time < times; time += 1) {
    for (const ending of ['', '-wal', '-shm']) writeFileSync(`${copy}${ending}`, '');
    for (const ending of files) copyFileSync(`${target}${ending}`, `${copy}${ending}`);
    const last = files.at(-1) ?? '';
    const bytes = readFileSync(`${target}${last}`);
    const at = between(random, 0, bytes.length - 1);
    bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << between(random, 0, 7)), at);
    writeFileSync(`${copy}${last}`, bytes);
    const who = await whoNotices(copy, lines, noted);
    found.set(who, (found.get(who) ?? 0) + 1);
    expect(who, `seed ${seed}, byte ${at} of \`x.db${last}\``).not.toBe('NOBODY NOTICED');
  }
  return found;
}

test('P9: any flipped bit of the database file either changes nothing in the ledger or is found', async () => {
  const path = join(temporaryFolder(), 'sallyport.db');
  const store = await writeLedger(path);
  const [lines, head] = [await linesOf(store), (await store.head()) ?? genesis];
  await store.close();
  expect(existsSync(`${path}-wal`)).toBe(false);
  const found = await turnBits([''], path, lines, head, 250);
  // A file in which hardly anything matters would prove nothing.
  expect(found.get('the verification') ?? 0).toBeGreaterThan(20);
}, 120_000);

test('P9: any flipped bit of the log of recent writes is found with a head that was noted', async () => {
  const path = join(temporaryFolder(), 'sallyport.db');
  const store = await writeLedger(path);
  const [lines, head] = [await linesOf(store), (await store.head()) ?? genesis];
  // As a killed process leaves it: everything is in the log.
  const left = join(temporaryFolder(), 'sallyport.db');
  for (const ending of ['', '-wal']) copyFileSync(`${path}${ending}`, `${left}${ending}`);
  await store.close();
  expect(statSync(`${left}-wal`).size).toBeGreaterThan(100_000);
  const found = await turnBits(['', '-wal'], left, lines, head, 80);
  expect((found.get('the verification') ?? 0) + (found.get('it does not open or read') ?? 0)).toBeGreaterThan(10);
}, 120_000);

test('P8: reading comes to an end where the search tree of a damaged file goes round', async () => {
  const path = join(temporaryFolder(), 'sallyport.db');
  const store = await open(path);
  const hashes = ['a', 'b'].map((letter) => letter.repeat(64));
  for (const sha256 of hashes)
    await store.append(draftOf({}, { beside: { salts: [], output: { sha256, text: 'text' } } }));
  await store.close();
  const bytes = readFileSync(path);
  const [, last = ''] = hashes;
  const places = [bytes.indexOf(last), bytes.lastIndexOf(last)];
  expect(places[0]).not.toBe(places[1]);
  for (const place of places) {
    const damaged = Buffer.from(bytes);
    damaged.writeUInt8(1, place);
    const copy = join(temporaryFolder(), 'x.db');
    writeFileSync(copy, damaged);
    const opened = await open(copy);
    const seen = await createLedger(opened, systemClock)
      .verifyOutputs()
      .then(
        ({ bad }) => bad.length,
        (error: unknown) => String(error),
      );
    expect(seen).not.toBe(0);
    await opened.close();
  }
});
