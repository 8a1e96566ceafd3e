import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { draftRecord } from '../../src/kernel/record-draft.ts';
import type { LedgerHead, LedgerRow, Store } from '../../src/kernel/store.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { checkRow, genesis, linkRecord } from '../../src/ledger/record.ts';
import { type RecordSource, sourceOfStore } from '../../src/ledger/record-source.ts';
import { headText, parseHead } from '../../src/ledger/verify.ts';
import { intrude, temporaryStore, unseal } from '../fixtures/temporary-store.ts';
import { verifyBoth, verifyBytes, verifyLines } from '../fixtures/verify-lines.ts';

/** A chain of records like the kernel's. */
function chainOf(length: number): LedgerRow[] {
  const rows: LedgerRow[] = [];
  for (let n = 1; n <= length; n += 1) {
    const body = { call: `c${n}`, caller: { run: 'r1' }, digest: `sha256:${`${n}`.repeat(4)}`, text: 'ä "quoted" \\' };
    rows.push(linkRecord(rows.at(-1) ?? genesis, draftRecord({ type: 'call-refused', body }, 1_000 + n)));
  }
  return rows;
}

/** Rows as a store would hand them out. */
const sourceOf = (rows: readonly LedgerRow[]): RecordSource => {
  const column = (of: (row: LedgerRow) => unknown) => rows.map(of).join('\n');
  const key = (value: string | null) => (value === null ? '' : `=${value}`);
  return {
    async *pages() {
      const keys = { run: column((row) => key(row.run)), call: column((row) => key(row.call)) };
      const plain = {
        seq: column(({ seq }) => seq),
        hash: column(({ hash }) => hash),
        at: column(({ at: time }) => time),
      };
      const columns = { ...plain, ...keys, type: column(({ type }) => type), digest: column((row) => key(row.digest)) };
      if (rows.length > 0) yield { after: 0, text: Buffer.from(column(({ text }) => text)), columns };
    },
    async *entries(skip) {
      for (const row of rows.slice(skip)) yield { text: row.text, check: (previous) => checkRow(row, previous) };
    },
    async *texts(type) {
      for (const row of rows) if (row.type === type) yield row.text;
    },
  };
};
const verifyAll = (rows: readonly LedgerRow[], head: LedgerHead | null = null) => verifyBoth(sourceOf(rows), { head });
const linesFrom = (rows: readonly LedgerRow[]) => rows.map(({ text }) => text);
const at = (rows: readonly LedgerRow[], index: number): LedgerRow => {
  const row = rows[index];
  if (row === undefined) throw new Error(`no row ${index}`);
  return row;
};

test('P9: any changed character of a record is found, and the record is named', async () => {
  const rows = chainOf(4);
  await fc.assert(
    fc.asyncProperty(fc.nat(3), fc.nat(), fc.integer({ min: 1, max: 0xffff }), async (index, position, change) => {
      const row = at(rows, index);
      const where = position % row.text.length;
      const other = String.fromCharCode(row.text.charCodeAt(where) ^ change);
      const text = row.text.slice(0, where) + other + row.text.slice(where + 1);
      const changed = rows.with(index, { ...row, text });
      expect(await verifyAll(changed)).toMatchObject({ isSound: false, bad: index + 1, records: index });
      expect(await verifyLines(linesFrom(changed))).toMatchObject({ isSound: false, bad: index + 1 });
    }),
    { numRuns: 800 },
  );
});

test('P9: any flipped bit in the bytes of an export is found', async () => {
  const rows = chainOf(3);
  const bytes = Buffer.from(`${linesFrom(rows).join('\n')}\n`);
  const head = { seq: 3, hash: at(rows, 2).hash };
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(await verifyBytes(changed, { head }, 100)).toMatchObject({ isSound: false });
    }),
    { numRuns: 800 },
  );
  expect(await verifyBytes(bytes, { head }, 7)).toMatchObject({ isSound: true, records: 3 });
  expect(await verifyBytes(bytes.subarray(0, -1), { head }, 50)).toMatchObject({ isSound: true, records: 3 });
});

test('P9: a dropped, repeated, moved or added record is found and named', async () => {
  const rows = chainOf(6);
  const one = at(rows, 1);
  const foreign = linkRecord(at(rows, 2), draftRecord({ type: 'call-refused', body: {} }, 1));
  const cases: [string, LedgerRow[], number, RegExp][] = [
    ['dropped first', rows.slice(1), 1, /records 1 to 1 are missing/],
    ['dropped two', rows.toSpliced(2, 2), 3, /records 3 to 4 are missing before it/],
    ['repeated', rows.toSpliced(2, 0, one), 3, /record 2 stands here, out of order or a second time/],
    ['swapped', rows.with(1, at(rows, 2)).with(2, one), 2, /records 2 to 2 are missing/],
    ['exchanged', rows.with(3, foreign), 5, /it does not hang on record 4/],
    ['added', [...rows, at(rows, 0)], 7, /record 1 stands here/],
  ];
  for (const [name, changed, bad, problem] of cases) {
    const found = await verifyLines(linesFrom(changed));
    expect(found, name).toMatchObject({ isSound: false, bad, problem: expect.stringMatching(problem) });
    expect(await verifyAll(changed), name).toMatchObject({
      isSound: false,
      bad,
      problem: expect.stringMatching(problem),
    });
  }
});

