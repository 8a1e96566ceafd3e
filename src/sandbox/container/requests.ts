// From a call to the container it needs, as things are on disk now: the image, the places, the script, the network.

import type { Clock } from '../../kernel/ports.ts';
import type { Grants, Script } from '../../kernel/types.ts';
import { planEgress } from '../egress/egress.ts';
import type { Readiness } from './availability.ts';
import type { ContainerCommand } from './command.ts';
import type { Identity } from './identity.ts';
import type { ContainerRequest } from './make-container.ts';
import { realPathOf } from './places.ts';
import { createPlansAhead } from './plans-ahead.ts';
import { type CallPlan, planCall } from './prepare.ts';
import { type FindScript, refuseOverScript } from './script-places.ts';
import { Unmountable } from './unmountable.ts';
import { walkEntriesMax } from './walk.ts';
import { createWalkMemory } from './walk-memory.ts';

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
export type Expected = Pick<ContainerCall, 'workspace' | 'grants' | 'script'>;

/** What requests are made from. */
export interface RequestsOptions {
  readonly clock: Clock;
  readonly kernel: Identity;
  readonly readiness: (image: string) => Promise<Readiness>;
  /** Seen by no container, under whichever spelling. */
  readonly privatePaths: readonly string[];
  readonly findScript: FindScript;
}

/** Makes requests. */
export interface Requests {
  /** @throws {Error} if there can be no such container; the message is for a person. */
  requestFor(call: Expected, onCopies?: ContainerCall['onCopies']): Promise<ContainerRequest>;
  /** Looks at what such a call will need, as soon as there is nothing else to do. */
  lookAhead(call: Pick<Expected, 'workspace' | 'grants'>): void;
}

export function createRequests(options: RequestsOptions): Requests {
  const { clock, kernel, readiness, privatePaths, findScript } = options;
  const memory = createWalkMemory(clock);
  const plans = createPlansAhead<CallPlan>(async ({ workspace, grants }) => {
    const everyPath = await spelledBothWays(privatePaths);
    return planCall({ grants, workspace, privatePaths: everyPath, entriesMax: walkEntriesMax, memory }, kernel);
  }, clock);

  const requestFor = async (
    { workspace, grants, script }: Expected,
    onCopies: ContainerCall['onCopies'] = null,
  ): Promise<ContainerRequest> => {
    const ready = await readiness(grants.image);
    if (ready.kind === 'missing') throw new Unmountable(ready.because);
    const inPlace = await plans.planFor({ workspace, grants });
    const plan = onCopies === null ? inPlace : await onCopies(inPlace);
    if (script !== null) refuseOverScript(plan.mountPlan.mounts);
    const { imageId } = ready;
    const { limits, runtime } = grants;
    const scriptDirectory = script === null ? null : await findScript(script);
    return { imageId, runtime, limits, plan, script: scriptDirectory, network: planEgress(grants) };
  };

  return { requestFor, lookAhead: plans.begin };
}

/** A path and its real path, so that a private place is private under both. */
async function spelledBothWays(paths: readonly string[]): Promise<readonly string[]> {
  const real = await Promise.all(paths.map(realPathOf));
  return [...new Set([...paths, ...real.filter((path) => path !== undefined)])];
}
