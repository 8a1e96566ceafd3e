import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyTree, growTree, leafHash, leafRow, nodeHash, partSizes, rootOf } from '../../src/ledger/merkle.ts';
import {
  consistencyRanges,
  gatherRoots,
  inclusionRanges,
  type Range,
  rootByConsistency,
  rootByInclusion,
} from '../../src/ledger/proofs.ts';

// The recursive definition of RFC 6962, section 2.1, word for word and as slow as it is.
const sha256 = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
const splitOf = (n: number) => 2 ** Math.floor(Math.log2(n - 1));
function treeHash(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (only === undefined) return sha256();
  if (leaves.length === 1) return sha256(Buffer.from([0]), only);
  const k = splitOf(leaves.length);
  return sha256(Buffer.from([1]), treeHash(leaves.slice(0, k)), treeHash(leaves.slice(k)));
}
function pathOf(m: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length === 1) return [];
  const k = splitOf(leaves.length);
  return m < k
    ? [...pathOf(m, leaves.slice(0, k)), treeHash(leaves.slice(k))]
    : [...pathOf(m - k, leaves.slice(k)), treeHash(leaves.slice(0, k))];
}
function subproofOf(m: number, leaves: readonly Buffer[], isWhole: boolean): Buffer[] {
  const n = leaves.length;
  if (m === n) return isWhole ? [] : [treeHash(leaves)];
  const k = splitOf(n);
  return m <= k
    ? [...subproofOf(m, leaves.slice(0, k), isWhole), treeHash(leaves.slice(k))]
    : [...subproofOf(m - k, leaves.slice(k), false), treeHash(leaves.slice(0, k))];
}

const base64 = (buffers: readonly Buffer[]) => buffers.map((one) => one.toString('base64'));
const texts = (count: number) => Array.from({ length: count }, (_, n) => `record ${n} ä`);
const buffers = (count: number) => texts(count).map((text) => Buffer.from(text));
const treeOf = (count: number) => {
  const tree = growTree();
  for (const text of texts(count)) tree.add(leafHash(text));
  return tree;
};
const proofOf = (ranges: readonly Range[], size: number) => {
  const gathered = gatherRoots(ranges);
  for (const text of texts(size)) gathered.add(leafHash(text));
  return gathered.roots();
};
const flipped = (hash: string, bit: number) => {
  const bytes = Buffer.from(hash, 'base64');
  bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return bytes.toString('base64');
};
const sizes = fc.integer({ min: 1, max: 70 });

test('a proof for another place, another size or with another hash leads to another root', () => {
  fc.assert(
    fc.property(sizes, fc.nat(), fc.nat(), fc.nat(255), (size, wanted, other, bit) => {
      const index = wanted % size;
      const leaf = leafHash(`record ${index} ä`);
      const proof = proofOf(inclusionRanges(index, size), size);
      const root = treeOf(size).root();
      expect(rootByInclusion(index, size, leaf, proof)).toBe(root);
      expect(rootByInclusion(index, size, flipped(leaf, bit), proof)).not.toBe(root);
      if (other % size !== index) expect(rootByInclusion(other % size, size, leaf, proof)).not.toBe(root);
      expect(rootByInclusion(size, size, leaf, proof)).toBeNull();
      expect(rootByInclusion(index, size, leaf, [...proof, leaf])).toBeNull();
      if (proof.length === 0) return;
      const at = other % proof.length;
      expect(rootByInclusion(index, size, leaf, proof.slice(1))).toBeNull();
      expect(rootByInclusion(index, size, leaf, proof.with(at, flipped(proof[at] ?? '', bit)))).not.toBe(root);
    }),
    { numRuns: 300 },
  );
});

test('a proof between two trees fails for another smaller tree, and for each flipped bit', () => {
  fc.assert(
    fc.property(sizes, fc.nat(), fc.nat(), fc.nat(255), (size, wanted, other, bit) => {
      const old = 1 + (wanted % size);
      const [oldRoot, root] = [treeOf(old).root(), treeOf(size).root()];
      const proof = proofOf(consistencyRanges(old, size), size);
      expect(rootByConsistency(old, size, oldRoot, proof)).toBe(root);
      expect(rootByConsistency(old, size, oldRoot, [...proof, root])).toBeNull();
      const forged = rootByConsistency(old, size, flipped(oldRoot, bit), proof);
      expect(forged === null || forged !== root).toBe(true);
      if (proof.length === 0) return;
      const at = other % proof.length;
      expect(rootByConsistency(old, size, oldRoot, proof.slice(1))).toBeNull();
      const changed = proof.with(at, flipped(proof[at] ?? '', bit));
      expect(rootByConsistency(old, size, oldRoot, changed)).not.toBe(root);
    }),
    { numRuns: 300 },
  );
});

test('roots and proofs are those of the recursive definition in RFC 6962', () => {
  expect(growTree().root()).toBe(treeHash([]).toString('base64'));
  for (let size = 1; size <= 40; size += 1) {
    const leaves = buffers(size);
    expect(treeOf(size).root()).toBe(treeHash(leaves).toString('base64'));
    for (let m = 0; m < size; m += 1) {
      expect(proofOf(inclusionRanges(m, size), size)).toEqual(base64(pathOf(m, leaves)));
      expect(proofOf(consistencyRanges(m + 1, size), size)).toEqual(base64(subproofOf(m + 1, leaves, true)));
    }
  }
});

test('the published trees and proofs of Certificate Transparency come out', () => {
  const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const roots = [
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];
  const tree = growTree();
  const gathered = gatherRoots(consistencyRanges(6, 8));
  inputs.forEach((input, index) => {
    const leaf = createHash('sha256')
      .update(Buffer.from(`00${input}`, 'hex'))
      .digest('base64');
    tree.add(leaf);
    gathered.add(leaf);
    expect(Buffer.from(tree.root(), 'base64').toString('hex')).toBe(roots[index]);
  });
  expect(gathered.roots().map((root) => Buffer.from(root, 'base64').toString('hex'))).toEqual([
    '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  ]);
});

test('a tree grows the same by leaves, by parts, and from where it was left', () => {
  fc.assert(
    fc.property(fc.nat(200), fc.nat(200), (first, more) => {
      const left = treeOf(first).frontier();
      expect(left.parts.map((part) => part.leaves)).toEqual(partSizes(first));
      const tree = growTree(left);
      const row = leafRow(first + more);
      for (const text of texts(first + more)) row.add(Buffer.from(`\0${text}`));
      for (const part of row.parts(first, first, first + more)) tree.addPart(part);
      expect(tree.size).toBe(first + more);
      expect(tree.root()).toBe(treeOf(first + more).root());
      expect(rootOf(tree.frontier())).toBe(tree.root());
    }),
    { numRuns: 200 },
  );
  expect(rootOf(emptyTree)).toBe(growTree().root());
  expect(() => growTree(treeOf(3).frontier()).addPart({ leaves: 2, root: nodeHash('', '') })).toThrow(RangeError);
});
