// Which labels the files that a call reads carry, because of the calls that wrote them. What is known is kept in memory, and
// what others have added since is read when somebody looks; most homes have no marks and pay one short query. Marks are
// bounded: beyond that, directories stand for what lies in them.
//
// A mark of a directory is about the time in which a call could write there: a file in it counts if its inode changed then,
// which no one without privileges can pretend. Hard links and files that other programs move about are not followed.

import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FindLabels, LabelMark, PathLabels } from '../kernel/ports.ts';
import { isWithin } from '../kernel/private-places.ts';
import type { Store } from '../kernel/store.ts';
import { fewerMarks } from './fewer-marks.ts';
import { addMark, type MarkNode, marksAbout, newMarkTree } from './mark-tree.ts';

type MarkStore = Pick<Store, 'addLabelMarks' | 'coverLabelMarks' | 'labelMarksSince'>;

/** Entries of a directory that are looked at one by one; in larger ones every mark counts. */
const entriesMax = 2_000;

/** Marks of a home: read once by each process, in tens of milliseconds. */
const marksMax = 10_000;

/** Labels of files, as the store keeps them; at most `countMax` marks stay after one was added. */
export function createPathLabels(store: MarkStore, countMax = marksMax): PathLabels {
  let known: { readonly version: string; readonly tree: MarkNode } = { version: '', tree: newMarkTree() };
  let last: Promise<unknown> = Promise.resolve();
  const refresh = async () => {
    const { version, isWhole, marks } = await store.labelMarksSince(known.version);
    const tree = isWhole ? newMarkTree() : known.tree;
    for (const mark of marks) addMark(tree, mark);
    known = { version, tree };
    return known;
  };
  /** One after the other: each adds what came after what the last one knew. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => 'its caller hears of it');
    return done;
  };
  return {
    async look(): Promise<FindLabels> {
      const { tree } = await inTurn(refresh);
      return tree.count === 0 ? async () => [] : (paths) => labelsOf(paths, tree);
    },
    async mark(marks) {
      await store.addLabelMarks(marks);
      await inTurn(async () => {
        const { version, tree } = await refresh();
        if (tree.count <= countMax) return;
        // A quarter less, so that it is not to be done again with the next mark.
        const { times, covers } = fewerMarks(tree, Math.ceil(countMax * 0.75));
        // The tree says already what the store does not yet: whatever happens, it is read anew.
        known = { version: '', tree: newMarkTree() };
        await store.addLabelMarks(times);
        await store.coverLabelMarks(covers, version);
      });
    },
  };
}

async function labelsOf(paths: readonly string[], tree: MarkNode): Promise<readonly string[]> {
  const labels = new Set<string>();
  for (const path of new Set(paths)) {
    const about = marksAbout(tree, path);
    for (const label of about.labels) labels.add(label);
    // Only what says something new is worth a look at the disk.
    const open = about.passing.filter((mark) => mark.labels.some((label) => !labels.has(label)));
    if (open.length === 0) continue;
    for (const mark of await marksThatFit(path, open)) for (const label of mark.labels) labels.add(label);
  }
  return [...labels].sort();
}

/** The marks in whose time something at the path, or below it, was changed. */
async function marksThatFit(path: string, marks: readonly LabelMark[]): Promise<readonly LabelMark[]> {
  const found = new Set<LabelMark>();
  const below = Map.groupBy(marks, (mark) => mark.path);
  const waiting = [{ path, about: marks.filter((mark) => isWithin(path, mark.path)) }];
  for (let looked = 0; found.size < marks.length; looked += 1) {
    const next = waiting.pop();
    if (next === undefined) break;
    if (looked >= entriesMax) return marks;
    const here = await lstat(next.path).catch(() => undefined);
    if (here === undefined) continue;
    // A directory changes with every name in it, and has no words of its own but those names.
    for (const mark of next.about) if (isThen(mark, here.ctimeMs)) found.add(mark);
    if (!here.isDirectory()) continue;
    const about = next.about.filter((mark) => !found.has(mark));
    for (const name of await readdir(next.path).catch(() => [])) {
      const child = join(next.path, name);
      waiting.push({ path: child, about: [...about, ...(below.get(child) ?? [])] });
    }
  }
  return [...found];
}

const isThen = ({ changed }: LabelMark, at: number): boolean =>
  changed !== null && at >= changed.from && at <= changed.until;
