// One call from its plan to its outcome, in a container that waited for such a call or in one made for it. The plan is made
// anew for every call, from what is on disk at that moment; a container that waited is used only if it holds exactly that.

import { messageOf } from '../../kernel/checked.ts';
import type { Clock } from '../../kernel/ports.ts';
import type { Grants, Outcome, Script } from '../../kernel/types.ts';
import { type ContainerNetwork, type Egress, planEgress } from '../egress/egress.ts';
import { withDoor } from '../egress/with-door.ts';
import { createAfterwards } from './afterwards.ts';
import type { Readiness } from './availability.ts';
import type { ContainerCommand } from './command.ts';
import { notStarted } from './ended.ts';
import type { Engine } from './engine.ts';
import type { Identity } from './identity.ts';
import type { ContainerMaker, ContainerRequest, Furnishing, Waiting } from './make-container.ts';
import { realPathOf } from './places.ts';
import { createPlansAhead } from './plans-ahead.ts';
import { createPool, type PoolLimits, type Spare } from './pool.ts';
import { areSourcesUnchanged, type CallPlan, planCall } from './prepare.ts';
import { canWait, profileOf } from './profile.ts';
import { runContainer } from './run-container.ts';
import { type JobOutcome, runJob } from './run-job.ts';
import { type FindScript, refuseOverScript } from './script-places.ts';
import { environmentOf, wordsOf } from './settings.ts';
import { Unmountable } from './unmountable.ts';
import { NotAsPlanned } from './waiting-container.ts';
import { walkEntriesMax } from './walk.ts';
import { createWalkMemory } from './walk-memory.ts';
import { watchWhatIsMade } from './what-was-made.ts';

/** What is to be run, and under which grants. */
export interface ContainerCall {
  readonly workspace: string;
  readonly grants: Grants;
  readonly command: ContainerCommand;
  /** What the command runs besides the programs of the image; null for nothing. */
  readonly script: Script | null;
  /** For a call that runs on copies of what it may write: puts them into its plan. Null for the places themselves. */
  readonly onCopies: ((plan: CallPlan) => Promise<CallPlan>) | null;
}

/** What containers wait for. */
type Expected = Pick<ContainerCall, 'workspace' | 'grants' | 'script'>;

/** What calls are made with. */
export interface CallsOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly kernel: Identity;
  readonly maker: ContainerMaker;
  readonly readiness: (image: string) => Promise<Readiness>;
  /** Seen by no container, under whichever spelling. */
  readonly privatePaths: readonly string[];
  readonly poolLimits: PoolLimits;
  readonly egress: Egress;
  readonly findScript: FindScript;
}

/** Runs calls. */
export interface Calls {
  /** Never rejects. */
  run(call: ContainerCall, signal: AbortSignal): Promise<Outcome>;
  /** Looks at what such a call will need, as soon as there is nothing else to do. */
  lookAhead(call: Pick<Expected, 'workspace' | 'grants'>): void;
  /** Lets at least `count` containers wait for each. Never rejects. */
  warm(calls: readonly Expected[], count: number): Promise<void>;
  readonly waiting: number;
  /** Removes what waits. */
  close(): Promise<void>;
}

/** What changes so fast that a container made for it is out of date before it is used is not run at all. */
const attemptsMax = 5;

/** Removing takes 10 to 60 ms. */
const removeMs = 2_000;

