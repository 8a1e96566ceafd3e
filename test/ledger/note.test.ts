import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  makeSignerKey,
  parseNote,
  parseNotes,
  parseSignerKey,
  parseVerifierKey,
  type SignedNote,
  signersOf,
  signNote,
} from '../../src/ledger/note.ts';

// The key and note that the reference implementation publishes with its own tests (golang.org/x/mod/sumdb/note).
const publicLine = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const privateLine = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const signature =
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
const note = `${text}\n${signature}`;

const noteOf = (whole: string): SignedNote => {
  const found = parseNote(whole);
  if (found === null) throw new Error('not a note');
  return found;
};
const signers = (whole: string, lines: readonly string[]) =>
  signersOf(noteOf(whole), lines.map(parseVerifierKey))?.map(({ name }) => name) ?? null;

test('a note with any flipped bit is not signed by that key any more', () => {
  const bytes = Buffer.from(note);
  fc.assert(
    fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      const found = parseNote(changed.toString('utf8'));
      const by = found === null ? null : signersOf(found, [parseVerifierKey(publicLine)]);
      expect(by === null || by.length === 0).toBe(true);
    }),
    { numRuns: 3_000 },
  );
});

test('a key line with any character changed, cut or added is refused', () => {
  for (let at = 0; at < publicLine.length; at += 1) {
    const other = String.fromCharCode(publicLine.charCodeAt(at) + 1);
    expect(() => parseVerifierKey(publicLine.slice(0, at) + other + publicLine.slice(at + 1)), `${at}`).toThrow(
      /public key/,
    );
    expect(() => parseVerifierKey(publicLine.slice(0, at))).toThrow(/public key/);
    expect(() => parseVerifierKey(publicLine.slice(at + 1))).toThrow(/public key/);
  }
  for (const line of [
    `${publicLine} `,
    `${publicLine}\n`,
    'PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==',
    'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    privateLine,
  ]) {
    expect(() => parseVerifierKey(line)).toThrow(/public key/);
  }
});

test('a private key line that does not fit is refused without being repeated', () => {
  for (const line of [publicLine, privateLine.slice(0, -1), privateLine.replace('c74f20a3', 'c74f20a4'), '']) {
    expect(() => parseSignerKey(line)).toThrow(/^it is not a signing key/);
  }
});

test('what is not spelled as a note is none', () => {
  const broken = [
    '',
    text,
    `${text}\n`,
    `${text}${signature}`,
    note.slice(0, -1),
    note.replace('— ', '- '),
    note.replace('— ', '—'),
    note.replace('PeterNeumann x', 'PeterNeumann  x'),
    note.replace('PeterNeumann', 'Peter+Neumann'),
    note.replace('AM=\n', 'AM\n'),
    note.replace('AM=\n', 'AN=\n'),
    note.replace(', ', ',\t').replace('If', 'I\u0000f'),
    `${text}\n${signature.repeat(101)}`,
  ];
  for (const whole of broken) expect(parseNote(whole), JSON.stringify(whole)).toBeNull();
});

test('signatures of unknown keys say nothing, and a bad one of a known key refuses the note', () => {
  const other = makeSignerKey('example.org/other');
  const namesake = makeSignerKey('PeterNeumann');
  expect(signers(note, [other.verifier.line])).toEqual([]);
  expect(signers(note, [namesake.verifier.line])).toEqual([]);
  expect(signers(note + signNote(text, [other]).slice(text.length + 1), [publicLine])).toEqual(['PeterNeumann']);
  const forged = signNote(`${text}more\n`, [parseSignerKey(privateLine)]);
  const grafted = `${text}\n${forged.slice(text.length + 6)}`;
  expect(signers(grafted, [publicLine])).toBeNull();
  expect(signers(grafted + signature, [publicLine])).toBeNull();
});

test('the published note of the reference implementation is verified, and made again byte for byte', () => {
  expect(signers(note, [publicLine])).toEqual(['PeterNeumann']);
  expect(signNote(text, [parseSignerKey(privateLine)])).toBe(note);
  expect(parseSignerKey(privateLine).verifier.line).toBe(publicLine);
  const named =
    'This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';
  const line = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
  expect(signers(named, [line])).toEqual(['example.com/foo']);
});

test('a key that was made signs what its public line verifies, also after being read again', () => {
  const made = makeSignerKey('sallyport/abc');
  const again = parseSignerKey(made.line);
  expect(again.verifier.line).toBe(made.verifier.line);
  expect(signers(signNote('hello\n', [again, parseSignerKey(privateLine)]), [made.verifier.line, publicLine])).toEqual([
    'sallyport/abc',
    'PeterNeumann',
  ]);
  expect(() => signNote('no line end', [made])).toThrow(TypeError);
});

test('notes one after the other are read as such, and nothing else is', () => {
  const made = makeSignerKey('sallyport/abc');
  const wholes = [note, signNote('a\n\nb\n', [made, made]), signNote('c\n', [made])];
  expect(parseNotes(wholes.join('')).map(({ whole }) => whole)).toEqual(wholes);
  for (const damaged of ['', text, `${note}x`, `${note}\n`, note.slice(1, 40), `${note}${note.slice(0, -1)}`]) {
    expect(() => parseNotes(damaged), JSON.stringify(damaged)).toThrow(/it does not hold signed notes alone/);
  }
});
