// What labels files carry, said as plainly as possible: every mark is looked at for every path.

import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabelMark } from '../../src/kernel/ports.ts';
import { isWithin } from '../../src/kernel/private-places.ts';

export async function linearLabels(paths: readonly string[], marks: readonly LabelMark[]): Promise<readonly string[]> {
  const labels = new Set<string>();
  for (const path of paths) {
    for (const mark of marks) {
      if (!isWithin(mark.path, path) && !isWithin(path, mark.path)) continue;
      if (mark.changed === null || (await wasChanged(path, mark))) for (const label of mark.labels) labels.add(label);
    }
  }
  return [...labels].sort();
}

/** Whether something at the path or below it, and in the marked directory, was changed in the time of the mark. */
async function wasChanged(path: string, mark: LabelMark): Promise<boolean> {
  const here = await lstat(path).catch(() => undefined);
  if (here === undefined || mark.changed === null) return false;
  const { from, until } = mark.changed;
  if (isWithin(path, mark.path) && here.ctimeMs >= from && here.ctimeMs <= until) return true;
  if (!here.isDirectory()) return false;
  for (const name of await readdir(path)) if (await wasChanged(join(path, name), mark)) return true;
  return false;
}
