// Where the secrets behind people's codes lie: one file each in the state home, for its owner alone. They are in no database,
// ledger or log. Whoever can read the state home can make codes: they guard against an account that was left open, not against
// the machine.

import { hash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../kernel/checked.ts';
import { makePrivateDirectory } from './private-directory.ts';

/** The secrets of one state home. */
export interface CodeSecrets {
  /** The secret that counts; null where there is none. Throws if the file is damaged. */
  secretOf(person: string): Buffer | null;
  /** One that its person has not shown a code of yet. */
  proposedTo(person: string): Buffer | null;
  propose(person: string, secret: Buffer): void;
  /** Lets the proposed one count, instead of any before it. */
  accept(person: string): void;
  /** True if there was one. */
  remove(person: string): boolean;
}

const content = z.object({ person: z.string(), secret: z.string() });

/** Opens the secrets below `home`. */
export function openCodeSecrets(home: string): CodeSecrets {
  const directory = join(home, 'codes');
  // Names of people may hold anything, and file names may not.
  const pathOf = (person: string) => join(directory, `${hash('sha256', person, 'hex').slice(0, 32)}.json`);
  const proposedPath = (person: string) => `${pathOf(person)}.new`;
  return {
    secretOf: (person) => readSecret(pathOf(person), person),
    proposedTo: (person) => readSecret(proposedPath(person), person),
    propose(person, secret) {
      makePrivateDirectory(directory);
      const path = proposedPath(person);
      rmSync(path, { force: true });
      writeFileSync(path, JSON.stringify({ person, secret: secret.toString('base64') }), {
        mode: 0o600,
        flag: 'wx',
        flush: true,
      });
    },
    accept: (person) => renameSync(proposedPath(person), pathOf(person)),
    remove(person) {
      const isThere = existsSync(pathOf(person));
      rmSync(pathOf(person), { force: true });
      rmSync(proposedPath(person), { force: true });
      return isThere;
    },
  };
}

function readSecret(path: string, person: string): Buffer | null {
  if (!existsSync(path)) return null;
  try {
    const { person: whose, secret } = content.parse(JSON.parse(readFileSync(path, 'utf8')));
    const bytes = Buffer.from(secret, 'base64');
    if (whose !== person || bytes.length < 16) throw new Error('it holds something else');
    return bytes;
  } catch (error) {
    throw new Error(`could not read the codes of \`${person}\` in \`${path}\`: ${messageOf(error)}; enrol them anew`, {
      cause: error,
    });
  }
}
