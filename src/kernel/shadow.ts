// What policies on trial say of an action. Whatever they do, nothing here throws and nothing counts.

import { checkedDecision } from './checked.ts';
import type { Policy } from './ports.ts';
import type { Action, Caller, Moment, ShadowDecision } from './types.ts';

/** The decision of each policy on trial. Counted rules of theirs are never used up: no call uses them. */
export const shadowDecisions = (
  policies: readonly Policy[],
  action: Action,
  caller: Caller,
  { now, inputs }: Moment,
): readonly ShadowDecision[] =>
  policies.map((policy) => {
    const used = policy.counted.map(() => 0);
    const { verdict, because, rules } = checkedDecision(
      () => policy.decide(action, caller, { now, used, inputs }),
      policy,
    );
    return Object.freeze({ policy: policy.digest, verdict, because, rules });
  });
