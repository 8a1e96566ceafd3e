// What a waiting container is made of, as one text: two calls whose texts are equal can take the same container. It is made
// of the plan as it is on disk now, closed places included: where a file appears that a rule closes, the text is another.

import { createHash } from 'node:crypto';
import type { ContainerRuntime, SandboxLimits } from '../../kernel/types.ts';
import type { EgressPlan } from '../egress/egress.ts';
import type { CallPlan } from './prepare.ts';

/** Everything that makes a container. */
export interface ProfileParts {
  readonly imageId: string;
  readonly runtime: ContainerRuntime;
  /** Only those that the container has; time and output are the job's. */
  readonly limits: SandboxLimits;
  readonly plan: CallPlan;
  readonly script: string | null;
  readonly network: EgressPlan;
}

/** Digest of the parts. */
export function profileOf({ imageId, runtime, limits, plan, script, network }: ProfileParts): string {
  const { memoryMiB, pids, cpus } = limits;
  const { owner, inside, request } = plan;
  const mounts = plan.mountPlan.mounts.map(({ source, target, access, kind, isAbsent, copy }) => [
    source,
    target,
    access,
    kind,
    isAbsent,
    copy,
  ]);
  const parts = [
    imageId,
    runtime,
    [memoryMiB, pids, cpus],
    [owner, inside],
    request.workspace,
    mounts,
    script,
    network,
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/**
 * Whether a container may wait for this call. One that needs places made first may not: they would lie in the workspace
 * although nobody called. Nor may one on copies, which belong to one call. One of gVisor may not where something is closed or
 * frozen: whether that is still in place when files were replaced outside, nobody inside can see.
 */
export function canWait({ plan, runtime }: Pick<ProfileParts, 'plan' | 'runtime'>): boolean {
  const { mounts, frozen } = plan.mountPlan;
  if (mounts.some(({ isAbsent, copy }) => isAbsent || copy !== null)) return false;
  return runtime === 'runc' || (frozen.size === 0 && mounts.every(({ access }) => access !== 'closed'));
}
