// Makes public keys of people known, and revokes them, each together with its record. What always holds: only an operator
// enrols, and one who has a step-up of their own shows it: whoever finds an operator's terminal open cannot become anybody.

import { jsonCopy } from '../kernel/canonical.ts';
import { draftRecord } from '../kernel/record-draft.ts';
import { operatorRole } from '../kernel/terms.ts';
import type { Done } from './delegation-desk.ts';
import { holds } from './delegations.ts';
import { type EnrolledKey, notePrefix, parseKey, readKeys } from './directory.ts';
import { keyFingerprint, keyProblem } from './keys.ts';
import type { Directory, Person } from './people.ts';
import { changeStatement, whyNotShown } from './shown-for.ts';
import type { CodeOptions, Evidence } from './step-up.ts';

export interface KeyDesk {
  enrol(by: Person | undefined, person: string, key: string, evidence: Evidence): Promise<Done<EnrolledKey>>;
  /** `name` is a public key or its fingerprint. */
  revoke(by: Person | undefined, name: string): Promise<Done<EnrolledKey>>;
  list(): Promise<readonly EnrolledKey[]>;
  /** Why this person may not make step-ups known, having shown this for `what`; ''. */
  whyNotEnrol(by: Person | undefined, what: string, evidence: Evidence): Promise<string>;
  /** What an operator signs to make something known. */
  statement(what: string): Promise<string>;
}

/** Keys that may be known of one person. */
const keysMax = 20;

/** The desk over a store. */
export function createKeyDesk(options: CodeOptions, directory: () => Promise<Directory>): KeyDesk {
  const { store, clock } = options;
  const whyNotEnrol = async (by: Person | undefined, what: string, evidence: Evidence): Promise<string> => {
    const known = (await directory()).people.find(({ id }) => id === by?.id);
    if (known === undefined) return 'you are not among the people who may answer approvals here';
    if (!holds(known, operatorRole)) return `it needs the role \`${operatorRole}\``;
    return whyNotShown(known, what, evidence, options);
  };

  return {
    whyNotEnrol,
    statement: (what) => changeStatement(what, store),
    list: () => readKeys(store),

    async enrol(by, person, key, evidence) {
      const { people } = await directory();
      const problem = keyProblem(key);
      if (problem !== '') return refused(problem);
      const owner = people.find(({ id }) => id === person);
      if (owner === undefined) return refused(`there is nobody \`${person}\` among the \`people\` of config.yaml`);
      const holder = people.find(({ keys }) => keys.includes(key));
      if (holder !== undefined) return refused(`it is a key of \`${holder.id}\` already`);
      if (owner.keys.length >= keysMax) return refused(`\`${person}\` has ${keysMax} keys already: revoke some first`);
      const why = await whyNotEnrol(by, enrolmentOf(person, key), evidence);
      if (by === undefined || why !== '') return refused(why);
      const made = { key, person, enrolledAt: Math.trunc(clock.now()), enrolledBy: by.id, revokedAt: 0 };
      return store.changeNote<Done<EnrolledKey>>(noteKey(key), (current) => {
        if (current !== null) return nothing('it was known here before, and a revoked key stays revoked: make another');
        const body = { person, key, fingerprint: keyFingerprint(key), by: by.id };
        const record = draftRecord({ type: 'key-enrolled', body }, made.enrolledAt);
        return { next: noteOf(made), record, result: () => ({ kind: 'done', what: made }) };
      });
    },

    async revoke(by, name) {
      const { people } = await directory();
      const found = people.flatMap(({ id, keys }) =>
        keys.filter((key) => key === name || keyFingerprint(key) === name).map((key) => ({ person: id, key })),
      );
      const [one] = found;
      if (one === undefined) return refused(`no key \`${name}\` is known here: see \`sallyport keys list\``);
      const mayRevoke = by !== undefined && (by.id === one.person || holds(by, operatorRole));
      if (!mayRevoke) return refused('only whose key it is or an operator may revoke it');
      const at = Math.trunc(clock.now());
      return store.changeNote<Done<EnrolledKey>>(noteKey(one.key), (current) => {
        const before = current === null ? { ...one, enrolledAt: 0, enrolledBy: '' } : parseKey(current);
        const revoked = { ...before, revokedAt: at };
        const body = { person: one.person, key: one.key, fingerprint: keyFingerprint(one.key), by: by.id };
        const record = draftRecord({ type: 'key-revoked', body }, at);
        return { next: noteOf(revoked), record, result: () => ({ kind: 'done', what: revoked }) };
      });
    },
  };
}

/** What is made known, in the words that are signed. */
export const enrolmentOf = (person: string, key: string): string => `${key} of ${person}`;

const noteKey = (key: string): string => `${notePrefix.key}${keyFingerprint(key)}`;
const noteOf = (key: EnrolledKey) => jsonCopy(key, (text) => text);

const refused = (because: string) => ({ kind: 'refused', because }) as const;
const nothing = (because: string) => ({ next: null, record: null, result: () => refused(because) });
