// The container sandbox: one container per call, holding what the permit grants and nothing else, used once. Order: redeem,
// plan, take a container that waits for such a call or make one, run, see what was made. INVARIANT: whatever goes wrong
// before the job was sent is `failed` with nothing run; when an outcome is known nothing of the call runs any more, and its
// container is removed at the next quiet moment.

import { join } from 'node:path';
import { messageOf } from '../kernel/checked.ts';
import { Permit } from '../kernel/governed-call.ts';
import type { Clock, Executor, Secrets } from '../kernel/ports.ts';
import type { Grants, Outcome, Script, SealedAction, Tool } from '../kernel/types.ts';
import { readinessOf } from './container/availability.ts';
import { createCalls } from './container/calls.ts';
import { commandOf } from './container/command.ts';
import { notStarted } from './container/ended.ts';
import { engineAt } from './container/engine.ts';
import { kernelIdentity } from './container/identity.ts';
import { initPath } from './container/init-binary.ts';
import { createContainerMaker } from './container/make-container.ts';
import type { PoolLimits } from './container/pool.ts';
import type { ContainerCall } from './container/requests.ts';
import { runtimeDirectoryOf, usualRuntimeDirectory } from './container/runtime-directory.ts';
import { createScriptPlaces, scriptCommandOf } from './container/script-places.ts';
import { removeInstanceDirectory } from './container/sweep.ts';
import { type ContainerPlaces, usualDockerSocket } from './container/usual-places.ts';
import { createEgress, type Egress } from './egress/egress.ts';
import type { ChangeStore } from './preview/change-store.ts';
import { type PreviewLimits, usualPreviewLimits } from './preview/limits.ts';
import { previewContainer } from './preview/preview-container.ts';

export {
  type ContainerSearch,
  containersOnMachine,
  type LeftoverSearch,
  reapContainers,
  sweepLeftovers,
} from './container/leftovers.ts';
export { usualDockerSocket } from './container/usual-places.ts';

/** The image that `scripts/sandbox-image.sh` builds. */
export const usualSandboxImage = 'sallyport-sandbox:latest';
/** A dozen containers that wait take 150 MiB of this machine, and no processor. */
export const usualPoolLimits: PoolLimits = Object.freeze({ perProfileMax: 4, containersMax: 12, idleMs: 300_000 });

/** What a container executor is made from. */
export interface ContainerExecutorOptions extends ContainerPlaces {
  readonly image?: string;
  readonly clock: Clock;
  /** Text by which others can find out whether this kernel still lives; one executor for each. */
  readonly instance: string;
  /** Absolute paths that no container sees, whatever was granted: the state home above all. */
  readonly privateDirectories: readonly string[];
  readonly pool?: PoolLimits;
  /** Where PID 1 of waiting containers is, or that there is none; what set-up compiled unless said otherwise. */
  readonly findInit?: () => Promise<string | undefined>;
  /** Where previews leave what they changed; without it there are none. */
  readonly changes?: ChangeStore;
  readonly previewLimits?: PreviewLimits;
  /** Scripts that may run; without it there are none. */
  readonly scripts?: ContainerScripts;
  /** The way to the network; one without secrets unless said otherwise. */
  readonly egress?: Egress;
}

/** Tools that are scripts, and where copies of them are kept: a directory that no container sees, with room to execute. */
export interface ContainerScripts {
  readonly tools: ReadonlyMap<string, Tool>;
  readonly directory: string;
}

/** Calls that are likely to come: containers wait for them. */
export interface LikelyCall {
  readonly workspace: string;
  readonly grants: Grants;
}

