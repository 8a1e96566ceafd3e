// Everything the engine is told about one container. Pure. INVARIANT: no network, no capabilities, no new privileges, a
// user who is not root, a read-only root, limits on everything, and of this machine only the mounts handed in.

import type Docker from 'dockerode';
import type { SandboxLimits } from '../../kernel/types.ts';
import type { ContainerCommand } from './command.ts';
import type { Identity } from './identity.ts';
import { workspaceTarget } from './places.ts';
import type { ClosedPlaces } from './runtime-directory.ts';
import type { StagedMount } from './staging.ts';

/** Labels by which a sweep finds what a kernel left behind. */
export const labels = Object.freeze({
  mark: 'sallyport',
  instance: 'sallyport.instance',
  call: 'sallyport.call',
  digest: 'sallyport.digest',
});

/** What one container is made from. */
export interface ContainerPlan {
  readonly imageId: string;
  readonly command: ContainerCommand;
  readonly limits: SandboxLimits;
  readonly inside: Identity;
  readonly mounts: readonly StagedMount[];
  readonly closed: ClosedPlaces;
  readonly instance: string;
  readonly callId: string;
  /** Of the sealed action, so that a container can be traced to its record. */
  readonly digest: string;
  /** Processors the engine has; it refuses a share of more. */
  readonly cpusMax: number;
}

/** What the engine is asked to create, with the name by which the container is removed again. */
export type ContainerSettings = Docker.ContainerCreateOptions & { readonly name: string; readonly User: string };

/** The environment of every container, whole. */
export const environment = Object.freeze([
  'PATH=/usr/local/bin:/usr/bin:/bin',
  'HOME=/tmp',
  'LANG=C.UTF-8',
  'TZ=UTC',
  'TERM=dumb',
]);

const mebibyte = 1_048_576;
/** Bytes of the largest file a call may write: room for a build, and not a full disk at once. */
const fileBytesMax = 1_024 * mebibyte;
const openFilesMax = 1_024;

/** The body of the engine's `create`. */
export function settingsOf(plan: ContainerPlan): ContainerSettings {
  const { limits, command, inside } = plan;
  const memory = Math.round(limits.memoryMiB * mebibyte);
  const hasStdin = command.stdin !== undefined;
  const hasOwnTmp = plan.mounts.some(({ target }) => target === '/tmp');
  return {
    name: `sallyport-${plan.callId}`,
    Image: plan.imageId,
    Entrypoint: [],
    Cmd: [...command.argv],
    User: `${inside.uid}:${inside.gid}`,
    Env: [...environment],
    WorkingDir: workspaceTarget,
    Hostname: 'sandbox',
    Tty: false,
    AttachStdin: hasStdin,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: hasStdin,
    StdinOnce: hasStdin,
    Labels: {
      [labels.mark]: '1',
      [labels.instance]: plan.instance,
      [labels.call]: plan.callId,
      [labels.digest]: plan.digest,
    },
    HostConfig: {
      NetworkMode: 'none',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      Privileged: false,
      Init: true,
      IpcMode: 'private',
      ShmSize: 16 * mebibyte,
      // Half of the memory, because what lies there counts as memory too.
      Tmpfs: hasOwnTmp ? {} : { '/tmp': `rw,exec,nosuid,nodev,mode=1777,size=${Math.floor(memory / 2)}` },
      Mounts: plan.mounts.map((mount) => mountSettings(mount, plan.closed)),
      PidsLimit: Math.max(1, Math.floor(limits.pids)),
      Memory: memory,
      MemorySwap: memory,
      NanoCpus: Math.round(Math.min(limits.cpus, plan.cpusMax) * 1_000_000_000),
      Ulimits: [
        { Name: 'nofile', Soft: openFilesMax, Hard: openFilesMax },
        { Name: 'fsize', Soft: fileBytesMax, Hard: fileBytesMax },
        { Name: 'core', Soft: 0, Hard: 0 },
      ],
      LogConfig: { Type: 'none', Config: {} },
      AutoRemove: false,
      RestartPolicy: { Name: 'no' },
    },
  };
}

function mountSettings(mount: StagedMount, closed: ClosedPlaces): Docker.MountSettings {
  // Without `NonRecursive` other file systems below would come along, and writable ones stay writable.
  const BindOptions = { Propagation: 'rprivate' as const, NonRecursive: true };
  return {
    Type: 'bind',
    Source: mount.access === 'closed' ? closed[mount.kind] : mount.bindFrom,
    Target: mount.target,
    ReadOnly: mount.access !== 'write',
    BindOptions,
  };
}
