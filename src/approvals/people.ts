// Who may answer. A person is named by the transport a reply came through (here: the operating system's account), never
// by text in it.

import type { ApprovalTerms } from '../kernel/types.ts';

/** Somebody who may answer approvals. `*` among the roles stands for every role. */
export interface Person {
  readonly id: string;
  readonly roles: readonly string[];
}

/** The role that rules without roles ask for. */
export const operatorRole = 'operator';

/**
 * The people of the configuration. Where none are configured, the account that owns the state home is the one operator
 * and holds every role.
 */
export const peopleOrOwner = (people: readonly Person[], owner: string): readonly Person[] =>
  people.length > 0 ? people : [{ id: owner, roles: ['*'] }];

/** The person behind an account of this machine, or null: then nothing can be answered from it. */
export const personOfOsUser = (people: readonly Person[], userName: string): Person | null =>
  people.find(({ id }) => id === userName) ?? null;

/** Why this person may not answer, or ''. */
export function whyNotAnswer(person: Person | undefined, terms: ApprovalTerms, requestedBy: string): string {
  if (person === undefined) return 'you are not among the people who may answer approvals here';
  if (isSame(person.id, requestedBy)) return 'you requested it, and nobody approves their own request';
  if (holdsOne(person, terms)) return '';
  return `it needs ${rolesText(terms)}, and you have ${person.roles.map((role) => `\`${role}\``).join(', ') || 'no role'}`;
}

/** How many of the people could answer. */
export const countEligible = (people: readonly Person[], terms: ApprovalTerms, requestedBy: string): number =>
  new Set(people.filter((person) => whyNotAnswer(person, terms, requestedBy) === '').map(({ id }) => id)).size;

/** The roles that may answer, for people to read. */
export const rolesText = (terms: ApprovalTerms): string => {
  const roles = wanted(terms).map((role) => `\`${role}\``);
  return roles.length === 1 ? `the role ${roles[0]}` : `one of the roles ${roles.join(', ')}`;
};

const wanted = (terms: ApprovalTerms): readonly string[] => (terms.roles.length > 0 ? terms.roles : [operatorRole]);

const holdsOne = (person: Person, terms: ApprovalTerms): boolean =>
  person.roles.includes('*') || wanted(terms).some((role) => person.roles.includes(role));

/** Two spellings of one name are one person. */
const isSame = (one: string, other: string): boolean => folded(one) === folded(other);
const folded = (id: string): string => id.normalize('NFKC').trim().toLowerCase();
