// Rules that open only so much: so many calls in a time (`atMost`), or as long as the run has used little (`budget`). A
// rule that is used up does not fall away, it denies what it named: falling away could leave a looser rule standing.

import type { Caller, Moment, UseLimit } from '../kernel/types.ts';
import { durationMs, type RuleSource } from './policy-schema.ts';
import type { Rule } from './rule.ts';

/** What a rule may open, and when that is used up; null where a rule has no such bound. */
export interface RuleBounds {
  readonly atMost: { readonly max: number; readonly windowMs: number; readonly text: string } | null;
  readonly budget: { readonly calls: number; readonly tokens: number } | null;
}

/** Compiles `atMost` and `budget`. */
export function compileBounds({ atMost, budget }: RuleSource): RuleBounds {
  const [max = '', window = ''] = atMost?.split(' per ') ?? [];
  return {
    atMost: atMost === undefined ? null : { max: Number(max), windowMs: durationMs(window), text: atMost },
    budget:
      budget === undefined
        ? null
        : {
            calls: budget.calls ?? Number.POSITIVE_INFINITY,
            tokens: budget.tokens ?? Number.POSITIVE_INFINITY,
          },
  };
}

/** The bound of a rule on its uses, as decisions and the store know it. */
export const useLimitsOf = ({ reference: { policy, rule }, bounds: { atMost } }: Rule): readonly UseLimit[] =>
  atMost === null ? [] : [{ policy, rule, max: atMost.max, windowMs: atMost.windowMs }];

/** For each rule that is used up, the denying rule that takes its place. */
export type UsedUp = ReadonlyMap<Rule, Rule>;

/** Finds what is used up. `counted` are the rules with `atMost`, in the order in which the moment brings their uses. */
export function findUsedUp(
  counted: readonly Rule[],
  budgeted: readonly Rule[],
  { spent }: Caller,
  { used }: Moment,
): UsedUp {
  const usedUp = new Map<Rule, Rule>();
  for (const [index, rule] of counted.entries()) {
    const { atMost } = rule.bounds;
    const uses = used[index] ?? Number.POSITIVE_INFINITY;
    if (atMost !== null && !(uses < atMost.max)) {
      usedUp.set(rule, denying(rule, `it opens at most ${atMost.text}, and that is used up`));
    }
  }
  for (const rule of budgeted) {
    const { budget } = rule.bounds;
    if (budget === null) continue;
    if (!(spent.calls < budget.calls)) {
      usedUp.set(rule, denying(rule, `it opens only the first ${budget.calls} calls of a run`));
    } else if (!(spent.tokens < budget.tokens)) {
      usedUp.set(rule, denying(rule, `it opens only until a run has used ${budget.tokens} tokens`));
    }
  }
  return usedUp;
}

const denying = (rule: Rule, because: string): Rule => ({
  ...rule,
  verdict: 'deny',
  reference: Object.freeze({ ...rule.reference, verdict: 'deny', because }),
});