test('P9: a record changed together with its own hash breaks the chain after it', async () => {
  const rows = chainOf(3);
  const forged = linkRecord(at(rows, 0), draftRecord({ type: 'call-refused', body: { call: 'harmless' } }, 1_002));
  expect(await verifyAll(rows.with(1, forged))).toMatchObject({ isSound: false, bad: 3 });
});

test('a cut tail and a replaced ledger are found with a head noted before, and only with it', async () => {
  const rows = chainOf(5);
  const noted = at(rows, 3);
  const cut = rows.slice(0, 2);
  expect(await verifyAll(cut)).toMatchObject({ isSound: true, records: 2 });
  expect(await verifyAll(cut, noted)).toMatchObject({ isSound: false, bad: 3, problem: expect.stringMatching(/tail/) });
  expect(await verifyAll([], noted)).toMatchObject({ isSound: false, bad: 1 });
  const other = [linkRecord(genesis, draftRecord({ type: 'run-started', body: {} }, 1))];
  expect(await verifyAll(other, { seq: 1, hash: at(rows, 0).hash })).toMatchObject({ isSound: false, bad: 1 });
  expect(await verifyAll(rows, noted)).toMatchObject({ isSound: true, records: 5 });
});

test('P9: a derived column that disagrees with the text is found', async () => {
  const rows = chainOf(3);
  const columns = { seq: 9, hash: 'sha256:0', at: 1, type: 'run-ended', run: 'r2', call: null, digest: 'x' };
  for (const [column, value] of Object.entries(columns)) {
    const found = await verifyAll(rows.with(1, { ...at(rows, 1), [column]: value }));
    expect(found).toMatchObject({ isSound: false, bad: 2, problem: expect.stringContaining(`column \`${column}\``) });
  }
});

test('an empty ledger is sound, and its head is the beginning', async () => {
  expect(await verifyAll([])).toMatchObject({ isSound: true, records: 0, head: genesis });
  expect(await verifyLines([])).toMatchObject({ isSound: true, records: 0, head: genesis });
});

test('a line that is empty, cut or not a record is found', async () => {
  const [line = ''] = linesFrom(chainOf(1));
  const bad = [
    '',
    ' ',
    '{}',
    'null',
    '[]',
    line.slice(0, -1),
    `${line} `,
    ` ${line}`,
    `${line}\r`,
    line.replace(',', ', '),
  ];
  for (const text of bad) expect((await verifyLines([text])).isSound, text).toBe(false);
});

test('a text with a fitting hash that is spelled otherwise is not a record', async () => {
  const end = `"prev":"${genesis.hash}","seq":1,"type":"x"}`;
  for (const start of ['{"at":1,"body":[],', '{"at":-1,"body":{},', '{"body":{},', '{ "at":1,"body":{},', '[']) {
    const hash = `sha256:${createHash('sha256')
      .update(start + end)
      .digest('hex')}`;
    const found = await verifyLines([`${start}"hash":"${hash}",${end}`]);
    expect(found, start).toMatchObject({ isSound: false, problem: 'its text is not a record' });
  }
});

test('bytes that are not UTF-8 are found, whatever they would decode to', async () => {
  const row = linkRecord(genesis, draftRecord({ type: 'call-refused', body: { text: '\ufffd' } }, 1));
  const bytes = Buffer.from(row.text);
  const where = bytes.indexOf('\ufffd');
  expect((await verifyBytes(bytes)).isSound).toBe(true);
  for (const damage of [[0xff], [0xed, 0xa0, 0x80]]) {
    const damaged = Buffer.concat([bytes.subarray(0, where), Buffer.from(damage), bytes.subarray(where + 3)]);
    expect(await verifyBytes(damaged, {}, 50)).toMatchObject({
      isSound: false,
      problem: expect.stringContaining('UTF-8'),
    });
  }
});

test('bytes that are not UTF-8 are found, although the hash over them fits', async () => {
  const start = Buffer.from('{"at":1,"body":{"text":"');
  const end = Buffer.from(`"prev":"${genesis.hash}","seq":1,"type":"x"}`);
  const body = Buffer.concat([start, Buffer.from([0xff, 0x22, 0x7d, 0x2c])]);
  const hash = createHash('sha256').update(body).update(end).digest('hex');
  const bytes = Buffer.concat([body, Buffer.from(`"hash":"sha256:${hash}",`), end]);
  expect(await verifyBytes(bytes)).toMatchObject({ isSound: false, bad: 1 });
});

