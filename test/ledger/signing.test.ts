import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkpointText, noticeText, parseCheckpoint, parseNotice } from '../../src/ledger/checkpoint.ts';
import { leafHash } from '../../src/ledger/merkle.ts';
import { makeSignerKey, parseNotes, parseVerifierKey, signNote } from '../../src/ledger/note.ts';
import { consistencyFile, inclusionFile } from '../../src/ledger/proof-file.ts';
import { consistencyRanges, gatherRoots, inclusionRanges, type Range } from '../../src/ledger/proofs.ts';
import { sourceOfStore } from '../../src/ledger/record-source.ts';
import { noEvidence } from '../../src/ledger/verify.ts';
import { verifyProof } from '../../src/ledger/verify-proof.ts';
import { kept, keysInMemory, type SignedLedger, signedLedger } from '../fixtures/signed-ledger.ts';
import { verifyBoth, verifyBytes, verifyLines } from '../fixtures/verify-lines.ts';

const publicKey = ({ memory }: SignedLedger) => parseVerifierKey(memory.kept?.signer.verifier.line ?? '');
const verified = async (ledger: SignedLedger, evidence = {}) => verifyBoth(await sourceOfStore(ledger.store), evidence);
const textsOf = async ({ store }: SignedLedger) =>
  (await Array.fromAsync((await sourceOfStore(store)).entries(0))).map(({ text }) => text);
const flip = (text: string, bit: number) => {
  const bytes = Buffer.from(text);
  const at = bit % (bytes.length * 8);
  bytes.writeUInt8(bytes.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3);
  return bytes.toString('utf8');
};
const rootsOf = (ranges: readonly Range[], texts: readonly string[]) => {
  const gathered = gatherRoots(ranges);
  for (const text of texts) gathered.add(leafHash(text));
  return gathered.roots();
};

test('P9: a ledger replaced as a whole is found by one checkpoint kept elsewhere, whatever it says of itself', async () => {
  const ledger = await signedLedger();
  await ledger.add(5);
  const { note, size } = await ledger.sign();
  const same = { kept: ledger.memory.kept, signed: null };
  // Another chain, sound in itself: signed by nobody, by another key, and even by the stolen key.
  for (const memory of [keysInMemory(), Object.assign(keysInMemory(), same)]) {
    const other = await signedLedger(undefined, memory);
    await other.add(40);
    expect((await verified(other)).isSound).toBe(true);
    expect(await verified(other, { checkpoints: kept(note) })).toMatchObject({ isSound: false });
    await other.sign();
    expect((await verified(other)).isSound).toBe(true);
    expect(await verified(other, { checkpoints: kept(note) })).toMatchObject({ isSound: false, bad: 1 });
    expect(await verified(other, { checkpoints: kept(note), trusted: [publicKey(ledger)] })).toMatchObject({
      isSound: false,
      problem: expect.stringMatching(new RegExp(`over other records 1 to ${size} than these|about another ledger`)),
    });
  }
});

test('P9: a cut end is found by a checkpoint over more records, in a database and in an export', async () => {
  const ledger = await signedLedger();
  await ledger.add(5);
  const first = await ledger.sign();
  await ledger.add(5);
  const second = await ledger.sign();
  const texts = (await textsOf(ledger)).slice(0, first.size + 3);
  const bytes = Buffer.from(`${texts.join('\n')}\n`);
  expect(await verifyBytes(bytes, { checkpoints: kept(first.note) })).toMatchObject({ isSound: true });
  for (const trusted of [[], [publicKey(ledger)]]) {
    expect(await verifyBytes(bytes, { checkpoints: kept(first.note + second.note), trusted })).toMatchObject({
      isSound: false,
      bad: first.size + 1,
      problem: expect.stringContaining('the end of the ledger is gone'),
    });
  }
});

test('P9: any flipped bit of a checkpoint is found, and it is not called the fault of the ledger', async () => {
  const ledger = await signedLedger();
  await ledger.add(3);
  const { note } = await ledger.sign();
  const texts = await textsOf(ledger);
  const bytes = Buffer.from(`${texts.join('\n')}\n`);
  await fc.assert(
    fc.asyncProperty(fc.nat(Buffer.byteLength(note) * 8 - 1), async (bit) => {
      let notes: ReturnType<typeof kept>;
      try {
        notes = kept(flip(note, bit));
      } catch {
        return;
      }
      const found = await verifyBytes(bytes, { checkpoints: notes });
      expect(found).toMatchObject({ isSound: false });
      expect(found.isSound ? '' : found.problem).toMatch(/changed|another ledger|no key signed|not a checkpoint/);
    }),
    { numRuns: 300 },
  );
});

