// Who may answer, as it is at one moment: the people of the configuration, with the keys that operators enrolled and the roles
// that people lent each other. What always holds: a key that was revoked is nobody's, wherever it is written.

import { z } from 'zod';
import type { Store } from '../kernel/store.ts';
import type { Delegation } from './delegations.ts';
import type { Directory, Person } from './people.ts';

/** A public key that an operator enrolled, or that was revoked. */
export interface EnrolledKey {
  readonly key: string;
  /** Id of the person whose it is. */
  readonly person: string;
  readonly enrolledAt: number;
  /** Id of who enrolled it; '' for one of the configuration. */
  readonly enrolledBy: string;
  /** 0 while it is not. */
  readonly revokedAt: number;
}

const delegationNote: z.ZodType<Delegation> = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  role: z.string(),
  madeAt: z.number(),
  until: z.number(),
  revokedAt: z.number(),
});

const keyNote: z.ZodType<EnrolledKey> = z.object({
  key: z.string(),
  person: z.string(),
  enrolledAt: z.number(),
  enrolledBy: z.string(),
  revokedAt: z.number(),
});

/** What the keys of notes start with. */
export const notePrefix = { delegation: 'delegation:', key: 'key:' } as const;

/**
 * A delegation as the store keeps it.
 * @throws {z.ZodError} if it is none.
 */
export const parseDelegation = (document: unknown): Delegation => delegationNote.parse(document);

/**
 * A key as the store keeps it.
 * @throws {z.ZodError} if it is none.
 */
export const parseKey = (document: unknown): EnrolledKey => keyNote.parse(document);

/** All delegations that were ever made. */
export const readDelegations = async (store: Pick<Store, 'notes'>): Promise<readonly Delegation[]> =>
  (await store.notes(notePrefix.delegation)).map(({ document }) => parseDelegation(document));

/** All keys that were ever enrolled or revoked. */
export const readKeys = async (store: Pick<Store, 'notes'>): Promise<readonly EnrolledKey[]> =>
  (await store.notes(notePrefix.key)).map(({ document }) => parseKey(document));

/** Puts together who may answer. */
export async function readDirectory(people: readonly Person[], store: Pick<Store, 'notes'>): Promise<Directory> {
  const [delegations, keys] = await Promise.all([readDelegations(store), readKeys(store)]);
  const revoked = new Set(keys.filter(({ revokedAt }) => revokedAt > 0).map(({ key }) => key));
  return {
    people: people.map((person) => {
      const enrolled = keys.filter((one) => one.person === person.id).map(({ key }) => key);
      return { ...person, keys: [...new Set([...person.keys, ...enrolled])].filter((key) => !revoked.has(key)) };
    }),
    delegations,
  };
}
