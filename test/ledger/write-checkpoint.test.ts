import { expect, test } from 'vitest';
import { checkpointText, parseCheckpoint } from '../../src/ledger/checkpoint.ts';
import { growTree, leafHash } from '../../src/ledger/merkle.ts';
import { makeSignerKey, parseNote, parseVerifierKey, signersOf, signNote } from '../../src/ledger/note.ts';
import { sourceOfStore } from '../../src/ledger/record-source.ts';
import { rotateKeys, signingKeys } from '../../src/ledger/signing-keys.ts';
import { writeCheckpoint } from '../../src/ledger/write-checkpoint.ts';
import { kept, keysInMemory, type SignedLedger, signedLedger } from '../fixtures/signed-ledger.ts';
import { intrude, unseal } from '../fixtures/temporary-store.ts';
import { verifyBoth } from '../fixtures/verify-lines.ts';

const publicLine = ({ memory }: SignedLedger) => parseVerifierKey(memory.kept?.signer.verifier.line ?? '');
const verified = async (ledger: SignedLedger, evidence = {}) => verifyBoth(await sourceOfStore(ledger.store), evidence);
const types = async ({ store }: SignedLedger) => {
  const everything = { order: 'oldest-first', from: null, type: null, run: null, call: null, digest: null } as const;
  return (await store.records({ ...everything, limit: 1_000 })).map(({ type }) => type);
};

test('an empty ledger is not signed, and gets no record', async () => {
  const ledger = await signedLedger();
  expect(await writeCheckpoint(ledger)).toBeNull();
  expect(await ledger.store.head()).toBeNull();
});

test('records that were changed, dropped or exchanged are not signed', async () => {
  const tricks = [
    "UPDATE records SET text = replace(text, 'c3', 'c9') WHERE seq = 9",
    'DELETE FROM records WHERE seq = 10',
    "UPDATE records SET call = 'c9' WHERE seq = 9",
    'DELETE FROM records WHERE seq = 5',
  ];
  for (const sql of tricks) {
    const ledger = await signedLedger();
    await ledger.add(3);
    await ledger.sign();
    await ledger.add(6);
    const intruder = await intrude(ledger.path);
    await unseal(intruder);
    await intruder.run(sql);
    const before = await types(ledger);
    await expect(ledger.sign(), sql).rejects.toThrow(/could not sign the ledger: record.* `sallyport audit verify`/);
    expect(await types(ledger)).toEqual(before);
    expect((await verified(ledger)).isSound, sql).toBe(false);
  }
});

test('a ledger whose end is gone is not signed, and neither is another one in its place', async () => {
  const ledger = await signedLedger();
  await ledger.add(4);
  await ledger.sign();
  await ledger.add(3);
  const { size } = await ledger.sign();
  const intruder = await intrude(ledger.path);
  await unseal(intruder);
  await intruder.run('DELETE FROM records WHERE seq > 7');
  await expect(ledger.sign()).rejects.toThrow(new RegExp(`a checkpoint over ${size} was signed: its end is gone`));
  const hand = await signedLedger(ledger);
  await hand.add(8);
  await expect(hand.sign()).rejects.toThrow(/are not those that were signed before.*remove `keys\/ledger-signed`/);
  const another = await signedLedger(undefined, ledger.memory);
  await another.add(30);
  await expect(another.sign()).rejects.toThrow(/are not those that were signed before/);
  ledger.memory.signed = null;
  expect(await another.sign()).toMatchObject({ isNew: true });
});

test('parts of a tree that the own key did not sign are not gone on from', async () => {
  const ledger = await signedLedger();
  await ledger.add(3);
  await ledger.sign();
  const stranger = makeSignerKey(publicLine(ledger).name);
  const forged = { origin: stranger.verifier.name, size: 4, root: leafHash('forged') };
  const note = signNote(checkpointText(forged), [stranger]);
  await ledger.ledger.append({ type: 'checkpoint', body: { note, parts: [forged.root] } });
  await ledger.add(1);
  const { root, size } = await ledger.sign();
  const tree = growTree();
  for (const text of (await Array.fromAsync((await sourceOfStore(ledger.store)).entries(0))).slice(0, size)) {
    tree.add(leafHash(text.text));
  }
  expect(root).toBe(tree.root());
  expect(await verified(ledger)).toMatchObject({ isSound: false, bad: 6 });
});

