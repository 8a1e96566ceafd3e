// Writes checkpoints: signs the root of the tree over all records so far, and puts it into the ledger. The parts of the tree
// are in the record too, so that the next checkpoint, of whichever process, goes on from there; they are taken only from a
// checkpoint that its own key signed. What always holds: nothing is signed that does not go on from what was signed before.

import type { Ledger } from '../kernel/ports.ts';
import type { LedgerHead, Store } from '../kernel/store.ts';
import { checkPage } from './check-page.ts';
import { type Checkpoint, checkpointText, parseCheckpoint } from './checkpoint.ts';
import { emptyTree, type Frontier, type GrowingTree, growTree, rootOf } from './merkle.ts';
import { parseNote, signersOf, signNote, type VerifierKey } from './note.ts';
import { genesis, parseRecord } from './record.ts';
import { frontierOf, signingTypes } from './signing.ts';
import { type KeyKeeper, signingKeys, verifiersOf } from './signing-keys.ts';

/** Remembers outside of the database what was signed last. */
export interface LastSigned {
  read(): Promise<string | null>;
  write(note: string): Promise<void>;
  /** What to remove, for a person who put an older state back on purpose. */
  readonly path: string;
}

export interface CheckpointParts {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly keeper: KeyKeeper;
  readonly last: LastSigned;
}

/** A checkpoint that is in the ledger. */
export interface WrittenCheckpoint extends Checkpoint {
  readonly note: string;
  /** False if nothing but checkpoints came since, so that the last one still says it all. */
  readonly isNew: boolean;
}

/** So few records are hashed at a time, so that calls do not wait. */
const pageRecords = 256;

/**
 * Signs everything there is now; null if there are no records.
 * @throws {Error} if records are not what was written, or what was signed before is gone.
 */
export async function writeCheckpoint({
  store,
  ledger,
  keeper,
  last,
}: CheckpointParts): Promise<WrittenCheckpoint | null> {
  if ((await store.head()) === null) return null;
  const keys = await signingKeys(keeper, store, ledger);
  const head = (await store.head()) ?? genesis;
  const newest = await newestCheckpoint(store);
  const before = newest !== null && isSigned(newest, verifiersOf(keys)) ? newest : null;
  const signed = parseCheckpoint(parseNote((await last.read()) ?? '')?.text ?? '');
  if (signed !== null && signed.size > head.seq) {
    const gone = `it has ${head.seq} records, and a checkpoint over ${signed.size} was signed: its end is gone`;
    throw new Error(`could not sign the ledger: ${gone}; ${onPurpose(last)}`);
  }
  const grown = await grow(store, before, head, signed);
  if (signed !== null && grown.rootAtSigned !== null && grown.rootAtSigned !== signed.root) {
    const other = `records 1 to ${signed.size} are not those that were signed before`;
    throw new Error(`could not sign the ledger: ${other}; run \`sallyport audit verify\`; ${onPurpose(last)}`);
  }
  if (before !== null && grown.others === 0) return { ...before.checkpoint, note: before.note, isNew: false };
  const checkpoint = { origin: keys.signer.verifier.name, size: grown.tree.size, root: grown.tree.root() };
  const note = signNote(checkpointText(checkpoint), [keys.signer]);
  const parts = grown.tree.frontier().parts.map(({ root }) => root);
  await ledger.append({ type: 'checkpoint', body: { note, parts } });
  await last.write(note);
  return { ...checkpoint, note, isNew: true };
}

/** A checkpoint as a record of the ledger has it. */
export interface KnownCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly note: string;
  readonly tree: Frontier;
  /** When it was written. */
  readonly at: number;
}

/** The newest checkpoint in the ledger, whoever signed it; null if there is none that reads like one. */
export async function newestCheckpoint(store: Store): Promise<KnownCheckpoint | null> {
  const newest = { order: 'newest-first', from: null, limit: 1, run: null, call: null, digest: null } as const;
  const [row] = await store.records({ ...newest, type: 'checkpoint' });
  if (row === undefined) return null;
  const { body, at } = parseRecord(row.text);
  const note = parseNote(typeof body.note === 'string' ? body.note : '');
  const checkpoint = parseCheckpoint(note?.text ?? '');
  if (note === null || checkpoint === null) return null;
  return { checkpoint, note: note.whole, tree: frontierOf(checkpoint.size, body.parts), at };
}

/** Whether one of these keys signed the checkpoint, and with it the tree. */
function isSigned({ note, tree, checkpoint }: KnownCheckpoint, keys: readonly VerifierKey[]): boolean {
  const parsed = parseNote(note);
  const signers = parsed === null ? null : signersOf(parsed, keys);
  return signers !== null && signers.length > 0 && rootOf(tree) === checkpoint.root;
}

interface Grown {
  readonly tree: GrowingTree;
  /** Root over as many records as were signed last; null if that was before the start. */
  readonly rootAtSigned: string | null;
  /** Records since the start that are no checkpoints. */
  readonly others: number;
}

/** Adds all records after the last checkpoint to its tree, checking each on the way. */
async function grow(
  store: Store,
  before: KnownCheckpoint | null,
  head: LedgerHead,
  signed: Checkpoint | null,
): Promise<Grown> {
  const tree = growTree(before?.tree ?? emptyTree);
  let last = await recordAt(store, tree.size);
  let others = 0;
  let rootAtSigned = signed !== null && signed.size === tree.size ? tree.root() : null;
  const wanted = { types: signingTypes, seqs: [], sizes: signed === null ? [] : [signed.size] };
  while (last.seq < head.seq) {
    const { until, text, columns } = await store.texts(last.seq, Math.min(last.seq + pageRecords, head.seq));
    const page = checkPage({ after: last.seq, text, columns }, wanted);
    if (page === null || page.prev !== last.hash || last.seq + page.records !== until) {
      const where = `records ${last.seq + 1} to ${until} are not what was written`;
      throw new Error(`could not sign the ledger: ${where}; run \`sallyport audit verify\``);
    }
    for (const part of page.parts) {
      tree.addPart(part);
      if (tree.size === signed?.size) rootAtSigned = tree.root();
    }
    others += page.records - page.wanted.filter(({ type }) => type === 'checkpoint').length;
    last = { seq: until, hash: page.hash };
  }
  return { tree, rootAtSigned, others };
}

async function recordAt(store: Store, seq: number): Promise<LedgerHead> {
  if (seq === 0) return genesis;
  const query = { order: 'oldest-first', type: null, run: null, call: null, digest: null } as const;
  const [row] = await store.records({ ...query, from: seq - 1, limit: 1 });
  if (row?.seq === seq) return row;
  throw new Error(
    `could not sign the ledger: record ${seq}, which was signed, is gone; run \`sallyport audit verify\``,
  );
}

const onPurpose = ({ path }: LastSigned): string =>
  `if you put an older state back on purpose, remove \`${path}\`, and expect older checkpoints not to fit`;
