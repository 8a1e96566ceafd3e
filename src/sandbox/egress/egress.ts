// The network of container calls, from the kernel's side: makes the directory that a container sees, opens the door of one
// call in it, and takes everything away again. One authority for the process, made when a secret is first to be added.

import { chmod, mkdir, rmdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Secrets } from '../../kernel/ports.ts';
import type { Grants } from '../../kernel/types.ts';
import { compileConnectAccess } from '../connect-access.ts';
import { type Authority, createAuthority } from './authority.ts';
import { gatherConnections } from './connection-facts.ts';
import { type EgressDoor, openDoor } from './door.ts';
import { createInjector } from './injector.ts';
import { type ResolveName, resolveName } from './judged-addresses.ts';
import { type EgressLimits, egressLimits } from './limits.ts';
import { bundleName, type EgressPlan, planEgress, socketName } from './plan.ts';
import { findRelay } from './relay-binary.ts';
import { type Roots, readRoots } from './roots.ts';

export type { EgressDoor } from './door.ts';
export { type EgressPlan, insideDirectory, planEgress } from './plan.ts';
export { insideRelay } from './relay-binary.ts';

/** What one container needs to reach the network. */
export interface ContainerNetwork {
  readonly plan: EgressPlan;
  /** On this machine; mounted at `insideDirectory`. */
  readonly directory: string;
  /** On this machine; mounted at `insideRelay`. */
  readonly relay: string;
}

/** What container calls reach the network through. */
export interface Egress {
  /**
   * Makes `directory`, which must not exist, for a container with this plan, and gives the relay to be mounted in it.
   * Rejects, with nothing left, if that is not possible.
   */
  prepare(plan: EgressPlan, directory: string): Promise<ContainerNetwork>;
  /** Opens the door of one call; `signal` closes it. Rejects, with nothing opened, if a secret is not to be had. */
  open(grants: Grants, directory: string, signal: AbortSignal): Promise<EgressDoor>;
  /** Takes away what was made in `directory`, and it. Never rejects. */
  remove(directory: string): Promise<void>;
}

/** What the egress is made from. */
export interface EgressOptions {
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly resolve?: ResolveName;
  readonly limits?: EgressLimits;
  /** Roots to check servers against, as PEM; those of this machine where there are none. */
  readonly roots?: readonly string[];
}

/** Makes the egress; nothing is opened before the first call. */
export function createEgress({ clock, secrets, ...options }: EgressOptions): Egress {
  const { resolve = resolveName, limits = egressLimits } = options;
  let made: Authority | undefined;
  const authority = () => {
    made ??= createAuthority(() => clock.now());
    return made;
  };
  let read: Roots | undefined;
  const roots = () => {
    read ??= readRoots(options.roots ?? []);
    return read;
  };
  const placeBundle = async (path: string) => {
    await writeFile(path, [...roots().certificates, authority().certificate].join('\n'), { flag: 'wx' });
    await chmod(path, 0o444);
  };
  return {
    prepare: async (plan, directory) => {
      const relay = await findRelay();
      await mkdir(directory);
      try {
        // The mask of the process must not keep the user inside out.
        await chmod(directory, 0o755);
        if (plan.needsAuthority) await placeBundle(join(directory, bundleName));
        return { plan, directory, relay };
      } catch (error) {
        await removeEgressDirectory(directory);
        throw error;
      }
    },
    open: async (grants, directory, signal) => {
      const injector = await createInjector(grants.inject, secrets);
      const stop = new AbortController();
      const access = compileConnectAccess(grants);
      const facts = gatherConnections(limits);
      const passage = {
        access,
        resolve,
        injector,
        authority,
        facts,
        limits,
        roots,
        signal: AbortSignal.any([signal, stop.signal]),
      };
      return openDoor(directory, planEgress(grants), passage, stop);
    },
    remove: removeEgressDirectory,
  };
}

/** Takes away the directory of a door, also one of a kernel that died: two known files and nothing else. Never rejects. */
export async function removeEgressDirectory(directory: string): Promise<void> {
  for (const name of [socketName, bundleName]) await unlink(join(directory, name)).catch(() => 'it is not there');
  await rmdir(directory).catch(() => 'it is not there, or in use');
}
