// Verifies a ledger from its first record: bytes, order, links, checkpoints. What always holds: it stops at the first record
// that is not exactly what was written, and says which and why; memory does not grow with the ledger. A cut tail, or a
// ledger replaced as a whole, cannot be seen from what is left: for that the caller brings what was noted before, a head or
// checkpoints. Pages are checked fast first; from the first that is not plainly sound the slow checks decide.

import type { LedgerHead } from '../kernel/store.ts';
import type { Wanted } from './check-page.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { growTree, leafHash } from './merkle.ts';
import { parseNote, type SignedNote, type VerifierKey } from './note.ts';
import type { PageChecker } from './page-checker.ts';
import { genesis, parseRecord } from './record.ts';
import type { RecordSource } from './record-source.ts';
import { judgeSigning, type Signing, signingTypes } from './signing.ts';

/** What a walk found. `records` counts the sound ones, `head` is the last of them. */
export type Chain =
  | { readonly isSound: true; readonly records: number; readonly head: LedgerHead }
  | {
      readonly isSound: false;
      readonly records: number;
      readonly head: LedgerHead;
      /** Number of the first bad record: the place where it stands, or should. */
      readonly bad: number;
      readonly problem: string;
    };

/** The chain and, apart from it, whose signatures stand behind it. */
export type Verification = Chain & {
  readonly signing: Signing;
  /** True if a trusted key signed every record but checkpoints at the very end; false also if the reader trusts none. */
  readonly isTrusted: boolean;
};

/** What the reader kept elsewhere, and whom the reader trusts. */
export interface Evidence {
  readonly head: LedgerHead | null;
  /** Checkpoints that have to fit, each with the name to call it by. */
  readonly checkpoints: readonly { readonly name: string; readonly note: SignedNote }[];
  readonly trusted: readonly VerifierKey[];
}

export const noEvidence: Evidence = Object.freeze({ head: null, checkpoints: [], trusted: [] });

/** Verifies all records of a source. */
export async function verify(source: RecordSource, evidence: Evidence, checker: PageChecker): Promise<Verification> {
  const sizes = await wantedSizes(source, evidence);
  const walk = startWalk(evidence, sizes);
  await walkPages(source, walk, checker, {
    types: signingTypes,
    seqs: evidence.head === null ? [] : [evidence.head.seq],
    sizes: [...sizes].sort((a, b) => a - b),
  });
  if (walk.problem() === null) await walkEntries(source, walk);
  return walk.end();
}

/**
 * A noted head, written `seq:hash`.
 * @throws {TypeError} if it is not one.
 */
export function parseHead(text: string): LedgerHead {
  const found = /^([1-9]\d{0,15}):(sha256:[0-9a-f]{64})$/.exec(text);
  if (found === null)
    throw new TypeError(`could not read the head \`${text}\`: write it as \`12:sha256:<64 hex digits>\``);
  return { seq: Number(found[1]), hash: String(found[2]) };
}

/** The spelling that `parseHead` reads. */
export const headText = ({ seq, hash }: LedgerHead): string => `${seq}:${hash}`;

/** Sizes of the trees whose roots will be asked for: those that checkpoints speak of. */
async function wantedSizes(source: RecordSource, { checkpoints }: Evidence): Promise<ReadonlySet<number>> {
  const sizes = new Set<number>();
  const want = (note: SignedNote | null): void => {
    const checkpoint = note === null ? null : parseCheckpoint(note.text);
    if (checkpoint !== null) sizes.add(checkpoint.size);
  };
  for (const { note } of checkpoints) want(note);
  for await (const text of source.texts('checkpoint')) want(noteIn(text));
  return sizes;
}

/** The note in a record that nobody has checked yet. */
function noteIn(text: string): SignedNote | null {
  try {
    const { note } = parseRecord(text).body;
    return typeof note === 'string' ? parseNote(note) : null;
  } catch {
    return null;
  }
}

