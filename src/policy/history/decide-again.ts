// Judges calls of the past under a policy of today. Effects are those that were recorded, so nothing is looked up: no file,
// no host, no clock. Uses of rules with `atMost` are counted anew along the way, as they would have been.

import type { Policy } from '../../kernel/ports.ts';
import type { Decision, Moment } from '../../kernel/types.ts';
import type { PastCall } from './past-call.ts';

/** Decides calls in the order in which they came. */
export interface Again {
  readonly policy: Policy;
  decide(call: PastCall): Decision;
  /** What the next decision depends on, without making it. */
  momentOf(call: PastCall): Moment;
}

/** Starts with no rule used. */
export function decideAgain(policy: Policy): Again {
  /** When each counted rule was used, oldest first, never more than its bound. */
  const used = policy.counted.map((): number[] => []);
  const momentOf = ({ at, inputs }: PastCall): Moment => {
    for (const [index, { windowMs }] of policy.counted.entries()) {
      const uses = used[index] ?? [];
      while (uses[0] !== undefined && uses[0] <= at - windowMs) uses.shift();
    }
    return { now: at, used: used.map(({ length }) => length), inputs };
  };
  return {
    policy,
    momentOf,
    decide(call) {
      const decision = policy.decide(call.action, call.caller, momentOf(call));
      if (wouldRun(decision, call)) {
        for (const [index, { policy: name, rule, max }] of policy.counted.entries()) {
          if (!decision.uses.some((use) => use.policy === name && use.rule === rule)) continue;
          used[index]?.push(call.at);
          if ((used[index]?.length ?? 0) > max) used[index]?.shift();
        }
      }
      return decision;
    },
  };
}

/** What asks is taken to end as it ended then: it ran if it ran. */
const wouldRun = ({ verdict }: Decision, { ran }: PastCall): boolean =>
  verdict === 'allow' || (verdict === 'ask' && ran);
