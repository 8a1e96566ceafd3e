// Everything on this machine that a container needs before it is made, and taking it away again: the user inside, the
// places that had to be made, and the mounts. Planning only looks; furnishing changes, and undoes what it changed.

import { lstatSync } from 'node:fs';
import { type Identity, identityFor } from './identity.ts';
import type { Identities } from './made-against-policy.ts';
import { makeAbsent, type Unmake } from './make-absent.ts';
import { type MountPlan, type MountRequest, planMounts } from './mount-plan.ts';
import { fileAt } from './places.ts';
import { type StagedMount, stageMounts } from './staging.ts';

/** What a container for one call would hold, as things are now. */
export interface CallPlan {
  readonly request: MountRequest;
  readonly mountPlan: MountPlan;
  /** Of the workspace. */
  readonly owner: Identity;
  readonly inside: Identity;
}

/** Who this kernel is, and what the engine adds to the users and groups of containers. */
export interface Machine {
  readonly kernel: Identity;
  readonly shift: Identity;
}

/** The places of one container, until they are released. */
export interface Furnished {
  readonly mounts: readonly StagedMount[];
  /** Which file or directory stands behind each open mount. */
  readonly behind: Identities;
  /** Takes away what was made and left empty. Never rejects. */
  unmake(): Promise<void>;
  /** Undoes the mounts; after the container is gone. Never rejects. */
  release(): Promise<void>;
}

/** @throws {Unmountable} if a grant cannot become a mount. */
export async function planCall(request: MountRequest, kernel: Identity): Promise<CallPlan> {
  const mountPlan = await planMounts(request);
  const { uid, gid } = lstatSync(request.workspace);
  return { request, mountPlan, owner: { uid, gid }, inside: identityFor({ uid, gid }, kernel) };
}

/**
 * Makes what is missing and stages the mounts. `directory` is for the mount points and must not exist yet.
 * @throws {Unmountable} if that is not possible; then nothing is left behind.
 */
export async function furnish(plan: CallPlan, { kernel, shift }: Machine, directory: string): Promise<Furnished> {
  const { owner, inside } = plan;
  const { workspace } = plan.request;
  const undo: Unmake[] = [];
  const unmake = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    for (const { source, kind, isAbsent } of plan.mountPlan.mounts) {
      if (isAbsent) undo.push(await makeAbsent(source, kind, workspace, owner));
    }
    const staging = await stageMounts({
      mounts: plan.mountPlan.mounts,
      workspace,
      workspaceOwner: owner,
      shown: { uid: inside.uid + shift.uid, gid: inside.gid + shift.gid },
      isRoot: kernel.uid === 0,
      directory,
    });
    const behind = await behindMounts(staging.mounts, ({ bindFrom }) => bindFrom);
    return { mounts: staging.mounts, behind, unmake, release: staging.release };
  } catch (error) {
    await unmake();
    throw error;
  }
}

/** Whether the sources of a plan are still what stands behind the mounts of a container. */
export async function areSourcesUnchanged(plan: CallPlan, behind: Identities): Promise<boolean> {
  const now = await behindMounts(plan.mountPlan.mounts, ({ source }) => source);
  return now.size === behind.size && [...now].every(([target, identity]) => behind.get(target) === identity);
}

async function behindMounts<M extends { readonly access: string; readonly target: string }>(
  mounts: readonly M[],
  at: (mount: M) => string,
): Promise<Identities> {
  const open = mounts.filter(({ access }) => access !== 'closed');
  return new Map(await Promise.all(open.map(async (mount) => [mount.target, await fileAt(at(mount))] as const)));
}
