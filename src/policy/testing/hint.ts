// Advice to the author of tests: which test would notice a mistake that none noticed.

import type { RuleSource } from '../policy-schema.ts';
import type { Mutation } from './mutants.ts';

/** What was changed, in a few words. */
export function spellMutation(mutation: Mutation): string {
  switch (mutation.kind) {
    case 'dropped':
      return 'without the rule';
    case 'flipped':
      return `as \`${mutation.to}\``;
    case 'removed':
      return `without \`${mutation.keys.map(String).join('.')}\``;
    default:
      return mutation satisfies never;
  }
}

/** Which test would touch the rule at all. */
export const touchHint = (rule: RuleSource): string => {
  const example = rule.matches?.[0];
  return `add a case under \`${verdictOf(rule)}\`${example === undefined ? '' : `, such as \`${example}\``}`;
};

/** Which test would notice the mutation; `rule` is null where the file as a whole was changed. */
export function mutationHint(mutation: Mutation, rule: RuleSource | null): string {
  if (rule === null) return 'add a case with an `as` that the file is not about, expecting what then comes';
  if (mutation.kind === 'flipped') return touchHint(rule);
  if (mutation.kind === 'dropped') {
    return `${touchHint(rule)}, and \`by: ${rule.id}\` if other rules say the same about it`;
  }
  const [key, inner] = mutation.keys;
  switch (key) {
    case 'when':
      return `add a case with an \`as\` in which only \`${mutation.keys.slice(1).map(String).join('.')}\` does not hold, expecting what then comes`;
    case 'except':
      return 'add a case with a call that the rule would be about without `except`, expecting what then comes';
    case 'grant':
      return `add \`grants: { ${String(inner)}: … }\` to a case that the rule decides`;
    case 'approvers':
      return `add \`approvers: { ${String(inner)}: … }\` to a case that the rule decides`;
    case 'labels':
      return `add \`labels: [${(rule.labels ?? []).join(', ')}]\` to a case that the rule decides`;
    case 'atMost':
      return `add a case \`as: { used: { ${rule.id}: ${rule.atMost?.split(' ')[0] ?? ''} } }\` under \`deny\``;
    case 'budget':
      return 'add a case with an `as: { spent: … }` beyond the budget under `deny`';
    case 'preview':
      return 'add `preview: true` to a case that the rule decides';
    case 'expires':
      return `add a case with an \`as: { at: … }\` after ${rule.expires ?? 'that day'} under \`deny\``;
    default:
      return touchHint(rule);
  }
}

const verdictOf = ({ allow, ask }: RuleSource): string =>
  allow !== undefined ? 'allow' : ask !== undefined ? 'ask' : 'deny';
