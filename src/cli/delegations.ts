// `sallyport approvals delegate`, `delegations` and `undelegate`: roles that people lend each other for a while.

import { createDelegationDesk, type DelegationDesk, type Done } from '../approvals/delegation-desk.ts';
import type { Delegation } from '../approvals/delegations.ts';
import { isActive } from '../approvals/delegations.ts';
import { systemClock } from '../kernel/system-clock.ts';
import { durationMs } from '../policy/policy-schema.ts';
import type { Action, Context } from './command.ts';
import { type EvidenceOptions, evidenceIn } from './evidence.ts';
import { exitCode, UsageError } from './exit-codes.ts';
import { openLedger } from './open-ledger.ts';
import { type OpenPeople, openPeople } from './open-people.ts';
import { jsonText, oneLine, type Screen } from './screen.ts';

/** `approvals delegate`: lends a role of the account that runs it. */
export function delegate(options: EvidenceOptions & { to: string; role: string; until: string }): Action {
  const { to, role } = options;
  return withDesk(async (desk, people, { screen }) => {
    const until = momentOf(options.until, systemClock.now());
    const wish = { to, role, until };
    const evidence = await evidenceIn(options, () => desk.statement(wish));
    return told(await desk.delegate(await people.me(), wish, evidence), screen, (made) => `lent: ${lineOf(made)}`);
  });
}

/** `approvals undelegate`: takes a role back. */
export function undelegate(id: string): Action {
  return withDesk(async (desk, people, { screen }) =>
    told(await desk.revoke(id, await people.me()), screen, (revoked) => `taken back: ${lineOf(revoked)}`),
  );
}

/** `approvals delegations`: what is lent, the newest first. */
export function listDelegations(options: { all: boolean }): Action {
  return withDesk(async (desk, _people, { screen }) => {
    const found = (await desk.list()).filter((one) => options.all || isActive(one, systemClock.now()));
    if (screen.isJson) screen.result(jsonText(found));
    else for (const one of found) screen.result(lineOf(one));
    if (found.length === 0) screen.note('nobody lent a role\n');
    return exitCode.done;
  });
}

/** Prints what came of it, or why nothing did. */
export function told<T>(done: Done<T>, screen: Screen, lineFor: (what: T) => string): number {
  if (done.kind === 'done') {
    screen.result(screen.isJson ? jsonText(done.what) : lineFor(done.what));
    return exitCode.done;
  }
  if (screen.isJson) screen.result(jsonText({ refused: done.because }));
  else process.stderr.write(`sallyport: ${done.because}\n`);
  return exitCode.refused;
}

function withDesk(work: (desk: DelegationDesk, people: OpenPeople, context: Context) => Promise<number>): Action {
  return async (context) => {
    const { store } = await openLedger(context.settings.home, systemClock);
    try {
      const people = openPeople(store, context.settings);
      return await work(createDelegationDesk(people.codes, people.directory), people, context);
    } finally {
      await store.close();
    }
  };
}

/** A moment, or a time from now. */
function momentOf(text: string, now: number): number {
  const until = /^[1-9]\d{0,3}[smhd]$/.test(text) ? Math.trunc(now) + durationMs(text) : Date.parse(text);
  if (!Number.isNaN(until)) return until;
  throw new UsageError(`could not read \`--until ${text}\`: write e.g. \`8h\` or \`2026-12-01T08:00Z\``);
}

function lineOf({ id, from, to, role, until, revokedAt }: Delegation): string {
  const names = `${oneLine(from, 80)} lends ${oneLine(role, 64)} to ${oneLine(to, 80)}`;
  const state = revokedAt > 0 ? `, taken back ${new Date(revokedAt).toISOString()}` : '';
  return `${id}  ${names} until ${new Date(until).toISOString()}${state}`;
}
