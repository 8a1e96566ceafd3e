// Everything on this machine that one call needs before its container, and taking it away again: the user inside, the
// places that had to be made, and the mounts.

import { promises as files } from 'node:fs';
import { type Identity, identityFor } from './identity.ts';
import { makeAbsent, type Unmake } from './make-absent.ts';
import { identitiesOf, type MountRequest, madeAgainstPolicy, planMounts } from './mount-plan.ts';
import { type StagedMount, stageMounts } from './staging.ts';

/** One call's places, ready for its container. */
export interface Prepared {
  readonly mounts: readonly StagedMount[];
  readonly inside: Identity;
  /** Paths that were made or replaced although the policy keeps them from being written; asked after the container is gone. */
  madeAgainstPolicy(): Promise<readonly string[]>;
  /** Takes everything away again. Never rejects. */
  release(): Promise<void>;
}

/**
 * Prepares one call. `directory` is for its mount points and must not exist yet.
 * @throws {Unmountable} if a grant cannot become a mount; then nothing is left behind.
 */
export async function prepare(request: MountRequest, kernel: Identity, directory: string): Promise<Prepared> {
  const { workspace } = request;
  const plan = await planMounts(request);
  const planned = plan.mounts;
  const { uid, gid } = await files.lstat(workspace);
  const inside = identityFor({ uid, gid }, kernel);
  const undo: Unmake[] = [];
  const release = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    for (const { source, kind, isAbsent } of planned) {
      if (isAbsent) undo.push(await makeAbsent(source, kind, workspace, { uid, gid }));
    }
    const before = await identitiesOf(planned);
    const isRoot = kernel.uid === 0;
    const staging = await stageMounts({
      mounts: planned,
      workspace,
      workspaceOwner: { uid, gid },
      inside,
      isRoot,
      directory,
    });
    undo.push(staging.release);
    return {
      mounts: staging.mounts,
      inside,
      madeAgainstPolicy: () => madeAgainstPolicy(request, plan, before),
      release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}
