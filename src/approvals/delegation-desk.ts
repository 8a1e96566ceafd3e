// Lends roles and takes them back, each together with its record.

import { jsonCopy } from '../kernel/canonical.ts';
import type { LedgerEntry } from '../kernel/ports.ts';
import { draftRecord } from '../kernel/record-draft.ts';
import { type Delegation, type Wish, whyNotDelegate, whyNotRevoke } from './delegations.ts';
import { notePrefix, parseDelegation, readDelegations } from './directory.ts';
import type { Directory, Person } from './people.ts';
import { shortId } from './short-id.ts';
import { changeStatement, whyNotShown } from './shown-for.ts';
import type { CodeOptions, Evidence } from './step-up.ts';

/** What came of it: done, or why not; then nothing changed. */
export type Done<T> =
  | { readonly kind: 'done'; readonly what: T }
  | { readonly kind: 'refused'; readonly because: string };

export interface DelegationDesk {
  /** Lends a role of this person, who shows their step-up for it if they have one. */
  delegate(from: Person | undefined, wish: Wish, evidence: Evidence): Promise<Done<Delegation>>;
  /** What they sign for it. */
  statement(wish: Wish): Promise<string>;
  revoke(id: string, by: Person | undefined): Promise<Done<Delegation>>;
  /** All that were ever made, the newest first. */
  list(): Promise<readonly Delegation[]>;
}

/** Delegations that may be active at once. */
const delegationsMax = 1_000;

/** The desk over a store. */
export function createDelegationDesk(options: CodeOptions, directory: () => Promise<Directory>): DelegationDesk {
  const { store, clock } = options;
  const now = (): number => Math.trunc(clock.now());
  const noteOf = (delegation: Delegation) => jsonCopy(delegation, (text) => text);
  const recordOf = (type: LedgerEntry['type'], delegation: Delegation, by: string) => {
    const { id, from, to, role, until } = delegation;
    return draftRecord({ type, body: { delegation: id, from, to, role, until, by } }, now());
  };
  return {
    statement: (wish) => changeStatement(lendingOf(wish), store),

    async delegate(by, wish, evidence) {
      const { people } = await directory();
      const from = people.find((person) => person.id === by?.id);
      const why = whyNotDelegate(from, wish, people, now());
      if (from === undefined || why !== '') return { kind: 'refused', because: `could not lend the role: ${why}` };
      const open = (await readDelegations(store)).filter(({ revokedAt, until }) => revokedAt === 0 && until > now());
      if (open.length >= delegationsMax)
        return { kind: 'refused', because: `${delegationsMax} delegations are open already: revoke some first` };
      const unproven = await whyNotShown(from, lendingOf(wish), evidence, options);
      if (unproven !== '') return { kind: 'refused', because: `could not lend the role: ${unproven}` };
      const id = `d${shortId()}`;
      const { to, role, until } = wish;
      const made: Delegation = { id, from: from.id, to, role, madeAt: now(), until, revokedAt: 0 };
      return store.changeNote<Done<Delegation>>(`${notePrefix.delegation}${id}`, (current) =>
        current === null
          ? {
              next: noteOf(made),
              record: recordOf('delegation-made', made, from.id),
              result: () => ({ kind: 'done', what: made }),
            }
          : nothing('no free id was found; try again'),
      );
    },

    revoke: (id, by) =>
      store.changeNote<Done<Delegation>>(`${notePrefix.delegation}${id}`, (current) => {
        if (current === null)
          return nothing(`there is no delegation \`${id}\`: see \`sallyport approvals delegations\``);
        const delegation = parseDelegation(current);
        if (delegation.revokedAt > 0) return nothing(`\`${id}\` was revoked already`);
        const why = whyNotRevoke(by, delegation);
        if (by === undefined || why !== '') return nothing(`could not revoke \`${id}\`: ${why}`);
        const revoked = { ...delegation, revokedAt: now() };
        return {
          next: noteOf(revoked),
          record: recordOf('delegation-revoked', revoked, by.id),
          result: () => ({ kind: 'done', what: revoked }),
        };
      }),

    list: async () => [...(await readDelegations(store))].sort((one, other) => other.madeAt - one.madeAt),
  };
}

const lendingOf = ({ to, role, until }: Wish): string => `the role ${role} for ${to} until ${until}`;

const nothing = (because: string) => ({
  next: null,
  record: null,
  result: () => ({ kind: 'refused', because }) as const,
});
