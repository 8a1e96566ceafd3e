// Holds the outputs that lie beside the records against their hashes. One that was pruned is not wrong; it only is not there.

import type { Store } from '../../kernel/store.ts';
import { outputHash } from './output-hash.ts';

/** What was found. */
export interface VerifiedOutputs {
  /** Outputs that are what they were. */
  readonly sound: number;
  readonly pruned: number;
  /** Hashes of those that were changed, or emptied by nobody who says so; the first hundred. */
  readonly bad: readonly string[];
}

const pageRows = 50;
const badMax = 100;

/** Goes through all outputs; memory does not grow with them. */
export async function verifyOutputs(store: Pick<Store, 'outputs'>): Promise<VerifiedOutputs> {
  const bad: string[] = [];
  let sound = 0;
  let pruned = 0;
  for (let after = ''; ; ) {
    const page = await store.outputs(after, pageRows);
    const last = page.at(-1);
    if (last === undefined) return { sound, pruned, bad };
    for (const { sha256, text, goneAt } of page) {
      if (text !== null && outputHash(text) === sha256) sound += 1;
      else if (text === null && goneAt !== null) pruned += 1;
      else if (bad.length < badMax) bad.push(sha256);
    }
    after = last.sha256;
  }
}
