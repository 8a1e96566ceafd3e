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
import { bundleName, planEgress, socketName } from './plan.ts';

export type { EgressDoor } from './door.ts';
export { type EgressPlan, insideDirectory, planEgress } from './plan.ts';

/** What container calls reach the network through. */
export interface Egress {
  /** Makes `directory`, which must not exist, for a container with these grants. */
  prepare(grants: Grants, directory: string): Promise<void>;
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
  /** Roots to check servers against, as PEM; the usual ones where there are none. */
  readonly roots?: readonly string[];
}

/** Makes the egress; nothing is opened before the first call. */
export function createEgress({ clock, secrets, ...options }: EgressOptions): Egress {
  const { resolve = resolveName, limits = egressLimits, roots = [] } = options;
  let made: Authority | undefined;
  const authority = () => {
    made ??= createAuthority(() => clock.now());
    return made;
  };
  return {
    prepare: async ({ inject }, directory) => {
      await mkdir(directory);
      // The mask of the process must not keep the user inside out.
      await chmod(directory, 0o755);
      if (inject.length === 0) return;
      const bundle = join(directory, bundleName);
      await writeFile(bundle, [authority().bundle, ...roots].join('\n'), { flag: 'wx' });
      await chmod(bundle, 0o444);
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