/** Everything that is known after some records. */
function startWalk({ head: noted, checkpoints, trusted }: Evidence, sizes: ReadonlySet<number>) {
  const judge = judgeSigning(trusted);
  const tree = growTree();
  const roots = new Map<number, string>();
  let head = genesis;
  let fault: { readonly bad: number; readonly problem: string } | null = null;
  /** Last record that is no checkpoint and names no key: what a checkpoint can be expected to cover. */
  let lastOther = 0;
  let lastSigning = 0;
  const note = (): void => {
    if (sizes.has(tree.size)) roots.set(tree.size, tree.root());
  };
  note();
  const fail = (problem: string, bad = head.seq + 1): void => {
    fault ??= { bad, problem };
  };
  /** Takes the text of a record that is sound by itself, before the records after it count. */
  const look = (text: string): void => {
    const { seq, type, hash, prev } = parseRecord(text);
    if (fault !== null) return;
    const isOther = seq === noted?.seq && hash !== noted.hash;
    const otherHead = isOther ? `it is not the record of the head that was noted, ${headText(noted)}` : null;
    const signing = isSigning(type) ? judge.take(text, (size) => roots.get(size) ?? null) : null;
    const problem = otherHead ?? signing;
    if (problem !== null) {
      head = { seq: seq - 1, hash: prev };
      fail(problem);
    }
    if (problem !== null || !isSigning(type)) return;
    if (seq > lastSigning + 1) lastOther = seq - 1;
    lastSigning = seq;
  };

  const compare = (): void => {
    if (noted !== null && head.seq < noted.seq) {
      const gone = `the head that was noted is record ${noted.seq}: its tail is gone`;
      fail(`the ledger ends at record ${head.seq}, but ${gone}`);
    }
    let fitting = 0;
    const ordered = checkpoints
      .map((one) => ({ ...one, size: parseCheckpoint(one.note.text)?.size ?? 0 }))
      .sort((a, b) => a.size - b.size);
    for (const { name, note: other, size } of ordered) {
      const problem = judge.takeOther(other, head.seq, (wanted) => roots.get(wanted) ?? null);
      if (problem !== null) fail(`checkpoint \`${name}\`: ${problem}`, Math.min(fitting, head.seq) + 1);
      fitting = size;
    }
  };

  return {
    head: () => head,
    problem: () => fault,
    fail,
    /** Goes on to `next` after its part of the tree was added and its texts were looked at. */
    goTo(next: LedgerHead): void {
      if (fault === null) head = next;
    },
    grow(add: (to: typeof tree) => void): void {
      add(tree);
      note();
    },
    look,
    end(): Verification {
      if (fault === null) compare();
      const signing = judge.signing();
      const found = { records: head.seq, head, signing };
      if (fault !== null) return { isSound: false, ...found, ...fault, isTrusted: false };
      const others = lastSigning === head.seq ? lastOther : head.seq;
      return { isSound: true, ...found, isTrusted: signing.trusted !== null && signing.trusted >= Math.max(others, 1) };
    },
  };
}

type Walk = ReturnType<typeof startWalk>;

const isSigning = (type: string): boolean => signingTypes.some((one) => one === type);

/** Walks as far as the pages are plainly sound. */
async function walkPages(source: RecordSource, walk: Walk, checker: PageChecker, wanted: Wanted): Promise<void> {
  const underway: ReturnType<PageChecker['check']>[] = [];
  const takeOne = async (): Promise<boolean> => {
    const page = await underway.shift();
    const head = walk.head();
    if (page === null || page === undefined) return false;
    if (page.after !== head.seq || page.prev !== head.hash) return false;
    // A tree grows before the records of the page are looked at, so that a checkpoint finds the root of what is before it.
    for (const part of page.parts) walk.grow((tree) => tree.addPart(part));
    for (const { text } of page.wanted) walk.look(text);
    const problem = walk.problem();
    if (problem !== null) return false;
    walk.goTo({ seq: page.after + page.records, hash: page.hash });
    return true;
  };
  for await (const page of source.pages()) {
    underway.push(checker.check(page, wanted));
    if (underway.length >= checker.atOnce && !(await takeOne())) return;
  }
  while (underway.length > 0) if (!(await takeOne())) return;
}

/** Walks the rest one by one. */
async function walkEntries(source: RecordSource, walk: Walk): Promise<void> {
  for await (const entry of source.entries(walk.head().seq)) {
    const checked = entry.check(walk.head());
    if ('problem' in checked) return walk.fail(checked.problem);
    walk.grow((tree) => tree.add(leafHash(entry.text)));
    walk.look(entry.text);
    if (walk.problem() !== null) return;
    walk.goTo(checked);
  }
}
