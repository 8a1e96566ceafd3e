import { expect, test } from 'vitest';
import { draftRecord } from '../../src/kernel/record-draft.ts';
import type { LedgerRow } from '../../src/kernel/store.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { checkPage } from '../../src/ledger/check-page.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { growTree, leafHash } from '../../src/ledger/merkle.ts';
import { type PageChecker, startPageChecker } from '../../src/ledger/page-checker.ts';
import { genesis, linkRecord } from '../../src/ledger/record.ts';
import { sourceOfStore } from '../../src/ledger/record-source.ts';
import { noEvidence, verify } from '../../src/ledger/verify.ts';
import { temporaryStore } from '../fixtures/temporary-store.ts';

function chainOf(bodies: readonly object[]): LedgerRow[] {
  const rows: LedgerRow[] = [];
  for (const body of bodies) {
    const entry = { type: 'call-refused', body: JSON.parse(JSON.stringify(body)) } as const;
    rows.push(linkRecord(rows.at(-1) ?? genesis, draftRecord(entry, rows.length)));
  }
  return rows;
}
const strange = [
  {},
  { call: 'ä', run: 'line\nbreak', digest: '"quoted" \\' },
  { call: 'x'.repeat(300), caller: { run: 'r1' } },
  { run: null, caller: { run: '\u{1f600}' }, call: 7, digest: ['a'] },
  { run: 5, caller: 'none', text: '"hash":"sha256:0","prev":"","seq":1,"type":"x"}\u2028' },
];
const nothing = { types: [], seqs: [], sizes: [] };
const pageOf = (rows: readonly LedgerRow[]) => Buffer.from(rows.map(({ text }) => text).join('\n'));

test('a thread that dies has found nothing sound, and neither has one that was closed', async () => {
  const checker = startPageChecker(1);
  const page = { after: 0, text: pageOf(chainOf(strange)), columns: null };
  expect(await checker.check(page, nothing)).toMatchObject({ records: 5 });
  const underway = checker.check(page, nothing);
  await checker.close();
  expect(await underway).toBeNull();
  expect(await checker.check(page, nothing)).toBeNull();
});

test('a sound page of the strangest bodies is seen to be sound at once', () => {
  const rows = chainOf(strange);
  const found = checkPage(
    { after: 0, text: pageOf(rows), columns: null },
    { ...nothing, seqs: [2], sizes: [0, 2, 3, 5] },
  );
  expect(found).toMatchObject({ after: 0, records: 5, prev: genesis.hash, hash: rows[4]?.hash });
  expect(found?.wanted).toEqual([{ seq: 2, type: 'call-refused', text: rows[1]?.text }]);
  const [byParts, byLeaves] = [growTree(), growTree()];
  for (const part of found?.parts ?? []) byParts.addPart(part);
  for (const { text } of rows) byLeaves.add(leafHash(text));
  expect(byParts.root()).toBe(byLeaves.root());
  expect(found?.parts.map(({ leaves }) => leaves)).toEqual([2, 1, 1, 1]);
});

test('no page of a sound database has to be looked at closer, in threads neither', async () => {
  const { store } = await temporaryStore({ pageBytes: 5_000 });
  const ledger = createLedger(store, systemClock);
  const bodies = [...strange, ...Array.from({ length: 60 }, (_, n) => ({ call: `c${n}`, text: 'ü'.repeat(n * 9) }))];
  await Promise.all(
    bodies.map((body) => ledger.append({ type: 'call-refused', body: JSON.parse(JSON.stringify(body)) })),
  );
  const threads = startPageChecker(2);
  let closer = 0;
  const counting: PageChecker = {
    ...threads,
    check: async (page, wanted) => {
      const found = await threads.check(page, wanted);
      if (found === null) closer += 1;
      return found;
    },
  };
  const found = await verify(await sourceOfStore(store), noEvidence, counting);
  await threads.close();
  expect(found).toMatchObject({ isSound: true, records: 65, head: await ledger.head() });
  expect(closer).toBe(0);
});