test('P9: any flipped bit of a signed ledger is found, in its checkpoints and keys, too', async () => {
  const ledger = await signedLedger();
  await ledger.add(2);
  const { note } = await ledger.sign();
  const texts = await textsOf(ledger);
  await fc.assert(
    fc.asyncProperty(fc.nat(texts.length - 1), fc.nat(), async (index, bit) => {
      const changed = texts.with(index, flip(texts[index] ?? '', bit));
      const bytes = Buffer.from(changed.join('\n'));
      // The last record is the checkpoint itself, which nothing signed covers: its own hash does.
      expect(await verifyBytes(bytes, { checkpoints: kept(note) })).toMatchObject({ isSound: false });
    }),
    { numRuns: 400 },
  );
});

test('a checkpoint that does not say what is before it is found, although its record is sound', async () => {
  const ledger = await signedLedger();
  await ledger.add(3);
  const { note, root, origin } = await ledger.sign();
  const signer = ledger.memory.kept?.signer ?? makeSignerKey('x');
  const stranger = makeSignerKey(origin);
  const other = makeSignerKey('sallyport/other');
  const bodies: [RegExp, object][] = [
    [/holds no signed note/, {}],
    [/holds no signed note/, { note: note.slice(0, -1) }],
    [/not a checkpoint of records before it/, { note: signNote('a\nb\n', [signer]) }],
    [/not a checkpoint of records before it/, { note: signNote(checkpointText({ origin, size: 6, root }), [signer]) }],
    [/do not make the root/, { note, parts: [] }],
    [
      /over other records 1 to 1 than these/,
      { note: signNote(checkpointText({ origin, size: 1, root }), [signer]), parts: [root] },
    ],
    [/no key signed it/, { note: signNote(checkpointText({ origin, size: 1, root }), [stranger]), parts: [root] }],
    [/another ledger/, { note: signNote(checkpointText({ origin: 'x', size: 1, root }), [signer]), parts: [root] }],
  ];
  for (const [problem, body] of bodies) {
    const wrong = await signedLedger(undefined, Object.assign(keysInMemory(), { kept: ledger.memory.kept }));
    await wrong.add(3);
    await wrong.sign();
    await wrong.ledger.append({ type: 'checkpoint', body: JSON.parse(JSON.stringify(body)) });
    await wrong.add(1);
    expect(await verified(wrong), String(problem)).toMatchObject({
      isSound: false,
      bad: 6,
      problem: expect.stringMatching(problem),
    });
  }
  const notices = [
    signNote(noticeText({ origin: other.verifier.name, line: other.verifier.line }), [other, signer]),
    signNote(noticeText({ origin, line: stranger.verifier.line }), [signer]),
    signNote(noticeText({ origin, line: other.verifier.line }), [other, signer]),
    signNote('key\n', [signer]),
  ];
  for (const notice of notices) {
    const wrong = await signedLedger(undefined, Object.assign(keysInMemory(), { kept: ledger.memory.kept }));
    await wrong.add(1);
    await wrong.sign();
    await wrong.ledger.append({ type: 'ledger-key', body: { note: notice } });
    expect(await verified(wrong)).toMatchObject({ isSound: false, bad: 4 });
  }
});

test('intact and trusted are two findings', async () => {
  const ledger = await signedLedger();
  await ledger.add(3);
  expect(await verified(ledger)).toMatchObject({
    isSound: true,
    isTrusted: false,
    signing: { signed: 0, trusted: null },
  });
  const { size } = await ledger.sign();
  const trusted = [publicKey(ledger)];
  expect(await verified(ledger)).toMatchObject({
    isSound: true,
    isTrusted: false,
    signing: { signed: size, trusted: null },
  });
  expect(await verified(ledger, { trusted })).toMatchObject({ isTrusted: true, signing: { trusted: size } });
  const stranger = [makeSignerKey(publicKey(ledger).name).verifier];
  expect(await verified(ledger, { trusted: stranger })).toMatchObject({
    isSound: true,
    isTrusted: false,
    signing: { signed: size, trusted: 0 },
  });
  await ledger.add(1);
  expect(await verified(ledger, { trusted })).toMatchObject({
    isSound: true,
    isTrusted: false,
    signing: { trusted: size },
  });
  const empty = await signedLedger();
  expect(await verified(empty, { trusted })).toMatchObject({ isSound: true, isTrusted: false });
});

test('a key that named its successor is not trusted with what came after', async () => {
  const ledger = await signedLedger();
  await ledger.add(2);
  await ledger.sign();
  const old = ledger.memory.kept?.signer ?? makeSignerKey('x');
  const next = makeSignerKey(old.verifier.name);
  const origin = old.verifier.name;
  const notice = signNote(noticeText({ origin, line: next.verifier.line }), [next, old]);
  await ledger.ledger.append({ type: 'ledger-key', body: { note: notice } });
  // The old key goes on signing, as if it had been stolen.
  await ledger.add(3);
  await ledger.sign();
  expect(await verified(ledger, { trusted: [old.verifier] })).toMatchObject({
    isSound: true,
    isTrusted: false,
    signing: { trusted: 3 },
  });
});

