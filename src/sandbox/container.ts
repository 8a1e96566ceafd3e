// The container sandbox: one fresh container per call, holding what the permit grants and nothing else, and gone after it.
// Order: redeem, prepare the mounts, run, see what was made, clean up. INVARIANT: whatever goes wrong before the container
// is started is `failed` with nothing run, and nothing of a call stays when its outcome is known.

import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../kernel/checked.ts';
import { Permit } from '../kernel/governed-call.ts';
import type { Clock, Executor } from '../kernel/ports.ts';
import type { Outcome, SealedAction } from '../kernel/types.ts';
import { readinessOf } from './container/availability.ts';
import { commandOf } from './container/command.ts';
import { disarm } from './container/disarm.ts';
import { notStarted } from './container/ended.ts';
import { engineAt } from './container/engine.ts';
import type { Identity } from './container/identity.ts';
import { realPathOf } from './container/places.ts';
import { type Prepared, prepare } from './container/prepare.ts';
import { type ContainerRun, runContainer } from './container/run-container.ts';
import {
  ensureClosedPlaces,
  ensureRuntimeDirectory,
  runtimeDirectoryOf,
  usualRuntimeDirectory,
} from './container/runtime-directory.ts';
import { settingsOf } from './container/settings.ts';
import { removeInstanceDirectory, type Swept, sweep } from './container/sweep.ts';
import { Unmountable } from './container/unmountable.ts';
import { walkEntriesMax } from './container/walk.ts';

/** The image that `scripts/sandbox-image.sh` builds. */
export const usualSandboxImage = 'sallyport-sandbox:latest';
/** Where a Docker engine listens unless told otherwise. */
export const usualDockerSocket = '/var/run/docker.sock';

/** Where the engine is, and where this machine keeps what calls need. */
export interface ContainerPlaces {
  readonly socketPath?: string;
  readonly runtimeDirectory?: string;
}

/** What a container executor is made from. */
export interface ContainerExecutorOptions extends ContainerPlaces {
  readonly image?: string;
  readonly clock: Clock;
  /** Text by which others can find out whether this kernel still lives; one executor for each. */
  readonly instance: string;
  /** Absolute paths that no container sees, whatever was granted: the state home above all. */
  readonly privateDirectories: readonly string[];
}

/** An executor for `container` tools. */
export interface ContainerExecutor extends Executor {
  /** Ends what runs, waits for it, and removes what this instance had on this machine. */
  close(): Promise<void>;
}

/** Removing takes 10 to 60 ms; an engine that takes longer goes on with it while the outcome is told. */
const removeMs = 2_000;

interface PreparedCall {
  readonly prepared: Prepared;
  readonly run: ContainerRun;
}

const kernelIdentity = (): Identity => ({ uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 });

/**
 * Makes the executor; the engine is not asked anything before the first call.
 * @throws {RangeError} if `instance` is too long to name a directory after it.
 */
