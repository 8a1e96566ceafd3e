// Marks by the path they are about, as a tree of directories: what a path lies in is the way to it, what lies below it is
// known at its own place, so that a look takes as long as the path is deep, however many marks there are.

import type { LabelMark } from '../kernel/ports.ts';

/** One path that is marked, or on the way to one. */
export interface MarkNode {
  readonly path: string;
  readonly parent: MarkNode | null;
  readonly children: Map<string, MarkNode>;
  /** What it carries for good: each list of labels once. */
  lasting: readonly (readonly string[])[];
  /** What was changed in it at a certain time. */
  passing: readonly LabelMark[];
  /** The labels of all lasting marks at and below it. */
  readonly labels: Set<string>;
  /** Marks at and below it, and those among them that are about a time. */
  count: number;
  passingCount: number;
}

/** What is known about a path: at it, below it, and in what it lies in. */
export interface MarksAbout {
  readonly labels: ReadonlySet<string>;
  readonly passing: readonly LabelMark[];
}

/** A tree without marks. */
export const newMarkTree = (): MarkNode => newNode('/', null);

/** Adds a mark. One that is there is not added again; a longer time takes in those of the same labels that lie in it. */
export function addMark(tree: MarkNode, { path, labels, changed }: LabelMark): void {
  const node = nodeAt(tree, path);
  if (changed === null) {
    if (node.lasting.some((known) => isSame(known, labels))) return;
    node.lasting = [...node.lasting, labels];
    for (const each of upFrom(node)) for (const label of labels) each.labels.add(label);
    countOn(node, 1, 0);
    return;
  }
  const others = node.passing.filter(
    (known) =>
      known.changed === null ||
      !isSame(known.labels, labels) ||
      known.changed.from < changed.from ||
      known.changed.until > changed.until,
  );
  const added = others.length + 1 - node.passing.length;
  node.passing = [...others, { path, labels, changed }];
  countOn(node, added, added);
}

/** What the marks say about a canonical path. */
export function marksAbout(tree: MarkNode, path: string): MarksAbout {
  const labels = new Set<string>();
  const passing: LabelMark[] = [];
  let node: MarkNode | undefined = tree;
  for (const name of namesOf(path)) {
    for (const list of node.lasting) for (const label of list) labels.add(label);
    passing.push(...node.passing);
    node = node.children.get(name);
    if (node === undefined) return { labels, passing };
  }
  for (const label of node.labels) labels.add(label);
  for (const each of nodesOf(node)) passing.push(...each.passing);
  return { labels, passing };
}

/** Makes one lasting mark of everything at and below a node. */
export function cover(node: MarkNode): LabelMark {
  const labels = [...new Set([...node.labels, ...[...nodesOf(node)].flatMap(passingLabels)])].sort();
  for (const each of upFrom(node)) for (const label of labels) each.labels.add(label);
  countOn(node, 1 - node.count, -node.passingCount);
  node.lasting = [labels];
  node.passing = [];
  node.children.clear();
  return { path: node.path, labels, changed: null };
}

/** A node, and all below it in which there is a mark about a time. */
function* nodesOf(node: MarkNode): Iterable<MarkNode> {
  const waiting = [node];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next;
    for (const child of next.children.values()) if (child.passingCount > 0) waiting.push(child);
  }
}

/** A node and all above it. */
function* upFrom(node: MarkNode): Iterable<MarkNode> {
  for (let each: MarkNode | null = node; each !== null; each = each.parent) yield each;
}

const passingLabels = ({ passing }: MarkNode): readonly string[] => passing.flatMap(({ labels }) => labels);
const isSame = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((label, index) => label === others[index]);
const namesOf = (path: string): readonly string[] => path.split('/').filter((name) => name !== '');

function nodeAt(tree: MarkNode, path: string): MarkNode {
  let node = tree;
  for (const name of namesOf(path)) {
    const child = node.children.get(name) ?? newNode(node.parent === null ? `/${name}` : `${node.path}/${name}`, node);
    node.children.set(name, child);
    node = child;
  }
  return node;
}

const newNode = (path: string, parent: MarkNode | null): MarkNode => ({
  path,
  parent,
  children: new Map(),
  lasting: [],
  passing: [],
  labels: new Set(),
  count: 0,
  passingCount: 0,
});

function countOn(node: MarkNode, all: number, passing: number): void {
  for (const each of upFrom(node)) {
    each.count += all;
    each.passingCount += passing;
  }
}
