// `sallyport keys`: the keys with which people sign their answers. The private half stays in their own home; here are the
// public ones.

import { readFileSync } from 'node:fs';
import { createKeyDesk, enrolmentOf, type KeyDesk } from '../approvals/key-desk.ts';
import { keyFingerprint } from '../approvals/keys.ts';
import { readStatement } from '../approvals/statement.ts';
import { systemClock } from '../kernel/system-clock.ts';
import { createKeyFile, openKeyFile, type PassphraseOptions, usualKeyPath } from './approver-key.ts';
import type { Action, Context } from './command.ts';
import { told } from './delegations.ts';
import { type EvidenceOptions, evidenceIn } from './evidence.ts';
import { exitCode, UsageError } from './exit-codes.ts';
import { openLedger } from './open-ledger.ts';
import { type OpenPeople, openPeople } from './open-people.ts';
import { harmless, jsonText, oneLine } from './screen.ts';

interface KeyFileOptions extends PassphraseOptions {
  readonly key?: string;
}

/** `keys create`: makes a key in the home of whoever runs it. */
export function createKey(options: KeyFileOptions & { readonly passphrase: boolean }): Action {
  return async ({ screen }) => {
    const path = options.key ?? usualKeyPath();
    const key = await createKeyFile(path, options.passphrase || options.passphraseFile !== undefined, options);
    screen.result(screen.isJson ? jsonText({ path, key, fingerprint: keyFingerprint(key) }) : key);
    screen.note(`the key is in \`${path}\`, for you alone. Give the line above to an operator, who makes it known:\n`);
    screen.note(`  sallyport keys enrol <you> ${key}\n`);
    return exitCode.done;
  };
}

/** `keys show`: the public half of the own key. */
export function showKey(options: KeyFileOptions): Action {
  return async ({ screen }) => {
    const { publicKey: key } = await openKeyFile(options.key ?? usualKeyPath(), options);
    screen.result(screen.isJson ? jsonText({ key, fingerprint: keyFingerprint(key) }) : key);
    return exitCode.done;
  };
}

/** `keys sign`: signs the text of `approvals statement`, and nothing else, on any machine. */
export function signStatement(path: string | undefined, options: KeyFileOptions): Action {
  return async ({ screen }) => {
    const text = readFileSync(path ?? process.stdin.fd, 'utf8');
    const statement = readStatement(text);
    if (statement === null)
      throw new UsageError('this is no statement: pass what `sallyport approvals statement <id>` printed, unchanged');
    for (const [name, value] of Object.entries(statement))
      process.stderr.write(`${name.padEnd(10)}${oneLine(JSON.stringify(value), 200)}\n`);
    const key = await openKeyFile(options.key ?? usualKeyPath(), options);
    const signature = key.sign(text);
    screen.result(screen.isJson ? jsonText({ key: key.publicKey, signature }) : signature);
    return exitCode.done;
  };
}

/** `keys list`: whose keys are known here. */
export function listKeys(options: { readonly all: boolean }): Action {
  return withDesk(async (desk, people, { screen }) => {
    const known = (await people.directory()).people.flatMap(({ id, keys }) =>
      keys.map((key) => ({ person: id, key, fingerprint: keyFingerprint(key), revokedAt: 0 })),
    );
    const revoked = (await desk.list())
      .filter(({ revokedAt }) => options.all && revokedAt > 0)
      .map(({ person, key, revokedAt }) => ({ person, key, fingerprint: keyFingerprint(key), revokedAt }));
    const all = [...known, ...revoked];
    if (screen.isJson) screen.result(jsonText(all));
    for (const { person, key, fingerprint, revokedAt } of screen.isJson ? [] : all) {
      const state = revokedAt > 0 ? `  revoked ${new Date(revokedAt).toISOString()}` : '';
      screen.result(`${fingerprint}  ${oneLine(person, 80)}  ${key}${state}`);
    }
    if (all.length === 0) screen.note('no key is known here: `sallyport keys create` makes one\n');
    return exitCode.done;
  });
}

/** `keys enrol`: an operator makes somebody's public key known. */
export function enrolKey(person: string, key: string, options: EvidenceOptions): Action {
  return withDesk(async (desk, people, { screen }) => {
    const evidence = await evidenceIn(options, () => desk.statement(enrolmentOf(person, key)));
    const done = await desk.enrol(await people.me(), person, key, evidence);
    return told(
      done,
      screen,
      (made) => `${keyFingerprint(made.key)} is known now as a key of ${harmless(made.person)}`,
    );
  });
}

/** `keys revoke`: nothing that the key signed and that was not used yet counts any more. */
export function revokeKey(name: string): Action {
  return withDesk(async (desk, people, { screen }) =>
    told(await desk.revoke(await people.me(), name), screen, ({ key }) => `${keyFingerprint(key)} is revoked`),
  );
}

function withDesk(work: (desk: KeyDesk, people: OpenPeople, context: Context) => Promise<number>): Action {
  return async (context) => {
    const { store } = await openLedger(context.settings.home, systemClock);
    try {
      const people = openPeople(store, context.settings);
      return await work(createKeyDesk(people.codes, people.directory), people, context);
    } finally {
      await store.close();
    }
  };
}
