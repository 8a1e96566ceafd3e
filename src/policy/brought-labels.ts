// Labels inside one action. A command can read a file of strangers and send it away in one go, so each effect is judged
// with the labels that the other effects of the action bring, beside those of the session.
//
// What a rule says of a file or a secret comes along with every other effect. What it says of a command's output does too,
// except where that same rule opens the effect: `curl https://…` under one rule is one thing. What comes over a
// connection can only flow into what is written or sent. Labels brought along only ever tighten: see `conditions.ts`.

import type { Effect } from '../kernel/types.ts';
import type { Rule } from './rule.ts';

/** A rule with labels that won at an effect. */
export interface Brought {
  readonly effect: Effect;
  readonly rule: Rule;
}

/** Where what was fetched can flow within the same action. */
const takesIn = (effect: Effect): boolean => effect.kind === 'write' || effect.kind === 'send';

/**
 * For each effect, the labels brought by the others and by `inputs`. `opens` says whether a rule took part in opening an
 * effect.
 */
export function labelsBroughtTo(
  effect: Effect,
  brought: readonly Brought[],
  inputs: readonly string[],
  opens: (rule: Rule, effect: Effect) => boolean,
): readonly string[] {
  const labels = new Set(inputs);
  for (const { effect: from, rule } of brought) {
    if (from === effect) continue;
    if (flows(from, effect, () => opens(rule, effect))) for (const label of rule.labels) labels.add(label);
  }
  return [...labels];
}

function flows(from: Effect, to: Effect, isOneRule: () => boolean): boolean {
  switch (from.kind) {
    case 'read':
    case 'secret':
      return true;
    case 'run':
    case 'opaque':
      return !isOneRule();
    case 'connect':
    case 'tool':
      return takesIn(to);
    case 'write':
    case 'send':
      return false;
    default:
      // A kind of effect that is not known brings everything.
      return from satisfies never;
  }
}