test('a proof of a record holds for this record at this place alone, and any flipped bit of it is found', async () => {
  const ledger = await signedLedger();
  await ledger.add(9);
  const { note, size } = await ledger.sign();
  const texts = await textsOf(ledger);
  const trusted = [publicKey(ledger)];
  const fileFor = (index: number, text = texts[index] ?? '') =>
    inclusionFile(text, index, rootsOf(inclusionRanges(index, size), texts.slice(0, size)), note);
  for (let index = 0; index < size; index += 1) {
    const found = verifyProof(fileFor(index), { ...noEvidence, trusted });
    expect(found).toMatchObject({ isSound: true, isTrusted: true, text: texts[index] });
    expect(verifyProof(fileFor(index), noEvidence)).toMatchObject({ isSound: true, isTrusted: false });
    expect(verifyProof(fileFor(index, texts[(index + 1) % size]), noEvidence)).toMatchObject({ isSound: false });
  }
  fc.assert(
    fc.property(fc.nat(), (bit) => {
      const found = verifyProof(flip(fileFor(4), bit), { ...noEvidence, trusted });
      // A changed name of the key makes it the note of a key nobody knows.
      expect(found.isSound && found.isTrusted).toBe(false);
    }),
    { numRuns: 2_000 },
  );
  expect(verifyProof('', noEvidence)).toMatchObject({ isSound: false });
});

test('a proof that a ledger goes on holds from that checkpoint alone, and any flipped bit of it is found', async () => {
  const ledger = await signedLedger();
  await ledger.add(4);
  const first = await ledger.sign();
  await ledger.add(6);
  const second = await ledger.sign();
  const texts = (await textsOf(ledger)).slice(0, second.size);
  const file = consistencyFile(first.size, rootsOf(consistencyRanges(first.size, second.size), texts), second.note);
  const evidence = { ...noEvidence, trusted: [publicKey(ledger)], checkpoints: kept(first.note) };
  expect(verifyProof(file, evidence)).toMatchObject({ isSound: true, isTrusted: true });
  expect(verifyProof(file, { ...evidence, checkpoints: [] })).toMatchObject({ isSound: false });
  expect(verifyProof(file, { ...evidence, checkpoints: kept(second.note) })).toMatchObject({ isSound: false });
  const other = await signedLedger(undefined, Object.assign(keysInMemory(), { kept: ledger.memory.kept }));
  await other.add(4);
  const forked = await other.sign();
  expect(verifyProof(file, { ...evidence, checkpoints: kept(forked.note) })).toMatchObject({ isSound: false });
  fc.assert(
    fc.property(fc.nat(), (bit) => {
      const found = verifyProof(flip(file, bit), evidence);
      expect(found.isSound && found.isTrusted).toBe(false);
    }),
    { numRuns: 2_000 },
  );
});

test('a proof of a record in the place of another, or from a checkpoint of another ledger, is none, although signed', () => {
  const signer = makeSignerKey('sallyport/one');
  const evidence = { ...noEvidence, trusted: [signer.verifier] };
  const text = '{"at":1,"body":{},"hash":"sha256:0","prev":"sha256:0","seq":2,"type":"x"}';
  const root = leafHash(text);
  const note = signNote(checkpointText({ origin: 'sallyport/one', size: 1, root }), [signer]);
  expect(verifyProof(inclusionFile(text.replace('"seq":2', '"seq":1'), 0, [], note), evidence).isSound).toBe(false);
  expect(verifyProof(inclusionFile(text, 0, [], note), evidence)).toMatchObject({ isSound: false });
  const other = signNote(checkpointText({ origin: 'sallyport/other', size: 1, root }), [signer]);
  expect(verifyProof(consistencyFile(1, [], note), { ...evidence, checkpoints: kept(note) }).isSound).toBe(true);
  expect(verifyProof(consistencyFile(1, [], note), { ...evidence, checkpoints: kept(other) }).isSound).toBe(false);
});

test('texts that are not checkpoints or key notices read as none', () => {
  const root = leafHash('x');
  expect(parseCheckpoint(`a\n7\n${root}\nextension\n`)).toEqual({ origin: 'a', size: 7, root });
  const broken = [
    '',
    `a\n7\n${root}`,
    `\n7\n${root}\n`,
    `a\n07\n${root}\n`,
    `a\n-1\n${root}\n`,
    `a\n7\n${root}\n\n`,
    `a\n7\nx\n`,
  ];
  for (const text of broken) expect(parseCheckpoint(text), JSON.stringify(text)).toBeNull();
  const notice = noticeText({ origin: 'a', line: 'k' });
  expect(parseNotice(notice)).toEqual({ origin: 'a', line: 'k' });
  for (const text of ['', notice.slice(1), `${notice}x\n`, notice.replace('ledger a', 'ledger a b')])
    expect(parseNotice(text)).toBeNull();
  expect(parseCheckpoint(notice)).toBeNull();
  expect(() => parseNotes(notice)).toThrow();
});

test('a signed export verifies line by line as its database does', async () => {
  const ledger = await signedLedger();
  await ledger.add(3);
  await ledger.sign();
  expect(await verifyLines(await textsOf(ledger))).toEqual(await verified(ledger));
});