export function createContainerExecutor(options: ContainerExecutorOptions): ContainerExecutor {
  const { clock, instance, privateDirectories } = options;
  const { image = usualSandboxImage, socketPath = usualDockerSocket } = options;
  const kernel = kernelIdentity();
  const runtimeDirectory = options.runtimeDirectory ?? usualRuntimeDirectory(kernel.uid);
  const ownDirectory = runtimeDirectoryOf(runtimeDirectory, instance);
  const engine = engineAt(socketPath, clock);
  const readiness = readinessOf(engine, image, socketPath, clock);
  const closing = new AbortController();
  const running = new Set<Promise<Outcome>>();
  const unremoved = new Set<string>();

  const remove = async (container: string) => {
    unremoved.add(container);
    await engine.remove(container).then(
      () => unremoved.delete(container),
      () => 'it stays in the list, and is tried again with the next call',
    );
  };

  const prepareCall = async (sealed: SealedAction): Promise<PreparedCall> => {
    const { action, decision, digest } = sealed;
    const { grants } = decision;
    if (closing.signal.aborted) throw new Unmountable('the sandbox is being closed');
    if (grants.connect.length > 0 || grants.secrets.length > 0) throw new Unmountable(noNetworkYet);
    const ready = await readiness();
    if (ready.kind === 'missing') throw new Unmountable(ready.because);
    const command = commandOf(action.args);
    const own = await ensureRuntimeDirectory(runtimeDirectory, instance);
    const closed = await ensureClosedPlaces(own);
    const privatePaths = await spelledBothWays([...privateDirectories, socketPath, runtimeDirectory]);
    const callId = randomBytes(8).toString('hex');
    const request = { grants, workspace: action.workspace, privatePaths, entriesMax: walkEntriesMax };
    const prepared = await prepare(request, kernel, join(own, callId));
    const settings = settingsOf({
      imageId: ready.imageId,
      command,
      limits: grants.limits,
      inside: prepared.inside,
      mounts: prepared.mounts,
      closed,
      instance,
      callId,
      digest,
      cpusMax: availableParallelism(),
    });
    const facts = { image: ready.imageId, container: settings.name, user: settings.User };
    return { prepared, run: { engine, clock, settings, stdin: command.stdin, limits: grants.limits, facts } };
  };

  const runCall = async (sealed: SealedAction, signal: AbortSignal): Promise<Outcome> => {
    let call: PreparedCall;
    try {
      call = await prepareCall(sealed);
    } catch (error) {
      return notStarted(`the container was not started: ${messageOf(error)}`);
    }
    const beganAt = clock.now();
    const outcome = await runContainer(call.run, signal);
    const waited = new AbortController();
    await Promise.race([remove(call.run.settings.name), clock.sleep(removeMs, waited.signal)]);
    waited.abort();
    const judged = await judgedByWhatWasMade(outcome, call.prepared, beganAt);
    await call.prepared.release();
    return judged;
  };

  return {
    sandbox: 'container',
    availability: async () => {
      const found = await readiness();
      return found.kind === 'ready' ? { kind: 'ready' } : found;
    },
    execute: async (permit, signal) => {
      const sealed = Permit.redeem(permit);
      for (const container of unremoved) remove(container);
      const outcome = runCall(sealed, AbortSignal.any([signal, closing.signal]));
      running.add(outcome);
      return outcome.finally(() => running.delete(outcome));
    },
    close: async () => {
      closing.abort();
      await Promise.all(running);
      await Promise.all([...unremoved].map(remove));
      await removeInstanceDirectory(ownDirectory);
    },
  };
}

const noNetworkYet =
  'a command in a container gets neither network nor secrets; use the tool `http` for the connection, or take the grant away';

/** A path and its real path, so that a private place is private under both. */
async function spelledBothWays(paths: readonly string[]): Promise<readonly string[]> {
  const real = await Promise.all(paths.map(realPathOf));
  return [...new Set([...paths, ...real.filter((path) => path !== undefined)])];
}

/** A call that made what the policy keeps from being written, or a setuid file, has failed, whatever its command says. */
async function judgedByWhatWasMade(outcome: Outcome, prepared: Prepared, beganAt: number): Promise<Outcome> {
  try {
    const writable = prepared.mounts.filter(({ access }) => access === 'write').map(({ source }) => source);
    const disarmed = await disarm(writable, beganAt);
    if (outcome.kind === 'unknown') return outcome;
    const made = await prepared.madeAgainstPolicy();
    const faults = [
      outcome.kind === 'failed' ? outcome.because : '',
      made.length === 0
        ? ''
        : `${named(made)} was made or replaced while it ran, which the policy does not allow: look at it`,
      disarmed.length === 0 ? '' : `it made ${named(disarmed)} setuid or setgid, and the bit was taken away again`,
    ].filter((fault) => fault !== '');
    return faults.length === 0 ? outcome : { ...outcome, kind: 'failed', because: faults.join('; ') };
  } catch (error) {
    const because = `the command ended, and whether it made what the policy forbids is not known: ${messageOf(error)}`;
    return { kind: 'unknown', because, facts: outcome.facts };
  }
}

/** A few of the paths, for a person. */
const named = (paths: readonly string[]): string =>
  `\`${paths.slice(0, 20).join('`, `')}\`${paths.length > 20 ? ` and ${paths.length - 20} more` : ''}`;

/** Where leftovers are looked for, and who says whether a kernel lives. */
export interface LeftoverSearch extends ContainerPlaces {
  readonly clock: Clock;
  /** Whether the kernel that gave this text as its `instance` still runs. */
  readonly isInstanceAlive: (instance: string) => boolean;
}

/** Removes containers and mounts of kernels that no longer live; for the start of a kernel. Never rejects. */
export function sweepLeftovers(search: LeftoverSearch): Promise<Swept> {
  const engine = engineAt(search.socketPath ?? usualDockerSocket, search.clock);
  const runtimeDirectory = search.runtimeDirectory ?? usualRuntimeDirectory(kernelIdentity().uid);
  return sweep({ engine, runtimeDirectory, isInstanceAlive: search.isInstanceAlive });
}
