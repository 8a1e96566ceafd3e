// What kernels left behind on this machine: removed at the start of the next one, or listed and removed when a person asks.

import { messageOf } from '../../kernel/checked.ts';
import type { Clock } from '../../kernel/ports.ts';
import { engineAt } from './engine.ts';
import { kernelIdentity } from './identity.ts';
import { usualRuntimeDirectory } from './runtime-directory.ts';
import { type FoundContainer, findContainers, type Swept, sweep } from './sweep.ts';
import { type ContainerPlaces, usualDockerSocket } from './usual-places.ts';

/** Where leftovers are looked for, and who says whether a kernel lives. */
export interface LeftoverSearch extends ContainerPlaces {
  readonly clock: Clock;
  /** Whether the kernel that gave this text as its `instance` still runs. */
  readonly isInstanceAlive: (instance: string) => boolean;
}

/** Removes containers and mounts of kernels that no longer live; for the start of a kernel. Never rejects. */
export function sweepLeftovers(search: LeftoverSearch): Promise<Swept> {
  const engine = engineAt(search.socketPath ?? usualDockerSocket, search.clock);
  const runtimeDirectory = search.runtimeDirectory ?? usualRuntimeDirectory(kernelIdentity().uid);
  return sweep({ engine, runtimeDirectory, isInstanceAlive: search.isInstanceAlive });
}

/** Containers of this project's kernels, those that carry all of `labels` (`name` or `name=value`). */
export interface ContainerSearch extends LeftoverSearch {
  readonly labels: readonly string[];
}

/** @throws {EngineError} if the engine does not answer. */
export function containersOnMachine(search: ContainerSearch): Promise<readonly FoundContainer[]> {
  const { clock, labels, isInstanceAlive } = search;
  const engine = engineAt(search.socketPath ?? usualDockerSocket, clock);
  return findContainers({ engine, labels, isInstanceAlive });
}

/**
 * Removes the found ones, running or not; of kernels that still run only with `alsoOwned`, and then their calls end.
 * @returns the names of those that are gone, and why others are not.
 */
export async function reapContainers(
  search: ContainerSearch,
  alsoOwned: boolean,
): Promise<{ readonly removed: readonly string[]; readonly faults: readonly string[] }> {
  const engine = engineAt(search.socketPath ?? usualDockerSocket, search.clock);
  const removed: string[] = [];
  const faults: string[] = [];
  for (const { name, isOwned } of await containersOnMachine(search)) {
    if (isOwned && !alsoOwned) continue;
    await engine.remove(name).then(
      () => removed.push(name),
      (error) => faults.push(`\`${name}\`: ${messageOf(error)}`),
    );
  }
  return { removed, faults };
}
