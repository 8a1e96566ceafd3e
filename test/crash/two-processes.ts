// Two processes on one database, as far as one test can have them: a connection, approvals and a name of its own each, with a
// clock that is set by hand and delays that follow from a seed.

import { createApprovals } from '../../src/approvals/approvals.ts';
import type { ApprovalDesk } from '../../src/approvals/desk.ts';
import type { Person } from '../../src/approvals/people.ts';
import { createHalts } from '../../src/halts/halts.ts';
import { fixedPolicy } from '../../src/kernel/fixed-policy.ts';
import type { Approvals, CallPorts, Clock, Policy } from '../../src/kernel/ports.ts';
import { nothingPrivate } from '../../src/kernel/private-parts.ts';
import type { Store } from '../../src/kernel/store.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import type { ApprovalTerms, Question, SealedAction } from '../../src/kernel/types.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { type HandClock, handClock } from '../fixtures/hand-clock.ts';
import { directoryOf, personWith, proveNothing } from '../fixtures/people.ts';
import { decisionOf, honestExecutor, policyOf, testPorts } from '../fixtures/ports.ts';
import { askedOf, openStore, replyOf, temporaryStore } from '../fixtures/temporary-store.ts';
import { between, type Random } from '../soak/random.ts';

export type Desk = Approvals & ApprovalDesk;
export const start = 1_700_000_000_000;
export const ann = personWith('ann', ['operator']);
export const bob = personWith('bob', ['operator']);
export const never = new AbortController().signal;

/** No poll is slower. */
const pollMs = 1_000;

export interface Process {
  readonly name: string;
  readonly store: Store;
  readonly desk: Desk;
  /** Ports for calls that ask, over this process; what ran is in `ran`. */
  ports(policy?: () => Policy): CallPorts;
}

export interface TwoProcesses {
  readonly here: Process;
  readonly there: Process;
  readonly clock: HandClock;
  readonly people: Person[];
  /** Names of those that run. */
  readonly alive: Set<string>;
  /** What took effect, in order. */
  readonly ran: SealedAction[];
  /** Types and bodies of the records so far. */
  records(): Promise<
    readonly { readonly type: string; readonly seq: number; readonly body: Record<string, unknown> }[]
  >;
  /** Asks from `here`; comes back once the question can be answered. */
  ask(name: string, terms?: Partial<ApprovalTerms>): Promise<Question>;
}

export async function twoProcesses(): Promise<TwoProcesses> {
  const { path, store } = await temporaryStore();
  const hand = handClock(start);
  // Who polls looks again soon; who is patient with a port is so in real time.
  const sleep: Clock['sleep'] = (ms, signal) => (ms > pollMs ? systemClock : hand).sleep(ms, signal);
  const clock = { ...hand, sleep };
  const people = [ann, bob];
  const alive = new Set(['here', 'there']);
  const ran: SealedAction[] = [];
  const open = (at: Store, name: string): Process => {
    const desk = createApprovals({
      ...{ store: at, clock, prove: proveNothing, instance: name, findPrivate: nothingPrivate, pendingMax: 1_000 },
      directory: () => directoryOf(people)(),
      isAlive: (instance) => alive.has(instance),
      redact: (text) => text,
      mayWiden: async () => true,
    });
    const ports = (policy = () => asking): CallPorts => ({
      ...testPorts('ask').ports,
      ...{ clock, approvals: desk, ledger: createLedger(at, clock), halts: createHalts(at, clock, (text) => text) },
      policies: { ...fixedPolicy(asking), current: policy },
      executors: { isolate: honestExecutor('isolate', ran), container: honestExecutor('container', ran) },
      instance: name,
    });
    return { name, store: at, desk, ports };
  };
  const here = open(store, 'here');
  return {
    ...{ here, there: open(await openStore(path), 'there'), clock, people, alive, ran },
    records: async () => (await Array.fromAsync(createLedger(store, clock).export())).map((line) => JSON.parse(line)),
    async ask(name, terms = {}) {
      const { promise, resolve, reject } = Promise.withResolvers<Question>();
      here.desk.ask(askedOf(name, terms, clock.now()), resolve, never).catch(reject);
      return promise;
    },
  };
}

/** Asks about everything. */
export const asking: Policy = policyOf(() => decisionOf('ask'));

/** Waits for a few turns of the event loop, as many as the seed says. */
export async function delay(random: Random): Promise<void> {
  for (let turns = between(random, 0, 8); turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Does all of it at once, each after a delay of its own. */
export const atOnce = <T>(random: Random, ...works: readonly (() => Promise<T>)[]): Promise<readonly T[]> =>
  Promise.all(
    works.map(async (work) => {
      await delay(random);
      return work();
    }),
  );

export const approveIt = ({ sealed }: Question) => replyOf('approve', sealed.digest);
export const declineIt = ({ sealed }: Question) => replyOf('decline', sealed.digest, 'no');
export const editIt = ({ sealed }: Question, args: SealedAction['action']['args']) => ({
  ...replyOf('approve', sealed.digest),
  ...{ kind: 'edit' as const, args },
});
