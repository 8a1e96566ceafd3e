// Signed notes: a text and the signatures under it, as the signed-note specification of C2SP has them, with Ed25519 alone.
// What always holds: a note counts as signed only by a key that the caller brought, and one bad signature of such a key
// refuses the whole note; signatures of other keys are kept and say nothing.

import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { bytesOfBase64 } from './base64.ts';

/** A public key: who it belongs to, and its line, `name+id+key`, which is what people exchange. */
export interface VerifierKey {
  readonly name: string;
  /** 8 hex digits, made from name and key. */
  readonly id: string;
  readonly line: string;
  readonly key: KeyObject;
}

/** A key that signs. Its line, `PRIVATE+KEY+name+id+key`, is a secret. */
export interface SignerKey {
  readonly verifier: VerifierKey;
  readonly line: string;
  readonly key: KeyObject;
}

/** One line below a note. */
export interface NoteSignature {
  readonly name: string;
  readonly id: string;
  readonly bytes: Buffer;
}

/** A note as it was read. */
export interface SignedNote {
  /** Ends in a line break. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
  /** The whole note, signatures included. */
  readonly whole: string;
}

/** Signature type and size of Ed25519. */
const ed25519 = 1;
const signaturesMax = 100;
const noteCharactersMax = 1_000_000;
/** What stands before 32 bytes of key in the standard encodings of Ed25519 keys (RFC 8410). */
const publicPrefix = Buffer.from('302a300506032b6570032100', 'hex');
const privatePrefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * Reads a public key line.
 * @throws {TypeError} if it is not one.
 */
export function parseVerifierKey(line: string): VerifierKey {
  const found = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u.exec(line);
  const bytes = bytesOfBase64(found?.[3] ?? '');
  const [, name = '', id = ''] = found ?? [];
  if (bytes === null || bytes.length !== 33 || bytes[0] !== ed25519 || keyId(name, bytes) !== id) {
    throw new TypeError(
      `could not read the public key \`${line.slice(0, 200)}\`: write the whole line as \`audit keys list\` prints it, \`name+id+key\``,
    );
  }
  return { name, id, line, key: publicKey(bytes.subarray(1)) };
}

/**
 * Reads a private key line.
 * @throws {TypeError} if it is not one; the message does not hold it.
 */
export function parseSignerKey(line: string): SignerKey {
  const found = /^PRIVATE\+KEY\+([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u.exec(line);
  const bytes = bytesOfBase64(found?.[3] ?? '');
  const [, name = '', id = ''] = found ?? [];
  if (bytes === null || bytes.length !== 33 || bytes[0] !== ed25519) throw new TypeError('it is not a signing key');
  const made = signerOf(name, bytes.subarray(1));
  if (made.verifier.id !== id) throw new TypeError('it is not a signing key: its id does not fit');
  return made;
}

/** A new signing key under `name`. */
export function makeSignerKey(name: string): SignerKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  return signerOf(name, privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(privatePrefix.length));
}

/** Signs a text, which ends in a line break, with each key. */
export function signNote(text: string, keys: readonly SignerKey[]): string {
  if (!isNoteText(text)) throw new TypeError('could not sign a text that is not the text of a note');
  const lines = keys.map(({ verifier: { name, id }, key }) => {
    const signature = Buffer.concat([Buffer.from(id, 'hex'), sign(null, Buffer.from(text), key)]);
    return `— ${name} ${signature.toString('base64')}\n`;
  });
  return `${text}\n${lines.join('')}`;
}

/** Reads a note, or null if it is not one. Nothing is said about its signatures yet: see `signersOf`. */
export function parseNote(whole: string): SignedNote | null {
  const end = whole.lastIndexOf('\n\n');
  if (end === -1 || whole.length > noteCharactersMax || !whole.endsWith('\n')) return null;
  const text = whole.slice(0, end + 1);
  const lines = whole.slice(end + 2, -1).split('\n');
  if (!isNoteText(text) || lines.length > signaturesMax) return null;
  const signatures = lines.map(parseSignature);
  return signatures.every((one) => one !== null) ? { text, signatures, whole } : null;
}

/** Which of `keys` signed the note; null if one of them is named under it and did not. */
export function signersOf(note: SignedNote, keys: readonly VerifierKey[]): readonly VerifierKey[] | null {
  const signers: VerifierKey[] = [];
  for (const { name, id, bytes } of note.signatures) {
    const known = keys.filter((key) => key.name === name && key.id === id);
    for (const one of known) {
      if (!verify(null, Buffer.from(note.text), one.key, bytes)) return null;
      if (!signers.includes(one)) signers.push(one);
    }
  }
  return signers;
}

/**
 * The notes of a text that holds one after the other.
 * @throws {TypeError} if there are none, or something else is between them.
 */
export function parseNotes(text: string): readonly SignedNote[] {
  const wholes = splitNotes(text);
  const notes = wholes.map(parseNote);
  if (notes.length === 0 || notes.includes(null)) {
    throw new TypeError(
      'it does not hold signed notes alone, one after the other, so it was damaged or is another file',
    );
  }
  return notes.filter((note) => note !== null);
}

/** The text, cut after each line of a signature that no other one follows. Damaged text costs one look, however long it is. */
function splitNotes(text: string): readonly string[] {
  const wholes: string[] = [];
  let start = 0;
  let isSigned = false;
  for (let at = 0; at < text.length; ) {
    const isSignature = text.startsWith('— ', at);
    if (isSigned && !isSignature) {
      wholes.push(text.slice(start, at));
      start = at;
    }
    isSigned = isSignature;
    const end = text.indexOf('\n', at);
    at = end === -1 ? text.length : end + 1;
  }
  return start === text.length ? wholes : [...wholes, text.slice(start)];
}

function parseSignature(line: string): NoteSignature | null {
  const found = /^— ([^\s+]+) ([A-Za-z0-9+/=]+)$/u.exec(line);
  const bytes = bytesOfBase64(found?.[2] ?? '');
  if (found === null || bytes === null || bytes.length < 5) return null;
  return { name: found[1] ?? '', id: bytes.toString('hex', 0, 4), bytes: bytes.subarray(4) };
}

/** A text of whole lines, without controls. */
const isNoteText = (text: string): boolean =>
  text.endsWith('\n') && text.isWellFormed() && !/[\u0000-\u0009\u000b-\u001f]/.test(text);

function signerOf(name: string, seed: Uint8Array): SignerKey {
  const key = createPrivateKey({ key: Buffer.concat([privatePrefix, seed]), format: 'der', type: 'pkcs8' });
  const encoded = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(publicPrefix.length);
  const typed = Buffer.concat([Buffer.from([ed25519]), encoded]);
  const id = keyId(name, typed);
  const line = `${name}+${id}+${typed.toString('base64')}`;
  const secret = Buffer.concat([Buffer.from([ed25519]), seed]).toString('base64');
  return { verifier: parseVerifierKey(line), line: `PRIVATE+KEY+${name}+${id}+${secret}`, key };
}

const publicKey = (bytes: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([publicPrefix, bytes]), format: 'der', type: 'spki' });

const keyId = (name: string, typedKey: Uint8Array): string =>
  hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), typedKey]), 'hex').slice(0, 8);
