// What a call made or replaced in what it might write although exceptions cover it, as told by the files themselves.

import { exceptedPaths } from './exceptions.ts';
import type { MountPlan, MountRequest, PlannedMount } from './mount-plan.ts';
import { fileAt } from './places.ts';

/** Which file or directory a path stood for; another one under the same name is told apart. */
export type Identities = ReadonlyMap<string, string>;

/** What stands now at the places that stay closed or unwritten; for when all of them are there. */
export async function identitiesOf(mounts: readonly PlannedMount[]): Promise<Identities> {
  const kept = mounts.filter(({ access }) => access !== 'write').map(({ source }) => source);
  return new Map(await Promise.all(kept.map(async (path) => [path, await fileAt(path)] as const)));
}

/**
 * What was made or replaced inside what a call might write although exceptions cover it: asked when its container is gone.
 * Replaced, because a mount goes when its place is removed from outside, by another call for instance.
 * @throws {Unmountable} if there is too much to look through.
 */
export async function madeAgainstPolicy(
  request: MountRequest,
  plan: MountPlan,
  before: Identities,
): Promise<readonly string[]> {
  const patterns = request.grants.exceptWrite;
  const writable = plan.mounts.filter(({ access }) => access === 'write').map(({ source }) => source);
  const budget = { left: request.entriesMax };
  const now = await exceptedPaths(patterns, writable, request.workspace, budget, request.memory);
  // None was there when the call started: its plan would have been refused.
  const made: string[] = [...now.nameless];
  for (const path of now.paths) {
    const known = before.get(path);
    if (known === undefined ? !plan.frozen.has(path) : known !== (await fileAt(path))) made.push(path);
  }
  return made;
}
