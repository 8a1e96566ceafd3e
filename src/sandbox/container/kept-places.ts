// Mounts that keep closed and unwritten places where they are: nobody makes them, and nobody moves them away.

import { dirname } from 'node:path';
import { hasGlob } from '../../kernel/path-patterns.ts';
import { isWithin } from '../../kernel/private-places.ts';
import type { PlannedMount } from './mount-plan.ts';
import { absoluteOf, realPathOf, targetOf, whatIsAt, wholeDirectoryOf, withAncestors } from './places.ts';

/**
 * The directories between what may be written and what is closed or read-only in it. Linux renames the directory above a
 * mount, but no mount: each becomes one, so that nobody moves a closed place to where no rule names it.
 */
export function pinnedAbove(
  mounts: readonly PlannedMount[],
  writable: readonly string[],
  workspace: string,
): readonly PlannedMount[] {
  const accessOf = new Map(mounts.map(({ source, access }) => [source, access]));
  const above = mounts
    .filter(({ access }) => access !== 'write')
    .flatMap(({ source }) => withAncestors(dirname(source)))
    .filter((path) => !accessOf.has(path) && writable.some((root) => isWithin(path, root)));
  const accessAt = (path: string) => accessOf.get(withAncestors(path).find((place) => accessOf.has(place)) ?? '');
  return [...new Set(above)]
    .filter((path) => accessAt(path) === 'write')
    .map((source) => {
      const target = targetOf(source, workspace);
      return { source, target, access: 'write', kind: 'directory', isAbsent: false, copy: null };
    });
}

/** Exceptions named exactly, of which nothing is there yet: a closed place stands in for them, so that nobody makes them. */
export async function absentFrozen(
  patterns: readonly string[],
  writable: readonly string[],
  workspace: string,
): Promise<readonly PlannedMount[]> {
  const mounts: PlannedMount[] = [];
  for (const pattern of patterns) {
    const directory = wholeDirectoryOf(absoluteOf(pattern, workspace));
    const source = directory ?? absoluteOf(pattern, workspace);
    if (hasGlob(source) || !writable.some((root) => isWithin(source, root))) continue;
    if ((await whatIsAt(source)) !== undefined || (await whatIsAt(dirname(source))) !== 'directory') continue;
    if ((await realPathOf(dirname(source))) !== dirname(source)) continue;
    const kind = directory === undefined ? 'file' : 'directory';
    mounts.push({ source, target: targetOf(source, workspace), access: 'closed', kind, isAbsent: true, copy: null });
  }
  return mounts;
}
