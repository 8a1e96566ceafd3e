// Holds the outputs that lie beside the records against their hashes, and the records against the outputs. One that was pruned
// is not wrong; it only is not there, and a record of that very moment says who took it away.

import type { LedgerRow, Store } from '../../kernel/store.ts';
import { outputHash } from './output-hash.ts';

/** What was found. */
export interface VerifiedOutputs {
  /** Outputs that are what they were. */
  readonly sound: number;
  readonly pruned: number;
  /** Hashes of those that were changed, lost, or emptied by nobody who says so; the first hundred. */
  readonly bad: readonly string[];
}

type Beside = Pick<Store, 'outputs' | 'lostOutputs' | 'records'>;

const pageRows = 50;
const pageRecords = 1_000;
const badMax = 100;

/** Goes through all outputs; memory does not grow with them. */
export async function verifyOutputs(store: Beside): Promise<VerifiedOutputs> {
  const bad: string[] = [...(await store.lostOutputs(badMax))];
  const pruningTimes = await timesOfPruning(store);
  let sound = 0;
  let pruned = 0;
  for (let after = ''; ; ) {
    const page = await store.outputs(after, pageRows);
    const last = page.at(-1);
    if (last === undefined) return { sound, pruned, bad };
    for (const { sha256, text, goneAt } of page) {
      if (text !== null && outputHash(text) === sha256) sound += 1;
      else if (text === null && goneAt !== null && pruningTimes.has(goneAt)) pruned += 1;
      else if (bad.length < badMax) bad.push(sha256);
    }
    after = last.sha256;
  }
}

/** When records say that something was pruned. */
async function timesOfPruning(store: Beside): Promise<ReadonlySet<number>> {
  const query = { order: 'oldest-first', type: 'ledger-pruned', run: null, call: null, digest: null } as const;
  const times = new Set<number>();
  for (let from: number | null = null; ; ) {
    const page: readonly LedgerRow[] = await store.records({ ...query, from, limit: pageRecords });
    for (const { at } of page) times.add(at);
    const last = page.at(-1);
    if (last === undefined) return times;
    from = last.seq;
  }
}
