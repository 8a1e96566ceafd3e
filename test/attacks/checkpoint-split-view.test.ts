// Two people are shown two ledgers of one name and size, each signed by the same, stolen or dishonest, key. Whoever holds both
// checkpoints has the proof in hand, and a proof file must not look fine beside a checkpoint that contradicts it.

import { expect, test } from 'vitest';
import { draftRecord } from '../../src/kernel/record-draft.ts';
import { checkpointText } from '../../src/ledger/checkpoint.ts';
import { leafHash } from '../../src/ledger/merkle.ts';
import { makeSignerKey, parseNotes, signNote } from '../../src/ledger/note.ts';
import { consistencyFile, inclusionFile } from '../../src/ledger/proof-file.ts';
import { genesis, linkRecord } from '../../src/ledger/record.ts';
import { sourceOfStore } from '../../src/ledger/record-source.ts';
import { noEvidence } from '../../src/ledger/verify.ts';
import { verifyProof } from '../../src/ledger/verify-proof.ts';
import { kept, signedLedger } from '../fixtures/signed-ledger.ts';
import { verifyBoth } from '../fixtures/verify-lines.ts';

const signer = makeSignerKey('ledger.example');
const trusted = [signer.verifier];
const noteOver = (root: string) => signNote(checkpointText({ origin: 'ledger.example', size: 1, root }), [signer]);
const textOf = (name: string) => linkRecord(genesis, draftRecord({ type: 'run-started', body: { name } }, 1)).text;
const [text, other] = [textOf('a'), textOf('b')];
const [mine, theirs] = [noteOver(leafHash(text)), noteOver(leafHash(other))];

test('a proof beside a checkpoint that shows another past is broken, although a trusted key signed both', () => {
  const proof = inclusionFile(text, 0, [], mine);
  expect(verifyProof(proof, { ...noEvidence, trusted })).toMatchObject({ isSound: true, isTrusted: true });
  const beside = (note: string) => verifyProof(proof, { ...noEvidence, trusted, checkpoints: kept(note) });
  expect(beside(mine)).toMatchObject({ isSound: true });
  expect(beside(theirs)).toMatchObject({ isSound: false, problem: expect.stringContaining('another past') });
});

test('a proof that goes on from one of two contradicting checkpoints is broken, in whichever order they are named', () => {
  const proof = consistencyFile(1, [], mine);
  for (const notes of [
    [mine, theirs],
    [theirs, mine],
  ]) {
    const found = verifyProof(proof, { ...noEvidence, trusted, checkpoints: kept(...notes) });
    expect(found).toMatchObject({ isSound: false });
  }
});

test('a ledger is held against both of two contradicting checkpoints, so one of them does not fit', async () => {
  const ledger = await signedLedger();
  await ledger.add(3);
  const { note, size } = await ledger.sign();
  const key = ledger.memory.kept?.signer;
  if (key === undefined) throw new Error('no key');
  const forged = signNote(checkpointText({ origin: key.verifier.name, size, root: leafHash('x') }), [key]);
  const source = await sourceOfStore(ledger.store);
  expect(await verifyBoth(source, { checkpoints: kept(note) })).toMatchObject({ isSound: true });
  expect(await verifyBoth(source, { checkpoints: kept(note, forged) })).toMatchObject({ isSound: false });
});

test('a damaged file of checkpoints is refused at one look, however long it is', () => {
  const two = `${mine}${theirs}`;
  expect(parseNotes(two).map(({ whole }) => whole)).toEqual([mine, theirs]);
  const damaged = ['\n\n'.repeat(1_000_000), `${mine}${'a\n\n'.repeat(500_000)}`, `${mine}x`, mine.slice(0, -1)];
  for (const file of damaged) expect(() => parseNotes(file)).toThrow('signed notes alone');
});
