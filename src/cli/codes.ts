// `sallyport keys totp`: the codes that a person's device shows. The secret is printed once, for the device, and kept in the
// state home alone.

import { hash } from 'node:crypto';
import { createKeyDesk } from '../approvals/key-desk.ts';
import type { Person } from '../approvals/people.ts';
import { codeKey } from '../approvals/step-up.ts';
import { base32, enrolmentUri, makeSecret, stepOf } from '../approvals/totp.ts';
import type { LedgerEntry } from '../kernel/ports.ts';
import { draftRecord } from '../kernel/record-draft.ts';
import type { Store } from '../kernel/store.ts';
import { systemClock } from '../kernel/system-clock.ts';
import { type CodeSecrets, openCodeSecrets } from './code-secrets.ts';
import type { Action, Context } from './command.ts';
import { told } from './delegations.ts';
import { type EvidenceOptions, evidenceIn } from './evidence.ts';
import { exitCode } from './exit-codes.ts';
import { openLedger } from './open-ledger.ts';
import { type OpenPeople, openPeople } from './open-people.ts';
import { jsonText } from './screen.ts';

/** `keys totp enrol`: proposes a secret, which counts once its device has shown a code. */
export function enrolCodes(options: EvidenceOptions & { readonly person?: string }): Action {
  return withCodes(options, async ({ me, person, people, secrets }, { screen }) => {
    const secret = makeSecret();
    const desk = createKeyDesk(people.codes, people.directory);
    // Named by the secret, so that a signature for one is none for another.
    const what = `codes ${hash('sha256', secret, 'hex').slice(0, 16)} of ${person}`;
    const why = await desk.whyNotEnrol(me, what, await evidenceIn(options, () => desk.statement(what)));
    if (why !== '') return refused(why, screen);
    secrets.propose(person, secret);
    const uri = enrolmentUri(secret, person, 'sallyport');
    screen.result(screen.isJson ? jsonText({ person, uri, secret: base32(secret) }) : uri);
    screen.note('put this into an authenticator, and show that it is there; then it counts:\n');
    screen.note('  sallyport keys totp confirm <code>\n');
    return exitCode.done;
  });
}

/** `keys totp confirm`: the device has the secret. */
export function confirmCodes(code: string, options: { readonly person?: string }): Action {
  return withCodes(options, async ({ me, person, store, secrets }, { screen }) => {
    const secret = secrets.proposedTo(person);
    if (secret === null)
      return refused(`no codes wait for \`${person}\`: begin with \`sallyport keys totp enrol\``, screen);
    if (stepOf(code, secret, systemClock.now(), -1) === null)
      return refused('the code is wrong: check the clock of the device, and take the next one', screen);
    await store.changeNote(codeKey(person), () => ({
      next: null,
      record: recordOf('code-enrolled', person, me?.id ?? ''),
      result: () => null,
    }));
    secrets.accept(person);
    screen.result(screen.isJson ? jsonText({ person }) : `the codes of ${person} count from now on`);
    return exitCode.done;
  });
}

/** `keys totp remove`: the device counts no more. */
export function removeCodes(options: EvidenceOptions & { readonly person?: string }): Action {
  return withCodes(options, async ({ me, person, people, store, secrets }, { screen }) => {
    const desk = createKeyDesk(people.codes, people.directory);
    const what = `no codes of ${person} since ${Math.trunc(systemClock.now())}`;
    const why = await desk.whyNotEnrol(me, what, await evidenceIn(options, () => desk.statement(what)));
    if (why !== '') return refused(why, screen);
    await store.append(recordOf('code-removed', person, me?.id ?? ''));
    const isGone = secrets.remove(person);
    screen.result(screen.isJson ? jsonText({ person, isGone }) : `the codes of ${person} count no more`);
    return exitCode.done;
  });
}

interface Codes {
  readonly me: Person | undefined;
  /** Whose codes; their own unless somebody else is named. */
  readonly person: string;
  readonly people: OpenPeople;
  readonly store: Store;
  readonly secrets: CodeSecrets;
}

function withCodes(
  options: { readonly person?: string },
  work: (codes: Codes, context: Context) => Promise<number>,
): Action {
  return async (context) => {
    const { home } = context.settings;
    const { store } = await openLedger(home, systemClock);
    try {
      const people = openPeople(store, context.settings);
      const me = await people.me();
      const person = options.person ?? me?.id ?? '';
      const isKnown = (await people.directory()).people.some(({ id }) => id === person);
      if (!isKnown) return refused(`there is nobody \`${person}\` among the \`people\` of config.yaml`, context.screen);
      return await work({ me, person, people, store, secrets: openCodeSecrets(home) }, context);
    } finally {
      await store.close();
    }
  };
}

const recordOf = (type: LedgerEntry['type'], person: string, by: string) =>
  draftRecord({ type, body: { person, by } }, Math.trunc(systemClock.now()));

const refused = (because: string, screen: Context['screen']): number =>
  told({ kind: 'refused', because }, screen, () => '');
