// What an engine says of itself that decides whether a container of it is one of ours: who its users are on this machine, and
// whether it can hold containers to their limits at all. One without root rights often cannot.

import { z } from 'zod';
import type { Identity } from './identity.ts';

const answer = z.object({
  SecurityOptions: z.array(z.string()).nullish(),
  DockerRootDir: z.string(),
  MemoryLimit: z.boolean(),
  PidsLimit: z.boolean(),
});

/**
 * What is added to users and groups of containers to get those of this machine: nothing, but with `userns-remap`.
 * @throws {Error} if the engine cannot limit containers, or its answer makes no sense.
 */
export function userShiftOf(told: unknown): Identity {
  const read = answer.safeParse(told);
  if (!read.success) throw new Error('its answer makes no sense');
  const { SecurityOptions, DockerRootDir, MemoryLimit, PidsLimit } = read.data;
  if (!MemoryLimit || !PidsLimit) {
    throw new Error(
      'it cannot limit memory and processes of containers; a rootless one needs cgroup v2 with these delegated to its user',
    );
  }
  if (!(SecurityOptions ?? []).includes('name=userns')) return { uid: 0, gid: 0 };
  // Such an engine keeps its containers in a directory that is named after the first user and group it maps to.
  const [, uid, gid] = /\/(\d+)\.(\d+)$/.exec(DockerRootDir) ?? [];
  if (uid === undefined || gid === undefined)
    throw new Error('it maps users (`userns-remap`), and did not say to which');
  return { uid: Number(uid), gid: Number(gid) };
}
