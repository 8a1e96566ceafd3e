// Proofs as files that need nothing else: that one record is in the ledger (C2SP tlog-proof; the record's text lies in its
// extra data), and that a ledger goes on from an older checkpoint (the body of a C2SP tlog-witness request). What always
// holds: a file that is not exactly one of these is none.

import { bytesOfBase64, isHash } from './base64.ts';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import { leafHash } from './merkle.ts';
import { parseNote, type SignedNote } from './note.ts';
import { rootByConsistency, rootByInclusion } from './proofs.ts';

/** A record, and why it is in the tree of a checkpoint. */
export interface InclusionProof {
  readonly kind: 'inclusion';
  /** The record's exact text. */
  readonly text: string;
  /** Its place, from 0. */
  readonly index: number;
  readonly hashes: readonly string[];
  readonly note: SignedNote;
  readonly checkpoint: Checkpoint;
}

/** Why the tree of a checkpoint begins with a smaller one. */
export interface ConsistencyProof {
  readonly kind: 'consistency';
  readonly oldSize: number;
  readonly hashes: readonly string[];
  readonly note: SignedNote;
  readonly checkpoint: Checkpoint;
}

const firstLine = 'c2sp.org/tlog-proof@v1';

/** The file for a proof that a record is there. */
export const inclusionFile = (text: string, index: number, hashes: readonly string[], note: string): string =>
  [firstLine, `extra ${Buffer.from(text).toString('base64')}`, `index ${index}`, ...hashes, '', note].join('\n');

/** The file for a proof that a ledger goes on. */
export const consistencyFile = (oldSize: number, hashes: readonly string[], note: string): string =>
  [`old ${oldSize}`, ...hashes, '', note].join('\n');

/** Reads either file; null if it is neither. */
export function parseProof(file: string): InclusionProof | ConsistencyProof | null {
  const end = file.indexOf('\n\n');
  const note = end === -1 ? null : parseNote(file.slice(end + 2));
  const checkpoint = note === null ? null : parseCheckpoint(note.text);
  if (note === null || checkpoint === null) return null;
  const [first = '', ...rest] = file.slice(0, end).split('\n');
  const old = /^old ([1-9]\d{0,14})$/.exec(first);
  if (old !== null) {
    return rest.every(isHash) ? { kind: 'consistency', oldSize: Number(old[1]), hashes: rest, note, checkpoint } : null;
  }
  const [extra = '', place = '', ...hashes] = rest;
  const index = /^index (0|[1-9]\d{0,14})$/.exec(place);
  const bytes = extra.startsWith('extra ') ? bytesOfBase64(extra.slice('extra '.length)) : null;
  if (first !== firstLine || index === null || bytes === null || !hashes.every(isHash)) return null;
  const text = bytes.toString('utf8');
  if (!Buffer.from(text).equals(bytes)) return null;
  return { kind: 'inclusion', text, index: Number(index[1]), hashes, note, checkpoint };
}

/** Whether the record is in the tree of the checkpoint. Whose signature is under it is another question. */
export const provesInclusion = ({ text, index, hashes, checkpoint }: InclusionProof): boolean =>
  rootByInclusion(index, checkpoint.size, leafHash(text), hashes) === checkpoint.root;

/** Whether the checkpoint goes on from the older one. */
export const provesConsistency = ({ oldSize, hashes, checkpoint }: ConsistencyProof, old: Checkpoint): boolean =>
  old.origin === checkpoint.origin &&
  old.size === oldSize &&
  rootByConsistency(oldSize, checkpoint.size, old.root, hashes) === checkpoint.root;
