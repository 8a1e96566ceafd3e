// Turns the plan of a call into one that writes to copies: whatever was to be mounted writable is copied, and the copy is
// mounted in its place. All else of the plan stays as it is: what is read, what is closed, and where everything lies inside.

import { lchown, lstat, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isWithin } from '../../kernel/private-places.ts';
import type { PlannedMount } from '../container/mount-plan.ts';
import type { CallPlan } from '../container/prepare.ts';
import type { CopiedPlace } from './compare-copy.ts';
import { type Baseline, type CopyBudget, copyPlace, stampOf } from './copy-place.ts';
import type { PreviewLimits } from './limits.ts';

/** A plan of which nothing is written, and the places that are written instead. */
export interface PlanOnCopies {
  readonly plan: CallPlan;
  readonly places: readonly CopiedPlace[];
}

/**
 * Copies into `directory`, which is empty.
 * @throws {NoPreview} if something cannot be copied, or is too much.
 */
export async function planOnCopies(plan: CallPlan, directory: string, limits: PreviewLimits): Promise<PlanOnCopies> {
  const { mounts } = plan.mountPlan;
  const writable = mounts.filter(({ access }) => access === 'write');
  const isInner = ({ source }: PlannedMount) =>
    writable.some((outer) => outer.source !== source && isWithin(source, outer.source));
  const budget: CopyBudget = { entriesLeft: limits.copiedEntries, bytesLeft: limits.copiedBytes };
  const places: CopiedPlace[] = [];
  for (const mount of writable) {
    if (isInner(mount)) continue;
    const copy = join(directory, String(places.length));
    const original = mount.source;
    const closed = closedIn(original, mounts);
    const baseline = mount.isAbsent
      ? await standIn(copy, mount, plan)
      : await copyPlace({ original, copy, closed, budget });
    places.push({ original, copy, baseline });
  }
  const onCopies: PlannedMount[] = [];
  for (const mount of mounts) {
    const place = places.find(({ original }) => isWithin(mount.source, original));
    if (place === undefined) onCopies.push(mount);
    else if (mount.access !== 'write') onCopies.push({ ...mount, isAbsent: false });
    // What is not there yet can be made in the copy around it.
    else if (!mount.isAbsent || mount.source === place.original) {
      onCopies.push({ ...mount, copy: join(place.copy, mount.source.slice(place.original.length)) });
    }
  }
  return { plan: { ...plan, mountPlan: { ...plan.mountPlan, mounts: onCopies } }, places };
}

/** What is mounted over a part of a place: it is not the call's to change, and its bytes are not needed. */
const closedIn = (place: string, mounts: readonly PlannedMount[]): ReadonlyMap<string, 'file' | 'directory'> =>
  new Map(
    mounts
      .filter(({ access, source }) => access !== 'write' && source !== place && isWithin(source, place))
      .map(({ source, kind }) => [source, kind]),
  );

/** Something empty, for a place that is not there yet. */
async function standIn(copy: string, { source, kind }: PlannedMount, { owner }: CallPlan): Promise<Baseline> {
  if (kind === 'directory') await mkdir(copy, { mode: 0o755 });
  else await writeFile(copy, '', { flag: 'wx', mode: 0o644 });
  if (process.getuid?.() === 0) await lchown(copy, owner.uid, owner.gid);
  const stamp = stampOf(await lstat(copy, { bigint: true }));
  return { copied: new Map(), ignored: new Set(), standIns: new Map([[source, stamp]]) };
}
