// Who there is. A person is named by the transport a reply came through (on the command line: the account of the operating
// system), never by text in it.

import { operatorRole } from '../kernel/terms.ts';
import type { ApprovalTerms } from '../kernel/types.ts';
import type { Delegation } from './delegations.ts';

/** Somebody who may answer approvals. */
export interface Person {
  readonly id: string;
  /** `*` stands for every role. */
  readonly roles: readonly string[];
  /** As the transports name them: `os:alice`, `telegram:12345`. One identity belongs to one person. */
  readonly channels: readonly string[];
  /** Their public keys, as `ed25519:…`. */
  readonly keys: readonly string[];
}

/** Everything about who may answer, as it is at one moment. */
export interface Directory {
  readonly people: readonly Person[];
  /** All that were ever made: `isActive` tells which count. */
  readonly delegations: readonly Delegation[];
}

/** The transport of the command line. */
export const osIdentity = (userName: string): string => `os:${userName}`;

/** A person as the configuration names them: without `channels` the id is an account of this machine. */
export interface PersonSource {
  readonly id: string;
  readonly roles: readonly string[];
  readonly channels?: readonly string[] | undefined;
  readonly keys?: readonly string[] | undefined;
}

/**
 * The people of the configuration. Where none are configured, the account that owns the state home is the one operator
 * and holds every role.
 */
export const peopleOrOwner = (people: readonly PersonSource[], owner: string): readonly Person[] =>
  people.length === 0
    ? [{ id: owner, roles: ['*'], channels: [osIdentity(owner)], keys: [] }]
    : people.map(({ id, roles, channels, keys }) => ({
        id,
        roles,
        channels: channels ?? [osIdentity(id)],
        keys: keys ?? [],
      }));

/** The objections to a list of people: two with one name or one identity could pass for each other. */
export function peopleProblems(people: readonly PersonSource[]): readonly string[] {
  const seen = new Map<string, string>();
  const problems: string[] = [];
  const take = (name: string, what: string) => {
    const before = seen.get(folded(name));
    if (before === undefined) seen.set(folded(name), what);
    else problems.push(`${what} is ${before === what ? 'there twice' : `the same as ${before}`}`);
  };
  for (const { id } of people) take(`id ${id}`, `the person \`${id}\``);
  for (const { id, channels } of people)
    for (const identity of channels ?? [osIdentity(id)]) take(identity, `\`${identity}\` of \`${id}\``);
  for (const { id, keys } of people) for (const key of keys ?? []) take(`key ${key}`, `a key of \`${id}\``);
  return problems;
}

/** The person that a transport names so, or null: then nothing can be answered from there. */
export const personOf = (people: readonly Person[], identity: string): Person | null =>
  people.find(({ channels }) => channels.includes(identity)) ?? null;

/** The person behind an account of this machine, or null. */
export const personOfOsUser = (people: readonly Person[], userName: string): Person | null =>
  personOf(people, osIdentity(userName));

/** True if this is who asked for the work, by whatever name they asked. Two spellings of one name are one person. */
export const isRequester = ({ id, channels }: Person, requestedBy: string): boolean =>
  [id, ...channels, ...channels.map(withoutTransport)].some((name) => folded(name) === folded(requestedBy));

const withoutTransport = (identity: string): string => identity.slice(identity.indexOf(':') + 1);

/** One spelling for names that people and systems take for the same. */
export const folded = (id: string): string => id.normalize('NFKC').trim().toLowerCase();

/** The roles that may answer from the start, for people to read. */
export const rolesText = (terms: ApprovalTerms): string => {
  const roles = wantedRoles(terms).map((role) => `\`${role}\``);
  return roles.length === 1 ? `the role ${roles[0]}` : `one of the roles ${roles.join(', ')}`;
};

/** The roles that may answer from the start. */
export const wantedRoles = ({ roles }: ApprovalTerms): readonly string[] => (roles.length > 0 ? roles : [operatorRole]);