export function createCalls(options: CallsOptions): Calls {
  const { engine, clock, kernel, maker, egress } = options;
  const memory = createWalkMemory(clock);
  const never = new AbortController().signal;
  const afterwards = createAfterwards(clock);
  const pool = createPool<Waiting>({
    clock,
    limits: options.poolLimits,
    isGood: ({ container }) => container.isWaiting,
    remove: (waiting) => void maker.dispose(waiting),
  });

  const plans = createPlansAhead<CallPlan>(async ({ workspace, grants }) => {
    const privatePaths = await spelledBothWays(options.privatePaths);
    return planCall({ grants, workspace, privatePaths, entriesMax: walkEntriesMax, memory }, kernel);
  }, clock);

  const requestFor = async (
    { workspace, grants, script }: Expected,
    onCopies: ContainerCall['onCopies'] = null,
  ): Promise<ContainerRequest> => {
    const ready = await options.readiness(grants.image);
    if (ready.kind === 'missing') throw new Unmountable(ready.because);
    const inPlace = await plans.planFor({ workspace, grants });
    const plan = onCopies === null ? inPlace : await onCopies(inPlace);
    if (script !== null) refuseOverScript(plan.mountPlan.mounts);
    const { imageId } = ready;
    const { limits, runtime } = grants;
    const scriptDirectory = script === null ? null : await options.findScript(script);
    return { imageId, runtime, limits, plan, script: scriptDirectory, network: planEgress(grants) };
  };

  const spareFor = async (call: Expected): Promise<Spare<Waiting> | undefined> => {
    const request = await requestFor(call);
    if (!canWait(request)) return undefined;
    return { profile: profileOf(request), item: await maker.makeWaiting(request, never) };
  };

  /** A container for the call, one that waited if there is a good one. */
  const containerFor = async (
    request: ContainerRequest,
    signal: AbortSignal,
  ): Promise<Waiting & { readonly wasWaiting: boolean }> => {
    if (canWait(request)) {
      const profile = profileOf(request);
      for (let found = await pool.take(profile); found !== undefined; found = await pool.take(profile)) {
        if (await areSourcesUnchanged(request.plan, found.furnished.behind)) return { ...found, wasWaiting: true };
        maker.dispose(found);
      }
    }
    return { ...(await maker.makeWaiting(request, signal)), wasWaiting: false };
  };

  const runWaiting = async (call: ContainerCall, signal: AbortSignal): Promise<Outcome> => {
    for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
      const began = clock.monotonic();
      const request = await requestFor(call, call.onCopies);
      const waiting = await containerFor(request, signal).catch(unlessNotAsPlanned);
      if (waiting === undefined) continue;
      try {
        const readyMs = Math.round((clock.monotonic() - began) * 100) / 100;
        const outcome = await runIn(waiting, request, call, readyMs, signal);
        if (outcome.kind === 'stale') continue;
        if (canWait(request)) afterwards.put(() => pool.refill(profileOf(request), () => spareFor(call), 1));
        return outcome;
      } finally {
        await waiting.furnished.unmake();
        afterwards.put(() => takenDown(waiting));
      }
    }
    throw new Unmountable('the workspace changes faster than a container can be made for it; try again');
  };

  /** Its first process ends with its line; the engine sees to it that it does. */
  const takenDown = (waiting: Waiting): Promise<void> => {
    waiting.container.close();
    return maker.dispose(waiting);
  };

  const runIn = async (
    waiting: Waiting & { readonly wasWaiting: boolean },
    request: ContainerRequest,
    { grants, command }: ContainerCall,
    readyMs: number,
    signal: AbortSignal,
  ): Promise<JobOutcome> => {
    const { container, network, wasWaiting, closesSetuid } = waiting;
    const made = await watchWhatIsMade(request.plan, clock.now(), closesSetuid);
    const facts = { ...factsOf(request, waiting), wasWaiting, readyMs };
    const job = { command: { ...command, argv: wordsOf(command, network) }, environment: environmentOf(network) };
    const run = { engine, clock, container, ...job, limits: grants.limits, facts };
    const outcome = await throughDoor(grants, network, signal, () => runJob(run, signal));
    if (outcome.kind === 'stale') return outcome;
    if (outcome.kind === 'unknown') await gone(waiting);
    return made.judge(outcome);
  };

  /** Does the work with the network that is granted. Never rejects, as `work` does not. */
  const throughDoor = async <T extends JobOutcome>(
    grants: Grants,
    network: ContainerNetwork | undefined,
    signal: AbortSignal,
    work: () => Promise<T>,
  ): Promise<T | Outcome> => {
    let hasBegun = false;
    const begin = () => {
      hasBegun = true;
      return work();
    };
    try {
      return await (network === undefined ? begin() : withDoor(egress, grants, network, signal, begin));
    } catch (error) {
      if (!hasBegun) return notStarted(`the container was not started: ${messageOf(error)}`);
      const because = `the command ran, and what it did on the network is not known: ${messageOf(error)}`;
      return { kind: 'unknown', because, facts: { started: true } };
    }
  };

  /** What nobody can vouch for may run until its container is removed. An engine that takes long goes on with it. */
  const gone = async (furnishing: Furnishing): Promise<void> => {
    const waited = new AbortController();
    await Promise.race([maker.dispose(furnishing), clock.sleep(removeMs, waited.signal)]);
    waited.abort();
  };

  /** Where PID 1 was not compiled: a container that starts with its command. */
  const runAtOnce = async (call: ContainerCall, signal: AbortSignal): Promise<Outcome> => {
    const request = await requestFor(call, call.onCopies);
    const { command } = call;
    const furnishing = await maker.furnishFor(request, command);
    const made = await watchWhatIsMade(request.plan, clock.now(), false);
    const facts = factsOf(request, furnishing);
    const { settings } = furnishing;
    const run = { engine, clock, settings, stdin: command.stdin, limits: call.grants.limits, facts };
    const { network } = furnishing;
    const outcome = await throughDoor(call.grants, network, signal, () => runContainer(run, signal));
    await gone(furnishing);
    const judged = await made.judge(outcome);
    await furnishing.furnished.unmake();
    return judged;
  };

  return {
    run: async (call, signal) => {
      try {
        const canWaitHere = await maker.canWait();
        return await afterwards.during(() => (canWaitHere ? runWaiting(call, signal) : runAtOnce(call, signal)));
      } catch (error) {
        return notStarted(`the container was not started: ${messageOf(error)}`);
      }
    },
    lookAhead: plans.begin,
    warm: async (calls, count) => {
      if (!(await maker.canWait().catch(() => false))) return;
      for (const call of calls) {
        const request = await requestFor(call).catch(() => undefined);
        if (request === undefined || !canWait(request)) continue;
        await pool.refill(profileOf(request), () => spareFor(call), count);
      }
    },
    get waiting() {
      return pool.size;
    },
    close: async () => {
      await pool.close();
      await afterwards.settle();
    },
  };
}

/** A container that lost a mount while it was made, because another call or somebody else took its place away. */
function unlessNotAsPlanned(error: unknown): undefined {
  if (!(error instanceof NotAsPlanned)) throw error;
}

const factsOf = (request: ContainerRequest, { settings }: Furnishing) => ({
  image: request.imageId,
  container: settings.name,
  user: settings.User,
});

/** A path and its real path, so that a private place is private under both. */
async function spelledBothWays(paths: readonly string[]): Promise<readonly string[]> {
  const real = await Promise.all(paths.map(realPathOf));
  return [...new Set([...paths, ...real.filter((path) => path !== undefined)])];
}
