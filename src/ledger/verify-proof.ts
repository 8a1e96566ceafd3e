// Verifies a proof file with nothing but the file, the keys that the reader trusts and the checkpoints the reader kept. As
// everywhere, that a proof holds and that a trusted key signed what it leads to are two findings.

import type { JsonObject } from '../kernel/types.ts';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import { type SignedNote, signersOf, type VerifierKey } from './note.ts';
import {
  type ConsistencyProof,
  type InclusionProof,
  parseProof,
  provesConsistency,
  provesInclusion,
} from './proof-file.ts';
import { parseRecord } from './record.ts';
import type { Evidence } from './verify.ts';

/** What a proof file was found to be. */
export type ProofFound =
  | { readonly isSound: false; readonly isTrusted: false; readonly problem: string }
  | {
      readonly isSound: true;
      readonly isTrusted: boolean;
      /** What it proves, for people. */
      readonly proves: string;
      /** The proven record's text; '' for a proof that a ledger goes on. */
      readonly text: string;
    };

/** Verifies the text of a proof file. */
export function verifyProof(file: string, { trusted, checkpoints }: Evidence): ProofFound {
  const proof = parseProof(file);
  if (proof === null) return broken('it is not a proof, or was damaged; have it made again with `audit prove`');
  const isTrusted = isSignedBy(proof.note, trusted);
  if (isTrusted === null) return broken('a key that you trust is named under its checkpoint, but did not sign it');
  const other = otherView([{ name: 'the proof', note: proof.note }, ...checkpoints]);
  if (other !== null) return broken(other);
  if (proof.kind === 'inclusion') return judgeInclusion(proof, isTrusted);
  const old = checkpoints.find(({ note }) => parseCheckpoint(note.text)?.size === proof.oldSize);
  const checkpoint = old === undefined ? null : parseCheckpoint(old.note.text);
  if (old === undefined || checkpoint === null) {
    return broken(`it starts from a checkpoint over ${proof.oldSize} records: name its file with --checkpoint`);
  }
  return judgeConsistency(proof, checkpoint, isTrusted && isSignedBy(old.note, trusted) === true);
}

/** Says where two checkpoints of one ledger and one size have different roots: somebody was shown another ledger. */
function otherView(checkpoints: Evidence['checkpoints']): string | null {
  const seen = new Map<string, { readonly name: string; readonly root: string }>();
  for (const { name, note } of checkpoints) {
    const checkpoint = parseCheckpoint(note.text);
    if (checkpoint === null) return `\`${name}\` is a signed note, but not a checkpoint`;
    const { origin, size, root } = checkpoint;
    const before = seen.get(`${size} ${origin}`);
    if (before !== undefined && before.root !== root) {
      return `\`${before.name}\` and \`${name}\` are about the same ${size} records of ${origin}, but not the same ledger: one of them shows another past`;
    }
    seen.set(`${size} ${origin}`, { name, root });
  }
  return null;
}

function judgeInclusion(proof: InclusionProof, isTrusted: boolean): ProofFound {
  const { index, checkpoint, text } = proof;
  if (!provesInclusion(proof) || recordIn(text)?.seq !== index + 1) {
    return broken('its hashes do not lead from its record to its checkpoint');
  }
  const proves = `record ${index + 1} is one of the ${checkpoint.size} of ${checkpoint.origin}`;
  return { isSound: true, isTrusted, proves, text };
}

function judgeConsistency(proof: ConsistencyProof, old: Checkpoint, isTrusted: boolean): ProofFound {
  if (!provesConsistency(proof, old)) return broken('its checkpoint does not go on from the older one');
  const { origin, size } = proof.checkpoint;
  return {
    isSound: true,
    isTrusted,
    proves: `${origin} with ${size} records begins with its first ${old.size}`,
    text: '',
  };
}

/** Null if one of the keys is named under the note and did not sign it. */
function isSignedBy(note: SignedNote, keys: readonly VerifierKey[]): boolean | null {
  const signers = signersOf(note, keys);
  return signers === null ? null : signers.length > 0;
}

function recordIn(text: string): { readonly seq: number; readonly body: JsonObject } | null {
  try {
    return parseRecord(text);
  } catch {
    return null;
  }
}

const broken = (problem: string): ProofFound => ({ isSound: false, isTrusted: false, problem });
