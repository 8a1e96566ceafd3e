// The Merkle tree of RFC 6962 over the records: its leaves are their exact texts, in order. What always holds: memory grows
// with the logarithm of the tree alone. Hashes are SHA-256, spelled in base64 as checkpoints and proofs spell them.

import { hash } from 'node:crypto';

/** A perfect part of a tree: the root over `leaves` leaves, a power of two. */
export interface Subtree {
  readonly leaves: number;
  readonly root: string;
}

/** A tree that grows at its end: the roots of its perfect parts, largest and leftmost first. */
export interface Frontier {
  readonly size: number;
  readonly parts: readonly Subtree[];
}

/** The tree without leaves. */
export const emptyTree: Frontier = Object.freeze({ size: 0, parts: Object.freeze([]) });

/** Root of the tree without leaves: the hash of nothing. */
const emptyRoot = hash('sha256', '', 'base64');

/** Hash of one leaf. */
export const leafHash = (text: string): string => leafHashOf(Buffer.from(`\0${text}`));

/** Hash of one leaf whose bytes have a zero byte before them, so that nothing has to be copied. */
const leafHashOf = (zeroAndText: Uint8Array): string => hash('sha256', zeroAndText, 'base64');

/** `0x01`, left, right: one buffer for all, because hashing is synchronous. */
const pair = Buffer.alloc(65, 1);

/** Hash of the node over two subtrees. */
export function nodeHash(left: string, right: string): string {
  pair.write(left, 1, 'base64');
  pair.write(right, 33, 'base64');
  return hash('sha256', pair, 'base64');
}

/** A growing tree. `parts` may be read at any time. */
export interface GrowingTree {
  readonly size: number;
  /** Adds a leaf by its hash. */
  add(leaf: string): void;
  /** Adds a perfect part. Its size must divide the size so far, as the parts of `partsBetween` do. */
  addPart(part: Subtree): void;
  frontier(): Frontier;
  root(): string;
}

/** A tree that goes on from `start`. */
export function growTree(start: Frontier = emptyTree): GrowingTree {
  let { size } = start;
  const parts: Subtree[] = [...start.parts];
  const addPart = (part: Subtree): void => {
    if (size % part.leaves !== 0) throw new RangeError(`could not add ${part.leaves} leaves to a tree of ${size}`);
    size += part.leaves;
    let { leaves, root } = part;
    for (let left = parts.at(-1); left !== undefined && left.leaves === leaves; left = parts.at(-1)) {
      parts.pop();
      root = nodeHash(left.root, root);
      leaves *= 2;
    }
    parts.push({ leaves, root });
  };
  return {
    get size() {
      return size;
    },
    add: (leaf) => addPart({ leaves: 1, root: leaf }),
    addPart,
    frontier: () => ({ size, parts: [...parts] }),
    root: () => rootOf({ size, parts }),
  };
}

/** Root of a tree. */
export const rootOf = ({ parts }: Frontier): string =>
  parts.length === 0 ? emptyRoot : parts.map(({ root }) => root).reduceRight((right, left) => nodeHash(left, right));

/** The sizes of the perfect parts of a tree of `size` leaves, largest first. */
export function partSizes(size: number): readonly number[] {
  const sizes: number[] = [];
  for (let rest = size; rest > 0; rest -= largestPowerUpTo(rest)) sizes.push(largestPowerUpTo(rest));
  return sizes;
}

/** Hashes of leaves one after the other, 32 bytes each: many take less time so than one by one. */
export interface LeafRow {
  readonly length: number;
  /** Adds the hash of a leaf; see `leafHashOf`. */
  add(zeroAndText: Uint8Array): void;
  /** The perfect parts that the leaves `from` to `to` of the row add to a tree of `start` leaves. */
  parts(start: number, from: number, to: number): readonly Subtree[];
}

const hashBytes = 32;

/** A row for up to `leavesMax` leaves. */
export function leafRow(leavesMax: number): LeafRow {
  const row = Buffer.allocUnsafe(leavesMax * hashBytes);
  let length = 0;
  return {
    get length() {
      return length;
    },
    add(zeroAndText) {
      row.write(hash('sha256', zeroAndText, 'binary'), length * hashBytes, 'latin1');
      length += 1;
    },
    parts(start, from, to) {
      const made: Subtree[] = [];
      for (let done = from; done < to; ) {
        const at = start + done - from;
        const fitting = largestPowerUpTo(to - done);
        const leaves = at === 0 ? fitting : Math.min(fitting, largestPowerDividing(at));
        const bytes = Buffer.from(row.subarray(done * hashBytes, (done + leaves) * hashBytes));
        made.push({ leaves, root: foldRow(bytes).toString('base64') });
        done += leaves;
      }
      return made;
    },
  };
}

/** Root over a row of a power of two of hashes, which is overwritten. */
function foldRow(row: Buffer): Buffer {
  for (let count = row.length / hashBytes; count > 1; count /= 2) {
    for (let node = 0; node < count / 2; node += 1) {
      row.copy(pair, 1, node * 2 * hashBytes, (node + 1) * 2 * hashBytes);
      row.write(hash('sha256', pair, 'binary'), node * hashBytes, 'latin1');
    }
  }
  return row.subarray(0, hashBytes);
}

/** The largest power of two that is not above `count`, which is 1 or more. */
export function largestPowerUpTo(count: number): number {
  let power = 1;
  while (power * 2 <= count) power *= 2;
  return power;
}

function largestPowerDividing(count: number): number {
  let power = 1;
  while (count % (power * 2) === 0) power *= 2;
  return power;
}
