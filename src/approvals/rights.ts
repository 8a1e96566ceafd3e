// With what right somebody answers a question, and whether those who approved are enough. What always holds: nobody answers
// what they requested, not by another identity and not for somebody else; and nobody counts twice, neither as the one who
// speaks nor as the one whose role it is.

import { operatorRole } from '../kernel/terms.ts';
import type { ApprovalTerms, Question } from '../kernel/types.ts';
import { type Delegation, holds, isActive } from './delegations.ts';
import { type Directory, isRequester, type Person, rolesText, wantedRoles } from './people.ts';

/** A right to answer. */
export interface Right {
  readonly person: string;
  /** Whose role it is: their own, or of who lent it. */
  readonly authority: string;
  /** Id of the delegation; '' for their own. */
  readonly delegation: string;
  /** True if it counts among those with the roles of the rule. */
  readonly isWanted: boolean;
  /** True if it counts among the operators that are wanted besides. */
  readonly isOperator: boolean;
}

export type Standing =
  | { readonly kind: 'may'; readonly right: Right }
  | { readonly kind: 'may-not'; readonly because: string };

/** What rights depend on. */
export interface Asked {
  readonly terms: ApprovalTerms;
  readonly requestedBy: string;
  readonly askedAt: number;
}

/** What rights to answer a question depend on. */
export const askedIn = ({ sealed, caller, askedAt }: Pick<Question, 'sealed' | 'caller' | 'askedAt'>): Asked => ({
  terms: sealed.decision.terms,
  requestedBy: caller.requestedBy,
  askedAt,
});

/** The best right of this person, or why there is none. `taken` are people and authorities that count already. */
export function standingOf(
  person: Person | undefined,
  asked: Asked,
  directory: Directory,
  now: number,
  taken: readonly string[] = [],
): Standing {
  if (person === undefined) return mayNot('you are not among the people who may answer approvals here');
  const { terms, requestedBy } = asked;
  if (isRequester(person, requestedBy)) return mayNot('you requested it, and nobody approves their own request');
  const lent = directory.delegations.filter(({ to }) => to === person.id);
  const rights = [
    rightOf(person, asked, now),
    ...lent.flatMap((delegation) => lentRight(delegation, asked, directory, now) ?? []),
  ];
  const isFree = ({ authority }: Right) => authority === person.id || !taken.includes(authority);
  const [best] = rights
    .filter(({ isWanted, isOperator }) => isWanted || isOperator)
    .sort((one, other) => worth(other, isFree(other)) - worth(one, isFree(one)));
  if (best !== undefined) return { kind: 'may', right: best };
  const own = person.roles.map((role) => `\`${role}\``).join(', ') || 'no role';
  const later = nextEscalation(person, asked, now);
  return mayNot(`it needs ${rolesText(terms)}, and you have ${own}${later}`);
}

/** True if a right that was used before still stands. */
export function stillStands(
  used: Pick<Right, 'person' | 'delegation'>,
  asked: Asked,
  directory: Directory,
  now: number,
): Right | null {
  const person = directory.people.find(({ id }) => id === used.person);
  if (person === undefined || isRequester(person, asked.requestedBy)) return null;
  const delegation = directory.delegations.find(({ id, to }) => id === used.delegation && to === person.id);
  if (used.delegation !== '' && delegation === undefined) return null;
  const right = delegation === undefined ? rightOf(person, asked, now) : lentRight(delegation, asked, directory, now);
  return right !== null && (right.isWanted || right.isOperator) ? right : null;
}

/** How many more people must approve, at least; 0 if these are enough. */
export function missing({ count, operatorsMin }: ApprovalTerms, rights: readonly Right[]): number {
  const wanted = mostApart(rights.filter(({ isWanted }) => isWanted));
  const operators = mostApart(rights.filter(({ isOperator }) => isOperator));
  return Math.max(0, count - wanted, operatorsMin - operators);
}

/** How many more people than there are the terms want, all escalations included; a lent role adds nobody. */
export function neverEnough(asked: Asked, { people }: Directory): number {
  const atTheEnd = asked.askedAt + asked.terms.withinMs;
  const may = people.filter((person) => !isRequester(person, asked.requestedBy));
  return missing(
    asked.terms,
    may.map((person) => rightOf(person, asked, atTheEnd)),
  );
}

const mayNot = (because: string): Standing => ({ kind: 'may-not', because });

const worth = ({ isWanted, isOperator, delegation }: Right, isFree: boolean): number =>
  (isFree ? 8 : 0) + (isWanted ? 4 : 0) + (isOperator ? 2 : 0) + (delegation === '' ? 1 : 0);

/** What their own roles give them. */
function rightOf(person: Person, asked: Asked, now: number): Right {
  return {
    person: person.id,
    authority: person.id,
    delegation: '',
    isWanted: rolesNow(asked, now).some((role) => holds(person, role)),
    isOperator: asked.terms.operatorsMin > 0 && holds(person, operatorRole),
  };
}

/** What a delegation gives: the one role, for as long as its lender holds it and may answer themselves. */
function lentRight(delegation: Delegation, asked: Asked, { people }: Directory, now: number): Right | null {
  const { id, from, to, role } = delegation;
  const lender = people.find((person) => person.id === from);
  if (lender === undefined || !isActive(delegation, now) || !holds(lender, role)) return null;
  if (isRequester(lender, asked.requestedBy)) return null;
  return {
    person: to,
    authority: from,
    delegation: id,
    isWanted: rolesNow(asked, now).includes(role),
    isOperator: asked.terms.operatorsMin > 0 && role === operatorRole,
  };
}

/** The roles that may answer after the question has waited until `now`. */
function rolesNow({ terms, askedAt }: Asked, now: number): readonly string[] {
  const added = terms.escalate.flatMap(({ afterMs, roles }) => (now - askedAt >= afterMs ? roles : []));
  return [...wantedRoles(terms), ...added];
}

function nextEscalation(person: Person, { terms, askedAt }: Asked, now: number): string {
  const step = terms.escalate.find(
    ({ afterMs, roles }) => now - askedAt < afterMs && roles.some((role) => holds(person, role)),
  );
  return step === undefined ? '' : `; you may answer from ${new Date(askedAt + step.afterMs).toISOString()}`;
}

/** The most of these rights that share nobody, neither who speaks nor whose role it is. */
function mostApart(rights: readonly Right[]): number {
  const [first, ...rest] = rights;
  if (first === undefined) return 0;
  const apart = rest.filter(
    ({ person, authority }) =>
      ![first.person, first.authority].includes(person) && ![first.person, first.authority].includes(authority),
  );
  if (apart.length === rest.length) return 1 + mostApart(rest);
  return Math.max(1 + mostApart(apart), mostApart(rest));
}
