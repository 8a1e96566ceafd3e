// Which labels the files that a call reads carry, because of the calls that wrote them. What is known is kept in memory and
// read again only when somebody, in whatever process, has added to it; most homes have no marks and pay one short query.
//
// A mark of a directory is about the time in which a call could write there: a file in it counts if its inode changed then,
// which no one without privileges can pretend. Hard links and files that other programs move about are not followed.

import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FindLabels, LabelMark, PathLabels } from '../kernel/ports.ts';
import { isWithin } from '../kernel/private-places.ts';
import type { Store } from '../kernel/store.ts';

type MarkStore = Pick<Store, 'addLabelMarks' | 'labelMarks' | 'labelMarksVersion'>;

/** Entries of a directory that are looked at one by one; in larger ones every mark counts. */
const entriesMax = 2_000;

/** Labels of files, as the store keeps them. */
export function createPathLabels(store: MarkStore): PathLabels {
  let known: { readonly version: string; readonly marks: readonly LabelMark[] } = { version: '0:0', marks: [] };
  return {
    async look(): Promise<FindLabels> {
      const version = await store.labelMarksVersion();
      if (version !== known.version) known = { version, marks: await store.labelMarks() };
      const { marks } = known;
      return marks.length === 0 ? async () => [] : (paths) => labelsOf(paths, marks);
    },
    mark: (marks) => store.addLabelMarks(marks),
  };
}

async function labelsOf(paths: readonly string[], marks: readonly LabelMark[]): Promise<readonly string[]> {
  const labels = new Set<string>();
  for (const path of new Set(paths)) {
    const about = marks.filter((mark) => isWithin(mark.path, path) || isWithin(path, mark.path));
    // Only what says something new is worth a look at the disk.
    const changedThen = about.filter(({ changed }) => changed !== null);
    for (const mark of about) if (mark.changed === null) for (const label of mark.labels) labels.add(label);
    const open = changedThen.filter((mark) => mark.labels.some((label) => !labels.has(label)));
    if (open.length === 0) continue;
    for (const mark of await marksThatFit(path, open)) for (const label of mark.labels) labels.add(label);
  }
  return [...labels].sort();
}

/** The marks in whose time something at the path, or below it, was changed. */
async function marksThatFit(path: string, marks: readonly LabelMark[]): Promise<readonly LabelMark[]> {
  const found = new Set<LabelMark>();
  const waiting = [path];
  for (let looked = 0; waiting.length > 0 && found.size < marks.length; looked += 1) {
    if (looked >= entriesMax) return marks;
    const next = waiting.pop() ?? path;
    const here = await lstat(next).catch(() => undefined);
    if (here === undefined) continue;
    // A directory changes with every name in it, and has no words of its own but those names.
    for (const mark of marks) {
      const { changed } = mark;
      if (changed === null || !isWithin(next, mark.path)) continue;
      if (here.ctimeMs >= changed.from && here.ctimeMs <= changed.until) found.add(mark);
    }
    if (here.isDirectory()) waiting.push(...(await readdir(next).catch(() => [])).map((name) => join(next, name)));
  }
  return [...found];
}