test('P9: pages that are sound in themselves, but do not hang on each other, are found', async () => {
  const rows = chainOf(6);
  const forged = linkRecord(at(rows, 1), draftRecord({ type: 'call-refused', body: { forged: true } }, 1));
  const entries = [...rows.slice(0, 2), forged, ...rows.slice(3)];
  const source: RecordSource = {
    ...sourceOf(entries),
    async *pages() {
      const pages = [sourceOf(rows.slice(0, 2)), sourceOf([forged]), sourceOf(rows.slice(3))];
      let after = 0;
      for (const part of pages) {
        for await (const page of part.pages()) yield { ...page, after };
        after += after === 0 ? 2 : 1;
      }
    },
  };
  expect(await verifyBoth(source)).toMatchObject({
    isSound: false,
    bad: 4,
    problem: expect.stringMatching(/does not hang/),
  });
});

test('a text with a fitting hash that is not JSON is found', async () => {
  for (const body of ['{"a":}', '{', '{"a":1}}', '{"a":01}', '{}x', '{"a":"\u0001"}', '{"a":"\\x"}', '{}\u00a0']) {
    const draft = { ...draftRecord({ type: 'call-refused', body: {} }, 1), body };
    expect(await verifyLines([linkRecord(genesis, draft).text]), body).toMatchObject({ isSound: false, bad: 1 });
  }
});

test('a head is read as it is written, and nothing else is one', () => {
  const head = { seq: 12, hash: `sha256:${'ab'.repeat(32)}` };
  expect(parseHead(headText(head))).toEqual(head);
  for (const text of ['', '12', '12:abc', `0:${head.hash}`, `1e3:${head.hash}`, ` ${headText(head)}`]) {
    expect(() => parseHead(text)).toThrow(/could not read the head/);
  }
});

async function storedLedger(): Promise<{ path: string; store: Store }> {
  const { path, store } = await temporaryStore();
  const ledger = createLedger(store, systemClock);
  const append = (n: number) => ledger.append({ type: 'call-refused', body: { call: `c${n}`, text: 'a\ufffdb' } });
  await Promise.all([1, 2, 3, 4, 5, 6].map(append));
  const intruder = await intrude(path);
  await unseal(intruder);
  return { path, store };
}

test('P9: tampering with the database itself is found', async () => {
  const tricks: [string, string, number][] = [
    ['a changed text', "UPDATE records SET text = replace(text, 'c3', 'c9') WHERE seq = 3", 3],
    ['a changed column', "UPDATE records SET call = 'c9' WHERE seq = 4", 4],
    ['a removed column', 'UPDATE records SET call = NULL WHERE seq = 4', 4],
    ['a further line in a column', "UPDATE records SET type = type || char(10) || 'x' WHERE seq = 6", 6],
    ['a changed hash', 'UPDATE records SET hash = (SELECT hash FROM records WHERE seq = 1) WHERE seq = 5', 5],
    ['a dropped record', 'DELETE FROM records WHERE seq = 2', 2],
    ['a renumbered record', 'UPDATE records SET seq = 9 WHERE seq = 6', 6],
    [
      'a record before the first',
      'INSERT INTO records SELECT -5, text, hash, at, type, run, call, digest FROM records LIMIT 1',
      1,
    ],
    [
      'a repeated record',
      'INSERT INTO records SELECT 7, text, hash, at, type, run, call, digest FROM records WHERE seq = 6',
      7,
    ],
    [
      'bytes that are not text',
      "UPDATE records SET text = CAST(replace(CAST(text AS BLOB), x'efbfbd', x'ff') AS TEXT) WHERE seq = 2",
      2,
    ],
  ];
  for (const [name, sql, bad] of tricks) {
    const { path, store } = await storedLedger();
    await (await intrude(path)).run(sql);
    const ledger = createLedger(store, systemClock);
    expect(await ledger.verify(null), name).toMatchObject({ isSound: false, bad });
    expect(await verifyBoth(await sourceOfStore(store)), name).toMatchObject({ isSound: false, bad });
  }
});

test('the whole ledger verifies page by page, and so does its export', async () => {
  const { store } = await temporaryStore({ pageBytes: 1_000 });
  const ledger = createLedger(store, systemClock);
  const strange = [{ call: 'ä'.repeat(300), run: 'line\nbreak' }, { caller: { run: 'r' } }, { run: null, digest: 7 }];
  const bodies = [...strange, ...Array.from({ length: 50 }, (_, n) => ({ n, text: 'x'.repeat(n * 20) }))];
  await Promise.all(bodies.map((body) => ledger.append({ type: 'call-refused', body })));
  const head = await ledger.head();
  expect(await verifyBoth(await sourceOfStore(store), { head })).toMatchObject({ isSound: true, records: 53, head });
  expect(await verifyLines(await Array.fromAsync(ledger.export()), head)).toMatchObject({ isSound: true, records: 53 });
});
