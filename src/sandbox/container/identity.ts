// Who runs inside, and how the operator's files come to be theirs: never root, and files come out owned by the operator.

import type { Stats } from 'node:fs';

/** A user and a group. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** Who this process runs as. */
export const kernelIdentity = (): Identity => ({ uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 });

/** The user `agent` of the sandbox image. */
export const agentIdentity: Identity = Object.freeze({ uid: 10_001, gid: 10_001 });

/**
 * Who a container runs as. A kernel without root rights can only hand on its own; a kernel with them takes the owner of the
 * workspace, and the agent's in place of root's.
 */
export function identityFor(workspace: Pick<Stats, 'uid' | 'gid'>, kernel: Identity): Identity {
  if (kernel.uid !== 0) return kernel;
  return {
    uid: workspace.uid === 0 ? agentIdentity.uid : workspace.uid,
    gid: workspace.gid === 0 ? agentIdentity.gid : workspace.gid,
  };
}
