// What today's rules would have made of the calls of the past, and what a policy on trial said of them. Nothing is run,
// asked or looked up.

import type { Policy } from '../../kernel/ports.ts';
import { type ChangeCollector, type Changes, collectChanges, nothingBeside } from './changes.ts';
import { type Again, decideAgain } from './decide-again.ts';
import { type Past, type PastCall, spellPastCall } from './past-call.ts';

/** What was looked at. */
export interface Looked {
  /** Calls that were judged again. */
  readonly calls: number;
  /** Calls that were never understood: they stay refused whatever the rules say. */
  readonly unclear: number;
  /** Records that do not hold a whole call. */
  readonly unreadable: number;
  /** Moments of the first and the last call, in milliseconds since the epoch; null without calls. */
  readonly from: number | null;
  readonly until: number | null;
}

export interface Replay extends Looked {
  readonly changes: Changes;
}

/** Judges each call again, under the policy of its agent. */
export async function replay(
  past: AsyncIterable<Past>,
  policyFor: (agent: string) => Promise<Policy>,
): Promise<Replay> {
  const changes = collectChanges();
  const again = new Map<Policy, Again>();
  const looked = await eachCall(past, async (call) => {
    const policy = await policyFor(call.caller.agent);
    const judge = again.get(policy) ?? decideAgain(policy);
    again.set(policy, judge);
    changes.add(call, judge.decide(call), nothingBeside, exampleOf(call));
  });
  return { ...looked, changes: changes.changes() };
}

/** What one policy on trial said. */
export interface Trial {
  readonly policy: string;
  readonly calls: number;
  readonly changes: Changes;
}

export interface TrialReport extends Looked {
  /** In the order in which they came, the newest last. */
  readonly trials: readonly Trial[];
}

/** Gathers what policies on trial said when the calls were made. */
export async function summariseTrials(past: AsyncIterable<Past>): Promise<TrialReport> {
  const trials = new Map<string, { calls: number; readonly changes: ChangeCollector }>();
  const looked = await eachCall(past, async (call) => {
    for (const shadow of call.shadows) {
      const trial = trials.get(shadow.policy) ?? { calls: 0, changes: collectChanges() };
      trials.set(shadow.policy, trial);
      trial.calls += 1;
      trial.changes.add(call, shadow, nothingBeside, exampleOf(call));
    }
  });
  return {
    ...looked,
    trials: [...trials].map(([policy, { calls, changes }]) => ({ policy, calls, changes: changes.changes() })),
  };
}

/** The call as an example of a change. */
export const exampleOf = ({ action, answer }: PastCall) => ({ call: spellPastCall(action), answer: answer.kind });

/** Takes every call that was understood, and counts what was not. */
export async function eachCall(past: AsyncIterable<Past>, take: (call: PastCall) => Promise<void>): Promise<Looked> {
  const looked = { calls: 0, unclear: 0, unreadable: 0 };
  let from: number | null = null;
  let until: number | null = null;
  for await (const one of past) {
    if (one.kind !== 'call') {
      looked[one.kind] += 1;
      continue;
    }
    looked.calls += 1;
    from ??= one.call.at;
    until = one.call.at;
    await take(one.call);
  }
  return { ...looked, from, until };
}
