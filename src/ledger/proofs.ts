// Proofs about the Merkle tree (RFC 6962, section 2.1): that a record is in it, and that a larger tree begins with a smaller
// one. A proof is a list of roots of ranges of leaves: which ranges is arithmetic, and their roots come from one walk over
// the leaves, so that making a proof needs no more memory than a checkpoint.

import { emptyTree, type GrowingTree, growTree, largestPowerUpTo, nodeHash } from './merkle.ts';

/** Leaves `from` to `to` (the first from 0, the last not included). */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** What proves that leaf `index` (from 0) is in the tree of `size` leaves: from the leaf's sibling up. */
export function inclusionRanges(index: number, size: number): readonly Range[] {
  if (!(index >= 0 && index < size)) throw new RangeError(`could not prove leaf ${index} of a tree of ${size}`);
  const down = (from: number, to: number): readonly Range[] => {
    if (to - from === 1) return [];
    const middle = from + splitOf(to - from);
    return index < middle ? [...down(from, middle), { from: middle, to }] : [...down(middle, to), { from, to: middle }];
  };
  return down(0, size);
}

/** What proves that the tree of `size` leaves begins with the tree of its first `old` leaves. */
export function consistencyRanges(old: number, size: number): readonly Range[] {
  if (!(old >= 1 && old <= size)) throw new RangeError(`could not prove a tree of ${size} from one of ${old}`);
  const down = (from: number, to: number, isWhole: boolean): readonly Range[] => {
    if (old === to) return isWhole ? [] : [{ from, to }];
    const middle = from + splitOf(to - from);
    return old <= middle
      ? [...down(from, middle, isWhole), { from: middle, to }]
      : [...down(middle, to, false), { from, to: middle }];
  };
  return down(0, size, true);
}

/** Gathers the roots of ranges while leaves go by. */
export interface RangeRoots {
  /** Takes the hash of the next leaf. */
  add(leaf: string): void;
  roots(): readonly string[];
}

export function gatherRoots(ranges: readonly Range[]): RangeRoots {
  const trees: readonly { readonly range: Range; readonly tree: GrowingTree }[] = ranges.map((range) => ({
    range,
    tree: growTree(emptyTree),
  }));
  let at = 0;
  return {
    add(leaf) {
      for (const { range, tree } of trees) if (at >= range.from && at < range.to) tree.add(leaf);
      at += 1;
    },
    roots: () => trees.map(({ tree }) => tree.root()),
  };
}

/** The root that the proof leads to from leaf `index`, or null if it is not a proof for that place. */
export function rootByInclusion(index: number, size: number, leaf: string, proof: readonly string[]): string | null {
  if (!(index >= 0 && index < size)) return null;
  const ranges = inclusionRanges(index, size);
  if (ranges.length !== proof.length) return null;
  return proof.reduce(
    (below, sibling, step) => ((ranges[step]?.from ?? 0) > index ? nodeHash(below, sibling) : nodeHash(sibling, below)),
    leaf,
  );
}

/** The root of the larger tree that the proof leads to, or null if it does not begin with the smaller one. */
export function rootByConsistency(old: number, size: number, oldRoot: string, proof: readonly string[]): string | null {
  if (!(old >= 1 && old <= size)) return null;
  const ranges = consistencyRanges(old, size);
  if (ranges.length !== proof.length) return null;
  // A tree of a power of two is a node of the larger one, and the proof leaves it out.
  const isNode = largestPowerUpTo(old) === old;
  const steps = proof.map((root, step) => ({ root, range: ranges[step] ?? { from: 0, to: 0 } }));
  const start = isNode ? oldRoot : steps[0]?.root;
  if (start === undefined) return oldRoot;
  let [within, whole] = [start, start];
  for (const { root, range } of isNode ? steps : steps.slice(1)) {
    whole = range.from >= old ? nodeHash(whole, root) : nodeHash(root, whole);
    if (range.from < old) within = nodeHash(root, within);
  }
  return within === oldRoot ? whole : null;
}

/** The largest power of two below `count`: where RFC 6962 splits. */
const splitOf = (count: number): number => largestPowerUpTo(count - 1);
