// The output of a record, wherever it lies: in the record, or beside it under its hash. What was taken away, is lost or was
// changed says so; nothing stands in for it.

import type { StoredOutput } from '../../kernel/store.ts';
import type { JsonObject } from '../../kernel/types.ts';
import { outputHash } from './output-hash.ts';

/** What became of an output. */
export type WholeOutput =
  | { readonly kind: 'whole'; readonly text: string }
  | (Reference & { readonly kind: 'pruned'; readonly at: number })
  /** Nobody took it away: the database is not what it was. */
  | (Reference & { readonly kind: 'lost' | 'changed' });

/** What a record holds of an output that lies beside it. */
export interface Reference {
  /** 64 hex digits. */
  readonly sha256: string;
  readonly bytes: number;
  /** How it begins. */
  readonly head: string;
}

/** Where outputs beside records are found; the store is one. */
export interface Outputs {
  output(sha256: string): Promise<StoredOutput | null>;
}

/** The output of a record with this body, `''` where it has none. */
export async function wholeOutput({ output }: JsonObject, outputs: Outputs): Promise<WholeOutput> {
  if (typeof output === 'string') return { kind: 'whole', text: output };
  const reference = referenceIn(output);
  if (reference === null) return { kind: 'whole', text: '' };
  const stored = await outputs.output(reference.sha256);
  if (stored === null) return { ...reference, kind: 'lost' };
  if (stored.text === null) {
    return stored.goneAt === null
      ? { ...reference, kind: 'lost' }
      : { ...reference, kind: 'pruned', at: stored.goneAt };
  }
  const isSame = outputHash(stored.text) === reference.sha256;
  return isSame ? { kind: 'whole', text: stored.text } : { ...reference, kind: 'changed' };
}

/** The output as text for people and models: where it is not whole, its beginning and what became of the rest. */
export function outputText(output: WholeOutput): string {
  switch (output.kind) {
    case 'whole':
      return output.text;
    case 'pruned':
      return partText(output, `the rest was pruned on ${new Date(output.at).toISOString()}`);
    case 'lost':
      return partText(output, 'the rest is gone, and nobody pruned it: the database was changed');
    case 'changed':
      return partText(output, 'the rest was changed in the database and is not shown');
    default:
      return output satisfies never;
  }
}

const partText = ({ head, bytes, sha256 }: Reference, fate: string): string =>
  `${head}\n[${fate}; the SHA-256 of its ${bytes} bytes is ${sha256}]`;

/** The reference in the member `output` of a body, or null. */
export function referenceIn(output: JsonObject[string] | undefined): Reference | null {
  if (typeof output !== 'object' || output === null || !('sha256' in output)) return null;
  const { sha256, bytes, head } = output;
  if (typeof sha256 !== 'string' || typeof bytes !== 'number' || typeof head !== 'string') return null;
  return { sha256, bytes, head };
}
