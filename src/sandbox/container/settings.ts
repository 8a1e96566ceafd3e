// Everything the engine is told about one container. Pure. INVARIANT: no network but its own loopback, no capabilities, no new privileges, a
// user who is not root, a read-only root, few system calls, limits on everything, and of this machine only the mounts
// handed in.

import type Docker from 'dockerode';
import type { ContainerRuntime, SandboxLimits } from '../../kernel/types.ts';
import { type ContainerNetwork, insideDirectory, insideRelay } from '../egress/egress.ts';
import { behindRelay } from '../egress/with-door.ts';
import type { ContainerCommand } from './command.ts';
import type { Identity } from './identity.ts';
import { workspaceTarget } from './places.ts';
import type { ClosedPlaces } from './runtime-directory.ts';
import { scriptTarget } from './script-places.ts';
import type { StagedMount } from './staging.ts';

/** Labels by which a sweep finds what a kernel left behind. */
export const labels = Object.freeze({
  mark: 'sallyport',
  instance: 'sallyport.instance',
  call: 'sallyport.call',
});

/** What runs first inside: the command itself, or PID 1 that waits for it (`init`: where that lies on this machine). */
export type FirstProgram =
  | { readonly kind: 'command'; readonly command: ContainerCommand }
  | { readonly kind: 'waiting'; readonly init: string };

/** What one container is made from. */
export interface ContainerPlan {
  readonly imageId: string;
  readonly runtime: ContainerRuntime;
  readonly first: FirstProgram;
  readonly limits: SandboxLimits;
  readonly inside: Identity;
  readonly mounts: readonly StagedMount[];
  /** How loopback leads to the egress proxy; undefined where nothing of the network is granted. */
  readonly network: ContainerNetwork | undefined;
  /** Directory with the files of the script that runs; null for a command. */
  readonly script: string | null;
  readonly closed: ClosedPlaces;
  readonly instance: string;
  readonly callId: string;
  /** As `seccompProfile` reads it. */
  readonly seccomp: string;
  /** As `maskedPaths` gives them. */
  readonly masked: readonly string[];
  /** Processors the engine has; it refuses a share of more. */
  readonly cpusMax: number;
}

/** What the engine is asked to create, with the name by which the container is removed again. */
export type ContainerSettings = Docker.ContainerCreateOptions & { readonly name: string; readonly User: string };

/** Where PID 1 of a waiting container lies inside. */
const initTarget = '/run/sallyport-init';

const hostname = 'sandbox';

/** The environment of every container, whole; the engine adds the last by itself where it starts the command. */
export const environment = Object.freeze([
  'PATH=/usr/local/bin:/usr/bin:/bin',
  'HOME=/tmp',
  'LANG=C.UTF-8',
  'TZ=UTC',
  'TERM=dumb',
  `HOSTNAME=${hostname}`,
]);

const mebibyte = 1_048_576;
/** Bytes of the largest file a call may write: room for a build, and not a full disk at once. */
const fileBytesMax = 1_024 * mebibyte;
const openFilesMax = 1_024;

/** The body of the engine's `create`. */
export function settingsOf(plan: ContainerPlan): ContainerSettings {
  const { limits, first, inside, network } = plan;
  const memory = Math.round(limits.memoryMiB * mebibyte);
  const isWaiting = first.kind === 'waiting';
  const hasStdin = isWaiting || first.command.stdin !== undefined;
  const hasOwnTmp = plan.mounts.some(({ target }) => target === '/tmp');
  return {
    name: `sallyport-${plan.callId}`,
    Image: plan.imageId,
    Entrypoint: [],
    Cmd: isWaiting ? [initTarget] : wordsOf(first.command, network),
    User: `${inside.uid}:${inside.gid}`,
    Env: [...environmentOf(network)],
    WorkingDir: workspaceTarget,
    Hostname: hostname,
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
    },
    HostConfig: {
      ...(plan.runtime === 'runc' ? {} : { Runtime: plan.runtime }),
      NetworkMode: 'none',
      // Nobody answers there; without it the engine shows which name servers this machine asks, and for which domains.
      Dns: ['127.0.0.1'],
      DnsSearch: ['.'],
      DnsOptions: ['attempts:1'],
      ...(network === undefined ? {} : networkSettings(network)),
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true', `seccomp=${plan.seccomp}`],
      MaskedPaths: [...plan.masked],
      Privileged: false,
      Init: !isWaiting,
      IpcMode: 'private',
      ShmSize: 16 * mebibyte,
      // Half of the memory, because what lies there counts as memory too.
      Tmpfs: hasOwnTmp ? {} : { '/tmp': `rw,exec,nosuid,nodev,mode=1777,size=${Math.floor(memory / 2)}` },
      Mounts: [
        ...plan.mounts.map((mount) => mountSettings(mount, plan.closed)),
        ...(isWaiting ? [bound(first.init, initTarget, true)] : []),
        ...(plan.script === null ? [] : [bound(plan.script, scriptTarget, true)]),
        ...(network === undefined ? [] : [bound(network.directory, insideDirectory, true)]),
        ...(network === undefined ? [] : [bound(network.relay, insideRelay, true)]),
      ],
      // One more for the first process, which is not the call's, and one for the relay.
      PidsLimit: Math.max(1, Math.floor(limits.pids)) + (network === undefined ? 1 : 2),
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

/** The environment of a command, whole. */
export const environmentOf = (network: ContainerNetwork | undefined): readonly string[] => [
  ...environment,
  ...(network?.plan.environment ?? []),
];

/** The words of a command, with what has to run before it. */
export const wordsOf = ({ argv }: ContainerCommand, network: ContainerNetwork | undefined): string[] =>
  network === undefined ? [...argv] : [...behindRelay(network, argv)];

/** Names that lead to listeners; and these may be on ports that need rights elsewhere. */
const networkSettings = ({ plan }: ContainerNetwork) => ({
  ExtraHosts: [...plan.extraHosts],
  Sysctls: { 'net.ipv4.ip_unprivileged_port_start': '0' },
});

const mountSettings = (mount: StagedMount, closed: ClosedPlaces): Docker.MountSettings =>
  bound(mount.access === 'closed' ? closed[mount.kind] : mount.bindFrom, mount.target, mount.access !== 'write');

function bound(source: string, target: string, isReadOnly: boolean): Docker.MountSettings {
  // Without `NonRecursive` other file systems below would come along, and writable ones stay writable.
  const BindOptions = { Propagation: 'rprivate' as const, NonRecursive: true };
  return { Type: 'bind', Source: source, Target: target, ReadOnly: isReadOnly, BindOptions };
}