test('a key names itself before it signs, and is made once, however many start at once', async () => {
  const ledger = await signedLedger();
  const another = await signedLedger(ledger);
  await ledger.add(2);
  const written = await Promise.all([ledger.sign(), another.sign()]);
  const keys = await Promise.all([signingKeys(ledger.keeper, ledger.store, ledger.ledger), another.keeper.load()]);
  expect(keys[0].signer.verifier.line).toBe(keys[1]?.signer.verifier.line);
  const found = await verified(ledger, {
    trusted: [publicLine(ledger)],
    checkpoints: kept(...written.map(({ note }) => note)),
  });
  expect(found).toMatchObject({ isSound: true, isTrusted: true, signing: { keys: [{ isSuccessor: true }] } });
});

test('checkpoints go on from each other, by whichever hand, and say nothing twice', async () => {
  const ledger = await signedLedger();
  const notes: string[] = [];
  for (const count of [1, 7, 300, 2]) {
    const hand = await signedLedger(ledger);
    await hand.add(count);
    const { note, size, isNew } = await hand.sign();
    expect(isNew).toBe(true);
    expect(parseCheckpoint(parseNote(note)?.text ?? '')?.size).toBe(size);
    notes.push(note);
    expect(await ledger.sign()).toEqual({ ...(await hand.sign()), isNew: false });
  }
  expect(await types(ledger)).toHaveLength(310 + 1 + 4);
  const found = await verified(ledger, { checkpoints: kept(...notes), trusted: [publicLine(ledger)] });
  expect(found).toMatchObject({ isSound: true, isTrusted: true, signing: { checkpoints: 4 } });
});

test('a new key is signed by the old one, whose checkpoints stay good, and trust goes on to it', async () => {
  const ledger = await signedLedger();
  await ledger.add(2);
  const old = await ledger.sign();
  const oldKey = publicLine(ledger);
  const { signer, older } = await rotateKeys(ledger.keeper, ledger.store, ledger.ledger);
  expect(older).toEqual([oldKey.line]);
  await ledger.add(2);
  const { note } = await ledger.sign();
  const parsed = parseNote(note);
  expect(parsed === null ? null : signersOf(parsed, [oldKey, signer.verifier])).toEqual([signer.verifier]);
  for (const trusted of [[oldKey], [oldKey, signer.verifier]]) {
    const found = await verified(ledger, { trusted, checkpoints: kept(old.note, note) });
    expect(found).toMatchObject({ isSound: true, isTrusted: true, signing: { keys: [{}, { isSuccessor: true }] } });
  }
  expect((await verified(ledger, { trusted: [makeSignerKey(oldKey.name).verifier] })).isTrusted).toBe(false);
});

test('a rotation that died half-way is finished by whoever signs next', async () => {
  const ledger = await signedLedger();
  await ledger.add(2);
  await ledger.sign();
  const oldKey = publicLine(ledger);
  const dying = { ...ledger.ledger, append: () => Promise.reject(new Error('killed')) };
  await expect(rotateKeys(ledger.keeper, ledger.store, dying)).rejects.toThrow('killed');
  await ledger.add(1);
  await ledger.sign();
  expect(await verified(ledger, { trusted: [oldKey] })).toMatchObject({ isSound: true, isTrusted: true });
});

test('a lost key is replaced, and a reader who trusts the old one is told where trust ends', async () => {
  const ledger = await signedLedger();
  await ledger.add(3);
  const { size } = await ledger.sign();
  const oldKey = publicLine(ledger);
  const bereft = await signedLedger(ledger, keysInMemory());
  await bereft.add(3);
  await bereft.sign();
  const found = await verified(ledger, { trusted: [oldKey] });
  expect(found).toMatchObject({ isSound: true, isTrusted: false, signing: { trusted: size } });
  expect(found.signing.keys.map(({ isSuccessor }) => isSuccessor)).toEqual([true, false]);
});