/** An executor for `container` tools. */
export interface ContainerExecutor extends Executor {
  /** Makes containers wait for such calls, at least `count` for each. What cannot be made is left out. Never rejects. */
  warm(calls: readonly LikelyCall[], count?: number): Promise<void>;
  /** How many containers wait now. */
  readonly waiting: number;
  /** Ends what runs, waits for it, and removes what this instance had on this machine. */
  close(): Promise<void>;
}

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
  const readiness = readinessOf({ engine, usualImage: image, socketPath, clock });
  const egress = options.egress ?? createEgress({ clock, secrets: withoutSecrets });
  const { findInit = initPath } = options;
  const maker = createContainerMaker({ engine, clock, kernel, runtimeDirectory, instance, egress, findInit });
  const privatePaths = [...privateDirectories, socketPath, runtimeDirectory];
  const poolLimits = options.pool ?? usualPoolLimits;
  const { scripts } = options;
  const findScript = createScriptPlaces(scripts?.directory ?? join(ownDirectory, 'no-scripts'));
  const parts = { engine, clock, kernel, maker, readiness, privatePaths, poolLimits, egress, findScript };
  const calls = createCalls(parts);
  const closing = new AbortController();
  const running = new Set<Promise<Outcome>>();

  const callOf = (sealed: SealedAction): ContainerCall | string => {
    if (closing.signal.aborted) return 'the sandbox is being closed';
    const { grants } = sealed.decision;
    if (grants.secrets.length > 0) return noSecrets;
    const { args, workspace } = sealed.action;
    try {
      const script = scriptOf(sealed, scripts?.tools);
      const command = script === null ? commandOf(args) : scriptCommandOf(script, args);
      return { workspace, grants, command, script, onCopies: null };
    } catch (error) {
      return messageOf(error);
    }
  };

  /** What people approved in one image does not run in another. */
  const whyOtherImage = async ({ image, decision }: SealedAction): Promise<string> => {
    if (image === '') return '';
    const found = await readiness(decision.grants.image);
    if (found.kind !== 'ready') return found.because;
    return found.imageId === image ? '' : 'its image was replaced by another since it was approved: ask again';
  };

  const run = (call: ContainerCall, signal: AbortSignal): Promise<Outcome> => {
    const outcome = calls.run(call, AbortSignal.any([signal, closing.signal]));
    running.add(outcome);
    return outcome.finally(() => running.delete(outcome));
  };

  return {
    sandbox: 'container',
    availability: async (grants, workspace) => {
      // Here, so that nobody is asked about a call that could never run.
      if (grants.secrets.length > 0) return { kind: 'missing', because: noSecrets };
      const found = await readiness(grants.image);
      if (found.kind !== 'ready') return found;
      calls.lookAhead({ workspace, grants });
      return { kind: 'ready', image: found.imageId };
    },
    execute: async (permit, signal) => {
      const sealed = Permit.redeem(permit);
      const call = callOf(sealed);
      if (typeof call === 'string') return notRun(call);
      const unfit = await whyOtherImage(sealed);
      return unfit === '' ? run(call, signal) : notRun(unfit);
    },
    preview: async (permit, signal) => {
      const sealed = Permit.redeem(permit, 'preview');
      const call = callOf(sealed);
      const limits = options.previewLimits ?? usualPreviewLimits;
      return previewContainer({
        sealed,
        store: options.changes,
        privateDirectories: privatePaths,
        limits,
        run: async (onCopies) => (typeof call === 'string' ? notRun(call) : run({ ...call, onCopies }, signal)),
      });
    },
    warm: (likely, count = 1) =>
      calls.warm(
        likely.map((call) => ({ ...call, script: null })),
        count,
      ),
    get waiting() {
      return calls.waiting;
    },
    close: async () => {
      closing.abort();
      await Promise.all(running);
      await calls.close();
      await maker.settle();
      await removeInstanceDirectory(ownDirectory);
    },
  };
}

/** @throws {TypeError} if what was judged is not the script of that name here, in the image it names. */
function scriptOf({ action, decision }: SealedAction, tools: ContainerScripts['tools'] | undefined): Script | null {
  const { program } = tools?.get(action.tool) ?? { program: '' };
  const script = typeof program === 'string' ? null : program;
  if ((script === null) !== (action.script === null) || script?.image !== action.script?.image)
    throw new TypeError(`the container sandbox has another script for the tool \`${action.tool}\`, or none`);
  if (script !== null && script.image !== '' && script.image !== decision.grants.image)
    throw new TypeError(`the call is granted another image than \`${script.image}\`, which its skill names`);
  return script;
}

const notRun = (because: string): Outcome => notStarted(`the container was not started: ${because}`);

const noSecrets =
  'a command in a container never holds a secret; let the rule add it to requests instead, with `grant: { inject: [...] }`';

/** For executors that nobody gave a store of secrets. */
const withoutSecrets: Secrets = {
  reveal: async (name) => {
    throw new Error(`there is no secret \`${name}\`: none are kept here`);
  },
};
