// Makes the containers of one instance: the places on this machine, the settings, the engine. Whoever takes one gives it
// back to `dispose`, which removes the container and then its mounts.

import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../kernel/ports.ts';
import type { ContainerRuntime, SandboxLimits } from '../../kernel/types.ts';
import type { ContainerNetwork, Egress, EgressPlan } from '../egress/egress.ts';
import type { ContainerCommand } from './command.ts';
import type { Engine } from './engine.ts';
import type { Identity } from './identity.ts';
import { maskedPaths } from './masked-paths.ts';
import { type CallPlan, type Furnished, furnish } from './prepare.ts';
import { type ClosedPlaces, egressSuffix, ensureClosedPlaces, ensureRuntimeDirectory } from './runtime-directory.ts';
import { seccompProfile } from './seccomp.ts';
import { type ContainerSettings, type FirstProgram, settingsOf } from './settings.ts';
import { type Ready, startWaiting } from './waiting-container.ts';

/** What one container is made for. */
export interface ContainerRequest {
  readonly imageId: string;
  readonly runtime: ContainerRuntime;
  readonly limits: SandboxLimits;
  readonly plan: CallPlan;
  /** Directory with the files of the script that runs; null for a command. */
  readonly script: string | null;
  readonly network: EgressPlan;
}

/** A container that is not made yet, with everything on this machine in place for it. */
export interface Furnishing {
  readonly settings: ContainerSettings;
  readonly furnished: Furnished;
  /** undefined where nothing of the network is granted. */
  readonly network: ContainerNetwork | undefined;
}

/** A container that waits, and what it stands on. */
export interface Waiting extends Furnishing, Ready {}

/** Makes and removes the containers of one instance. */
export interface ContainerMaker {
  /** Whether containers can wait on this machine: PID 1 was compiled. */
  canWait(): Promise<boolean>;
  /** @throws {Error} if it could not be made; then nothing is left of it but what `dispose` tries again to remove. */
  makeWaiting(request: ContainerRequest, signal: AbortSignal): Promise<Waiting>;
  /** For a container that starts with its command. @throws {Unmountable} */
  furnishFor(request: ContainerRequest, command: ContainerCommand): Promise<Furnishing>;
  /** Removes the container, then its mounts. Never rejects; what the engine refuses is tried again with the next one. */
  dispose(furnishing: Furnishing): Promise<void>;
  /** Waits for what is being removed, and tries the rest once more. */
  settle(): Promise<void>;
}

/** What a maker needs. */
export interface MakerOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly kernel: Identity;
  readonly runtimeDirectory: string;
  readonly instance: string;
  readonly egress: Egress;
  /** Where PID 1 of waiting containers is; undefined where there is none. */
  readonly findInit: () => Promise<string | undefined>;
}

interface Places {
  readonly own: string;
  readonly closed: ClosedPlaces;
  readonly init: string | undefined;
}

export function createContainerMaker(options: MakerOptions): ContainerMaker {
  const { engine, clock, kernel, runtimeDirectory, instance, egress, findInit } = options;
  const unremoved = new Map<string, Furnishing>();
  const removing = new Set<Promise<void>>();
  let known: Promise<Places> | undefined;
  let shift: Promise<Identity> | undefined;

  const places = (): Promise<Places> => {
    known ??= (async () => {
      const own = await ensureRuntimeDirectory(runtimeDirectory, instance);
      return { own, closed: await ensureClosedPlaces(own), init: await findInit() };
    })();
    known.catch(() => {
      known = undefined;
    });
    return known;
  };

  const userShift = (): Promise<Identity> => {
    shift ??= engine.userShift();
    shift.catch(() => {
      shift = undefined;
    });
    return shift;
  };

  const furnishWith = async (request: ContainerRequest, first: FirstProgram): Promise<Furnishing> => {
    const { imageId, runtime, limits, plan, script } = request;
    const { own, closed } = await places();
    const machine = { kernel, shift: await userShift() };
    const callId = randomBytes(8).toString('hex');
    const furnished = await furnish(plan, machine, join(own, callId));
    const network = await networkFor(request, own, callId).catch(async (error) => {
      await furnished.unmake();
      await furnished.release();
      throw error;
    });
    const settings = settingsOf({
      imageId,
      runtime,
      first,
      limits,
      inside: plan.inside,
      mounts: furnished.mounts,
      network,
      script,
      closed,
      instance,
      callId,
      seccomp: seccompProfile(),
      masked: maskedPaths(),
      cpusMax: availableParallelism(),
    });
    return { settings, furnished, network };
  };

  const networkFor = async (
    { network }: ContainerRequest,
    own: string,
    callId: string,
  ): Promise<ContainerNetwork | undefined> =>
    network.isNeeded ? egress.prepare(network, join(own, `${callId}${egressSuffix}`)) : undefined;

  const remove = async (furnishing: Furnishing): Promise<void> => {
    const { name } = furnishing.settings;
    unremoved.set(name, furnishing);
    try {
      await engine.remove(name);
    } catch {
      // It stays in the list, with its mounts.
      return;
    }
    unremoved.delete(name);
    await furnishing.furnished.release();
    if (furnishing.network !== undefined) await egress.remove(furnishing.network.directory);
  };

  const dispose = (furnishing: Furnishing): Promise<void> => {
    const all = [...unremoved.values(), furnishing];
    unremoved.clear();
    const work = Promise.all(all.map(remove)).then(() => {});
    removing.add(work);
    return work.finally(() => removing.delete(work));
  };

  return {
    canWait: async () => (await places()).init !== undefined,
    makeWaiting: async (request, signal) => {
      const { init } = await places();
      if (init === undefined) throw new Error('PID 1 of waiting containers was not compiled');
      const furnishing = await furnishWith(request, { kind: 'waiting', init });
      try {
        const mounts = request.plan.mountPlan.mounts;
        const { runtime } = request;
        const { settings } = furnishing;
        const ready = await startWaiting({ engine, clock, settings, mounts, runtime }, signal);
        return { ...furnishing, ...ready };
      } catch (error) {
        await furnishing.furnished.unmake();
        await dispose(furnishing);
        throw error;
      }
    },
    furnishFor: (request, command) => furnishWith(request, { kind: 'command', command }),
    dispose,
    settle: async () => {
      await Promise.all(removing);
      await Promise.all([...unremoved.values()].map(remove));
    },
  };
}
