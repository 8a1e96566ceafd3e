// Several rules may ask about one call, each in its own terms. What always holds: whoever satisfies what comes out of here
// satisfies every one of these rules, so a further rule, or a further effect with a rule of its own, never makes a call
// easier to approve.

import { defaultApprovalTerms } from '../kernel/limits.ts';
import { operatorRole, stepUpRank } from '../kernel/terms.ts';
import type { ApprovalTerms, Escalation } from '../kernel/types.ts';

/** The terms of all rules that ask; undefined if no role may answer for all of those that name roles. */
export function combineTerms(asking: readonly ApprovalTerms[]): ApprovalTerms | undefined {
  if (asking.length === 0) return defaultApprovalTerms;
  const naming = asking.filter(({ roles }) => roles.length > 0);
  const others = asking.filter(({ roles }) => roles.length === 0);
  const roles = common(naming.map((terms) => terms.roles));
  if (naming.length > 0 && roles.length === 0) return undefined;
  const withinMs = Math.min(...asking.map((terms) => terms.withinMs));
  return {
    roles,
    count: mostPeople(asking),
    // Rules without roles ask operators, and those of the others are not enough for them.
    operatorsMin: naming.length > 0 ? mostPeople(others) : 0,
    withinMs,
    escalate: stepsOf(naming.length > 0 ? naming : asking).filter(({ afterMs }) => afterMs < withinMs),
    stepUp: asking
      .map(({ stepUp }) => stepUp)
      .reduce((one, other) => (stepUpRank[other] > stepUpRank[one] ? other : one)),
  };
}

const mostPeople = (asking: readonly ApprovalTerms[]): number => Math.max(0, ...asking.map(({ count }) => count));

/** At each moment at which a rule lets further roles in: those that all rules let in by then, and not before. */
function stepsOf(asking: readonly ApprovalTerms[]): readonly Escalation[] {
  const moments = [...new Set(asking.flatMap(({ escalate }) => escalate.map(({ afterMs }) => afterMs)))].sort(
    (one, other) => one - other,
  );
  const known = new Set(common(asking.map((terms) => rolesBy(terms, 0))));
  return moments.flatMap((afterMs) => {
    const added = common(asking.map((terms) => rolesBy(terms, afterMs))).filter((role) => !known.has(role));
    for (const role of added) known.add(role);
    return added.length > 0 ? [{ afterMs, roles: added }] : [];
  });
}

/** The roles that one rule lets in once the question has waited for so long. */
const rolesBy = ({ roles, escalate }: ApprovalTerms, waitedMs: number): readonly string[] => [
  ...(roles.length > 0 ? roles : [operatorRole]),
  ...escalate.flatMap((step) => (step.afterMs <= waitedMs ? step.roles : [])),
];

/** What is in all of the lists, sorted; nothing where there are none. */
const common = ([first = [], ...rest]: readonly (readonly string[])[]): readonly string[] =>
  [...new Set(first)].filter((role) => rest.every((list) => list.includes(role))).sort();
