// Cleans up behind kernels that were killed: their containers and the mounts of their calls. An instance that lives, and
// whatever does not carry this project's labels, is never touched.

import { promises as files } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../kernel/checked.ts';
import { removeEgressDirectory } from '../egress/egress.ts';
import type { Engine } from './engine.ts';
import { directoryNameOf, egressSuffix, instanceOf, removeEmpty } from './runtime-directory.ts';
import { labels } from './settings.ts';
import { unmountBelow } from './staging.ts';

/** What a sweep did. */
export interface Swept {
  readonly containers: number;
  readonly directories: number;
  /** What could not be removed, and why; empty if all is clean. */
  readonly faults: readonly string[];
}

/** What a sweep looks through, and whom it spares. */
export interface SweepRequest {
  readonly engine: Engine;
  readonly runtimeDirectory: string;
  readonly isInstanceAlive: (instance: string) => boolean;
}

/** A container of a kernel, seen from outside. */
export interface FoundContainer {
  readonly name: string;
  readonly state: string;
  readonly createdAt: number;
  readonly instance: string;
  /** Whether its kernel still runs. */
  readonly isOwned: boolean;
}

/** Which containers are meant: those with all of the labels, besides the one that all have. */
export interface ContainerFilter {
  readonly engine: Engine;
  readonly labels: readonly string[];
  readonly isInstanceAlive: (instance: string) => boolean;
}

/** @throws {EngineError} if the engine does not answer. */
export async function findContainers(filter: ContainerFilter): Promise<readonly FoundContainer[]> {
  const found = await filter.engine.list(labels.instance, ...filter.labels);
  return found.map(({ name, state, createdAt, labels: carried }) => {
    const instance = carried[labels.instance] ?? '';
    return { name, state, createdAt, instance, isOwned: filter.isInstanceAlive(instance) };
  });
}

/** Removes what dead instances left. Never rejects: what it could not do is in `faults`. */
export async function sweep({ engine, runtimeDirectory, isInstanceAlive }: SweepRequest): Promise<Swept> {
  const faults: string[] = [];
  const attempt = async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      faults.push(messageOf(error));
      return false;
    }
  };
  let containers = 0;
  await attempt(async () => {
    for (const { id, labels: found } of await engine.list(labels.instance)) {
      const instance = found[labels.instance];
      if (instance === undefined || isInstanceAlive(instance)) continue;
      if (await attempt(() => engine.remove(id))) containers += 1;
    }
  });
  let directories = 0;
  for (const name of await files.readdir(runtimeDirectory).catch(() => [])) {
    const instance = instanceOf(name);
    if (directoryNameOf(instance) !== name || isInstanceAlive(instance)) continue;
    if (await attempt(() => removeInstanceDirectory(join(runtimeDirectory, name)))) directories += 1;
  }
  return { containers, directories, faults };
}

/** Unmounts and removes everything one instance had below its directory. */
export async function removeInstanceDirectory(directory: string): Promise<void> {
  await unmountBelow(directory);
  const entries = await files.readdir(directory, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.isDirectory())
      await (entry.name.endsWith(egressSuffix) ? removeEgressDirectory(path) : removeEmpty(path));
  }
  await removeEmpty(directory);
}
