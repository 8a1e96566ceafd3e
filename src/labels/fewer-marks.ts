// Says the same, or more, with fewer marks. INVARIANT: no path carries a label less than before: times become longer, and what
// many files of a directory carry, the directory carries. So a home that writes labelled files for years stays bounded, and
// what is lost is only precision.

import type { LabelMark } from '../kernel/ports.ts';
import { addMark, cover, type MarkNode } from './mark-tree.ts';

/** Times of one directory and the same labels that are kept apart; of more, the oldest become one. */
const timesMax = 8;

/** What to say instead. */
export interface FewerMarks {
  /** Longer times, each in place of those in it. */
  readonly times: readonly LabelMark[];
  /** Directories that carry labels for good, each in place of all marks at and below it. */
  readonly covers: readonly LabelMark[];
}

/** Brings a tree down to `countMax` marks (at least one), and says which marks take the place of which. */
export function fewerMarks(tree: MarkNode, countMax: number): FewerMarks {
  const times = joinTimes(tree);
  const covers = new Map<string, LabelMark>();
  while (tree.count > countMax) {
    for (const node of nextToCover(tree)) {
      if (tree.count <= countMax) break;
      if (isStillIn(tree, node)) covers.set(node.path, cover(node));
    }
  }
  const isCovered = (path: string) => {
    const above = path.split('/').map((_, index, names) => names.slice(0, index).join('/') || '/');
    return above.some((each) => covers.has(each));
  };
  return {
    times: times.filter(({ path }) => !isCovered(path) && !covers.has(path)),
    covers: [...covers.values()].filter(({ path }) => path === '/' || !isCovered(path)),
  };
}

function joinTimes(tree: MarkNode): readonly LabelMark[] {
  const joined: LabelMark[] = [];
  for (const { path, passing } of allNodes(tree)) {
    for (const alike of Map.groupBy(passing, ({ labels }) => JSON.stringify(labels)).values()) {
      const times = alike.flatMap(({ changed }) => changed ?? []).sort((one, other) => one.from - other.from);
      const oldest = times.slice(0, -(timesMax - 1));
      if (oldest.length < 2) continue;
      const from = Math.min(...oldest.map((time) => time.from));
      const until = Math.max(...oldest.map((time) => time.until));
      joined.push({ path, labels: alike[0]?.labels ?? [], changed: { from, until } });
    }
  }
  for (const mark of joined) addMark(tree, mark);
  return joined;
}

/**
 * The directories whose own files have the most marks, where that is most of what is marked in them; a directory of many
 * marked directories would label too much. Where there are none, those of the deepest files, which brings these nearer.
 */
function nextToCover(tree: MarkNode): readonly MarkNode[] {
  const found = allNodes(tree).map((node) => ({ node, marks: ownMarks(node) + sum([...node.children.values()]) }));
  const shared = found.filter(({ node, marks }) => marks > 1 && marks * 2 > node.count);
  if (shared.length > 0) return shared.sort((one, other) => other.marks - one.marks).map(({ node }) => node);
  const deepest = found.reduce((most, { node }) => Math.max(most, depthOf(node)), 0);
  return found.flatMap(({ node }) => (depthOf(node) === deepest && node.parent !== null ? [node.parent] : []));
}

const ownMarks = ({ lasting, passing }: MarkNode): number => lasting.length + passing.length;
const sum = (nodes: readonly MarkNode[]): number => nodes.reduce((all, node) => all + ownMarks(node), 0);
const depthOf = ({ path }: MarkNode): number => path.split('/').length;

function allNodes(tree: MarkNode): readonly MarkNode[] {
  const nodes = [tree];
  // The list grows while it is read.
  for (const node of nodes) nodes.push(...node.children.values());
  return nodes;
}

/** Whether no directory above it was covered meanwhile. */
function isStillIn(tree: MarkNode, node: MarkNode): boolean {
  for (let each = node; each.parent !== null; each = each.parent) {
    const name = each.path.slice(each.path.lastIndexOf('/') + 1);
    if (each.parent.children.get(name) !== each) return false;
  }
  return tree.count > 0;
}
