// Which rules the calls of a test touch: a rule is touched if it has a pattern about an effect of a call and its conditions
// hold, whether it wins or a stricter one does.

import type { LoadedPolicy } from '../load-policy.ts';
import type { Rule } from '../rule.ts';
import { indexRules } from '../rule-index.ts';
import type { Situation } from './situation.ts';

/** For each rule, the situations whose calls it has a pattern about, and those of them in which its conditions hold. */
export interface Touched {
  readonly seen: ReadonlySet<Situation>;
  readonly held: ReadonlySet<Situation>;
}

const nothing: Touched = { seen: new Set(), held: new Set() };

/** Finds what touches each rule of the policy. */
export function findTouched(policy: LoadedPolicy, situations: readonly Situation[]): (rule: Rule) => Touched {
  const touched = new Map<Rule, { seen: Set<Situation>; held: Set<Situation> }>();
  for (const layer of policy.layers) {
    const find = indexRules(layer.rules);
    for (const situation of situations) {
      const { understood, caller } = situation;
      if (understood.kind === 'unclear') continue;
      const { now, inputs } = situation.momentFor(policy);
      const about = { caller, now, inputs };
      if (!layer.applies(about)) continue;
      for (const effect of understood.action.effects) {
        find(effect, (rule) => {
          const entry = touched.get(rule) ?? { seen: new Set(), held: new Set() };
          touched.set(rule, entry);
          entry.seen.add(situation);
          if (rule.holds(about)) entry.held.add(situation);
        });
      }
    }
  }
  return (rule) => touched.get(rule) ?? nothing;
}
