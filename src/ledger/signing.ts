// Judges what a ledger says about its own signing: the keys it names and the checkpoints in it. What always holds: that a
// checkpoint is what its ledger's key signed, and that this key is one the reader trusts, are two findings. Trust starts at
// the keys the reader brought and goes on from each to the key that it named as the next.

import type { JsonObject } from '../kernel/types.ts';
import { type Checkpoint, parseCheckpoint, parseNotice } from './checkpoint.ts';
import { partSizes, rootOf } from './merkle.ts';
import { parseNote, parseVerifierKey, type SignedNote, signersOf, type VerifierKey } from './note.ts';
import { parseRecord } from './record.ts';

/** Types of the records that hold signed notes. */
export const signingTypes = ['checkpoint', 'ledger-key'] as const;

/** A key that the ledger names. */
export interface NamedKey {
  /** The public key line. */
  readonly line: string;
  /** The record that names it. */
  readonly seq: number;
  readonly at: number;
  /** True if the key before it signed that, or there is none. */
  readonly isSuccessor: boolean;
}

/** What was found out about signatures. */
export interface Signing {
  /** Identity of the ledger; null if it names no key. */
  readonly origin: string | null;
  readonly keys: readonly NamedKey[];
  readonly checkpoints: number;
  /** So many records, from the first, are what a key of this ledger signed. */
  readonly signed: number;
  /** So many are what a trusted key signed; null if the reader named none. */
  readonly trusted: number | null;
}

/** Judges notes while their records go by in order. */
export interface SigningJudge {
  /** What is wrong with the record, or null. `rootAt` is the root over so many records before it, if that was asked for. */
  take(text: string, rootAt: (size: number) => string | null): string | null;
  /** What is wrong with a checkpoint from elsewhere, or null; to be asked when all records went by. */
  takeOther(note: SignedNote, records: number, rootAt: (size: number) => string | null): string | null;
  signing(): Signing;
}

/** A judge for a reader who trusts these keys. */
export function judgeSigning(trusted: readonly VerifierKey[]): SigningJudge {
  const keys: NamedKey[] = [];
  const named: VerifierKey[] = [];
  /** Trusted keys, and from which record on they do not count any more because they named another. */
  const trust = new Map(trusted.map((key) => [key.line, Number.POSITIVE_INFINITY]));
  let origin: string | null = null;
  let checkpoints = 0;
  let signed = 0;
  let covered = 0;

  /** Names of all keys that count; a trusted key counts also before the ledger names it. */
  const known = (): readonly VerifierKey[] => {
    const others = trusted.filter(({ line }) => named.every((key) => key.line !== line));
    return [...named, ...others];
  };

  const takeKey = (note: SignedNote, seq: number, at: number): string | null => {
    const notice = parseNotice(note.text);
    const key = notice === null ? null : keyOf(notice.line);
    if (notice === null || key === null) return 'it does not name a signing key';
    const before = named.at(-1);
    const signers = signersOf(note, before === undefined ? [key] : [key, before]);
    if (signers?.includes(key) !== true) return 'the key that it names did not sign that';
    if (origin !== null && notice.origin !== origin) return `it names a key of another ledger, \`${notice.origin}\``;
    if (key.name !== notice.origin) return `its key is named \`${key.name}\`, not \`${notice.origin}\` as its ledger`;
    // Two processes may both have named it; what counts is the first time.
    if (named.some(({ line }) => line === key.line)) return null;
    const isSuccessor = before === undefined || signers.includes(before);
    if (before !== undefined && isSuccessor) {
      const until = trust.get(before.line) ?? 0;
      if (until > seq) {
        trust.set(key.line, Number.POSITIVE_INFINITY);
        trust.set(before.line, seq);
      }
    }
    origin = notice.origin;
    named.push(key);
    keys.push({ line: key.line, seq, at, isSuccessor });
    return null;
  };

  /** What is wrong with what is signed and how, or null; what is right is counted. */
  const takeCheckpoint = (note: SignedNote, checkpoint: Checkpoint, root: string | null): string | null => {
    const { size } = checkpoint;
    if (origin !== null && checkpoint.origin !== origin) return `it is about another ledger, \`${checkpoint.origin}\``;
    const signers = signersOf(note, known());
    if (signers === null) return 'its signature does not fit its text: one of them was changed';
    if (signers.length === 0) return 'no key signed it that this ledger names or you trust';
    if (root !== checkpoint.root) {
      const by = signers.map(({ id }) => id).join(', ');
      return `it was signed (key ${by}) over other records 1 to ${size} than these: records were changed or replaced`;
    }
    signed = Math.max(signed, size);
    if (signers.some(({ line }) => size < (trust.get(line) ?? 0))) covered = Math.max(covered, size);
    return null;
  };

  return {
    take(text, rootAt) {
      const { seq, at, type, body } = parseRecord(text);
      const note = typeof body.note === 'string' ? parseNote(body.note) : null;
      if (note === null) return `it is of the type \`${type}\`, but holds no signed note`;
      if (type === 'ledger-key') return takeKey(note, seq, at);
      const checkpoint = parseCheckpoint(note.text);
      if (checkpoint === null || checkpoint.size >= seq) return 'its note is not a checkpoint of records before it';
      if (!isFrontier(body, checkpoint)) return 'its parts of the tree do not make the root of its note';
      checkpoints += 1;
      if (origin === null) return 'it is signed, but no record before it names the key';
      return takeCheckpoint(note, checkpoint, rootAt(checkpoint.size));
    },
    takeOther(note, records, rootAt) {
      const checkpoint = parseCheckpoint(note.text);
      if (checkpoint === null) return 'it is a signed note, but not a checkpoint';
      if (checkpoint.size <= records) return takeCheckpoint(note, checkpoint, rootAt(checkpoint.size));
      // Damaged or foreign checkpoints are called so, before anything is said about the ledger.
      const fault = takeCheckpoint(note, { ...checkpoint, size: 0 }, checkpoint.root);
      return fault ?? `it is over ${checkpoint.size} records, and there are ${records}: the end of the ledger is gone`;
    },
    signing: () => ({
      origin,
      keys,
      checkpoints,
      signed,
      trusted: trusted.length === 0 ? null : covered,
    }),
  };
}

/** Whether the roots in the record's body are the perfect parts of the tree of its checkpoint. */
function isFrontier({ parts }: JsonObject, { size, root }: Checkpoint): boolean {
  return rootOf(frontierOf(size, parts)) === root;
}

/** The tree whose perfect parts have these roots, largest first; without parts if the roots do not fit its size. */
export function frontierOf(size: number, roots: unknown): { size: number; parts: { leaves: number; root: string }[] } {
  const leaves = partSizes(size);
  if (!Array.isArray(roots) || roots.length !== leaves.length) return { size, parts: [] };
  return { size, parts: leaves.map((count, index) => ({ leaves: count, root: String(roots[index]) })) };
}

function keyOf(line: string): VerifierKey | null {
  try {
    return parseVerifierKey(line);
  } catch {
    return null;
  }
}
