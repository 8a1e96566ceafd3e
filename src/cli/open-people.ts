// Who there is, as this account sees it: the configuration of this moment, with what the store knows of keys and delegations.

import { statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { readDirectory } from '../approvals/directory.ts';
import { type Directory, type Person, peopleOrOwner, personOfOsUser } from '../approvals/people.ts';
import type { CodeOptions } from '../approvals/step-up.ts';
import { readConfig, type Settings } from '../config.ts';
import type { Store } from '../kernel/store.ts';
import { systemClock } from '../kernel/system-clock.ts';
import { openCodeSecrets } from './code-secrets.ts';

export interface OpenPeople {
  /** Reads `config.yaml` anew, so that who lost a role has lost it at once. Rejects if it cannot be read. */
  directory(): Promise<Directory>;
  /** The person behind the account of this process. */
  me(): Promise<Person | undefined>;
  readonly codes: CodeOptions;
}

/** The people of a state home. */
export function openPeople(store: Store, { home }: Pick<Settings, 'home'>): OpenPeople {
  const directory = async () => {
    const { people } = await readConfig(join(home, 'config.yaml'));
    return readDirectory(peopleOrOwner(people, ownerOf(home)), store);
  };
  return {
    directory,
    me: async () => personOfOsUser((await directory()).people, userInfo().username) ?? undefined,
    codes: { store, clock: systemClock, secretOf: openCodeSecrets(home).secretOf },
  };
}

/** Roles of the account of this process, as it was configured when the command began. */
export const rolesOf = ({ config, home }: Settings): readonly string[] =>
  personOfOsUser(peopleOrOwner(config.people, ownerOf(home)), userInfo().username)?.roles ?? [];

/** The account that owns the state home; one that is not there yet will be made by this one. */
function ownerOf(home: string): string {
  const current = userInfo();
  const owner = statSync(home, { throwIfNoEntry: false })?.uid ?? current.uid;
  return owner === current.uid ? current.username : `uid:${owner}`;
}
