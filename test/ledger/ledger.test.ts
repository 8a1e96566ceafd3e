import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../src/kernel/canonical.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { genesis } from '../../src/ledger/record.ts';
import { temporaryStore } from '../fixtures/temporary-store.ts';

const everything = { limit: 100, before: null, type: null, run: null, call: null, digest: null };

async function openLedger() {
  const { store } = await temporaryStore();
  return createLedger(store, { ...systemClock, now: () => 1_700_000_000_000.5 });
}

test('an entry that is not data is refused, and nothing is written', async () => {
  const ledger = await openLedger();
  await expect(ledger.append({ type: 'call-refused', body: { text: 'half \ud800 a pair' } })).rejects.toThrow();
  await expect(ledger.append({ type: 'call-refused', body: { number: Number.NaN } })).rejects.toThrow();
  expect(await ledger.head()).toBeNull();
});

test('a record is hashed over the canonical JSON of everything but the hash', async () => {
  const ledger = await openLedger();
  await ledger.append({ type: 'run-started', body: { run: 'r1' } });
  const receipt = await ledger.append({ type: 'call-refused', body: { z: [1, 2.5e30, null], a: { ü: '\u0007' } } });
  const [first, second] = await Array.fromAsync(ledger.export());
  const { hash, ...rest } = JSON.parse(second ?? '{}');
  expect(rest).toEqual({
    seq: 2,
    at: 1_700_000_000_000,
    type: 'call-refused',
    body: { z: [1, 2.5e30, null], a: { ü: '\u0007' } },
    prev: JSON.parse(first ?? '{}').hash,
  });
  expect(hash).toBe(`sha256:${createHash('sha256').update(canonicalJson(rest)).digest('hex')}`);
  expect(receipt).toEqual({ seq: 2, hash });
  expect(second).toBe(canonicalJson({ ...rest, hash }));
  expect(JSON.parse(first ?? '{}').prev).toBe(genesis.hash);
});

test('what is changed after the append does not reach the ledger', async () => {
  const ledger = await openLedger();
  const args = { path: 'a' };
  const append = ledger.append({ type: 'call-intended', body: { args } });
  args.path = 'b';
  await append;
  expect((await ledger.show('1'))[0]?.body).toEqual({ args: { path: 'a' } });
});

test('records are listed newest first, by page and by key', async () => {
  const ledger = await openLedger();
  for (const run of ['r1', 'r2', 'r1', 'r1']) await ledger.append({ type: 'run-started', body: { run } });
  const seqs = async (filter: object) => (await ledger.list({ ...everything, ...filter })).map(({ seq }) => seq);
  expect(await seqs({})).toEqual([4, 3, 2, 1]);
  expect(await seqs({ limit: 2 })).toEqual([4, 3]);
  expect(await seqs({ limit: 2, before: 3 })).toEqual([2, 1]);
  expect(await seqs({ run: 'r1' })).toEqual([4, 3, 1]);
  expect(await seqs({ type: 'run-ended' })).toEqual([]);
});

test('a record is shown by its number, and a call by its id or digest', async () => {
  const ledger = await openLedger();
  const call = { call: 'call-7', digest: `sha256:${'7'.repeat(64)}`, caller: { run: 'r1' } };
  await ledger.append({ type: 'call-intended', body: call });
  await ledger.append({ type: 'call-refused', body: { call: 'other' } });
  await ledger.append({ type: 'call-finished', body: { ...call, intent: 1 } });
  const seqs = async (key: string) => (await ledger.show(key)).map(({ seq }) => seq);
  expect(await seqs('2')).toEqual([2]);
  expect(await seqs('4')).toEqual([]);
  expect(await seqs('0')).toEqual([]);
  expect(await seqs('call-7')).toEqual([1, 3]);
  expect(await seqs(call.digest)).toEqual([1, 3]);
  expect(await seqs('nothing')).toEqual([]);
  expect((await ledger.list({ ...everything, run: 'r1' })).map(({ seq }) => seq)).toEqual([3, 1]);
});
