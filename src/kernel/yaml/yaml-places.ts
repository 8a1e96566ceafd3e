// Where in a YAML text the value at a path stands.

import { isMap, isScalar, isSeq, type Node } from 'yaml';

/** Keys and indexes from the root. */
export type Path = readonly PropertyKey[];

/** True if the file has something at `path`. */
export const isThere = (root: Node | null, path: Path): boolean => walk(root, path).depth === path.length;

/** Where the value at `path` begins; the nearest part that is there if it is not. */
export const offsetOf = (root: Node | null, path: Path): number => walk(root, path).offset;

/** Where the key of the value at `path` begins. */
export const keyOffsetOf = (root: Node | null, path: Path): number => walk(root, path).keyOffset;

function walk(
  root: Node | null,
  path: Path,
): { readonly depth: number; readonly offset: number; readonly keyOffset: number } {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  let keyOffset = offset;
  for (const [depth, step] of path.entries()) {
    let next: unknown;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
      if (pair === undefined) return { depth, offset, keyOffset };
      keyOffset = startOf(pair.key) ?? offset;
      next = pair.value;
    } else if (isSeq(node) && typeof step === 'number' && step < node.items.length) {
      next = node.items[step];
    } else return { depth, offset, keyOffset };
    node = next;
    offset = startOf(node) ?? keyOffset;
  }
  return { depth: path.length, offset, keyOffset };
}

/** Where a node begins, if it says so. */
export function startOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined;
  return typeof node.range[0] === 'number' ? node.range[0] : undefined;
}
