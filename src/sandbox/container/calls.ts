// One call from its plan to its outcome, in a container that waited for such a call or in one made for it. The plan is made
// anew for every call, from what is on disk at that moment; a container that waited is used only if it holds exactly that.

import { messageOf } from '../../kernel/checked.ts';
import type { Outcome } from '../../kernel/types.ts';
import type { Egress } from '../egress/egress.ts';
import { createAfterwards } from './afterwards.ts';
import { notStarted } from './ended.ts';
import type { Engine } from './engine.ts';
import type { ContainerMaker, ContainerRequest, Furnishing, Waiting } from './make-container.ts';
import { createPool, type PoolLimits, type Spare } from './pool.ts';
import { areSourcesUnchanged } from './prepare.ts';
import { canWait, profileOf } from './profile.ts';
import { type ContainerCall, createRequests, type Expected, type RequestsOptions } from './requests.ts';
import { runContainer } from './run-container.ts';
import { type JobOutcome, runJob } from './run-job.ts';
import { environmentOf, wordsOf } from './settings.ts';
import { throughDoor } from './through-door.ts';
import { Unmountable } from './unmountable.ts';
import { NotAsPlanned } from './waiting-container.ts';
import { watchWhatIsMade } from './what-was-made.ts';

/** What calls are made with. */
export interface CallsOptions extends RequestsOptions {
  readonly engine: Engine;
  readonly maker: ContainerMaker;
  readonly poolLimits: PoolLimits;
  readonly egress: Egress;
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
  const { engine, clock, maker, egress } = options;
  const { requestFor, lookAhead } = createRequests(options);
  const never = new AbortController().signal;
  const afterwards = createAfterwards(clock);
  const pool = createPool<Waiting>({
    clock,
    limits: options.poolLimits,
    isGood: ({ container }) => container.isWaiting,
    remove: (waiting) => void maker.dispose(waiting),
  });

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
    const outcome = await throughDoor({ egress, grants, network }, signal, () => runJob(run, signal));
    if (outcome.kind === 'stale') return outcome;
    if (outcome.kind === 'unknown') await gone(waiting);
    return made.judge(outcome);
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
    const { command, grants } = call;
    const furnishing = await maker.furnishFor(request, command);
    const made = await watchWhatIsMade(request.plan, clock.now(), false);
    const facts = factsOf(request, furnishing);
    const { settings } = furnishing;
    const run = { engine, clock, settings, stdin: command.stdin, limits: grants.limits, facts };
    const { network } = furnishing;
    const outcome = await throughDoor({ egress, grants, network }, signal, () => runContainer(run, signal));
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
    lookAhead,
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
