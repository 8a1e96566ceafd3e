// `sallyport halt` and `resume`: the brake. Anybody who reaches the state home may stop agents; only an operator may let them
// go again, with a step-up where the configuration demands one.

import { userInfo } from 'node:os';
import type { Person } from '../approvals/people.ts';
import { changeStatement, shownFor } from '../approvals/shown-for.ts';
import { createHalts, type Halt, type HaltDesk } from '../halts/halts.ts';
import type { Store } from '../kernel/store.ts';
import { systemClock } from '../kernel/system-clock.ts';
import { everyRole, operatorRole, stepUpRank } from '../kernel/terms.ts';
import type { Action, Context } from './command.ts';
import { type EvidenceOptions, evidenceIn } from './evidence.ts';
import { exitCode } from './exit-codes.ts';
import { redactorOf } from './open-approvals.ts';
import { openLedger } from './open-ledger.ts';
import { openPeople } from './open-people.ts';
import { jsonText, oneLine, type Screen } from './screen.ts';

/** `halt [reason...]`: stops one agent, or all of them. */
export function haltAgents(reason: readonly string[], options: { agent?: string; list: boolean }): Action {
  const agent = options.agent ?? '';
  return withHalts(async (halts, store, { settings, screen }) => {
    if (options.list) return list(await halts.list(), screen);
    const { me } = openPeople(store, settings);
    // Stopping is always possible, also where nobody can tell who there is.
    const by = (await me().catch(() => undefined))?.id ?? userInfo().username;
    const isNew = await halts.halt(agent, by, reason.join(' '));
    const whom = agent === '' ? 'all agents' : `agent \`${agent}\``;
    screen.note(
      isNew
        ? `${whom} halted: new calls are refused now, running ones end within a second\n`
        : `${whom} halted already\n`,
    );
    const isKnown = agent === '' || agent === 'main' || Object.hasOwn(settings.config.agents, agent);
    if (!isKnown)
      screen.note(
        `config.yaml has no agent \`${agent}\`: names have to be spelled exactly; without --agent all stop\n`,
      );
    screen.note(`an operator lets go with \`sallyport resume${agent === '' ? '' : ` --agent ${agent}`}\`\n`);
    return exitCode.done;
  });
}

/** `resume`: lets one agent go, or what `halt` without an agent stopped. */
export function resumeAgents(options: EvidenceOptions & { agent?: string; statement: boolean }): Action {
  const agent = options.agent ?? '';
  return withHalts(async (halts, store, { settings, screen }) => {
    const halt = (await halts.list()).find((one) => one.agent === agent);
    if (halt === undefined) {
      const what = agent === '' ? 'nothing is halted as a whole' : `agent \`${agent}\` is not halted`;
      process.stderr.write(`sallyport: ${what}: see \`sallyport halt --list\`\n`);
      return exitCode.failed;
    }
    const { me, codes } = openPeople(store, settings);
    const person = await me();
    const because = whyNotResume(person);
    if (person === undefined || because !== '') return refused(because);
    const what = `resume ${agent === '' ? 'all agents' : `agent ${agent}`}, halted ${new Date(halt.at).toISOString()}`;
    const statement = () => changeStatement(what, store);
    if (options.statement) {
      screen.result((await statement()).trimEnd());
      return exitCode.done;
    }
    const shown = await shownFor(person, what, await evidenceIn(options, statement), codes);
    if (shown.kind === 'refused') return refused(shown.because);
    const demanded = settings.config.resume?.stepUp ?? 'none';
    if (stepUpRank[shown.stepUp] < stepUpRank[demanded])
      return refused(`config.yaml demands a ${demanded} for it: add \`${demanded === 'code' ? '--code' : '--sign'}\``);
    await halts.resume(agent, person.id, shown.proof);
    const left = (await halts.list()).filter((one) => agent === '' || one.agent === '' || one.agent === agent);
    const whom = agent === '' ? 'all agents' : `agent \`${agent}\``;
    screen.note(left.length === 0 ? `${whom} may make calls again\n` : `resumed, but halted still is:\n`);
    if (left.length > 0) list(left, screen);
    return exitCode.done;
  });
}

function whyNotResume(person: Person | undefined): string {
  if (person === undefined) return `\`${userInfo().username}\` is not among the \`people\` in config.yaml`;
  const isOperator = person.roles.includes(operatorRole) || person.roles.includes(everyRole);
  return isOperator ? '' : `\`${person.id}\` lacks the role \`${operatorRole}\``;
}

function refused(because: string): number {
  process.stderr.write(`sallyport: nothing was resumed: ${because}\n`);
  return exitCode.refused;
}

function list(halts: readonly Halt[], screen: Screen): number {
  if (screen.isJson) screen.result(jsonText(halts));
  else
    for (const { agent, by, because, at } of halts) {
      const why = because === '' ? '' : `  ${because}`;
      screen.result(oneLine(`${agent || 'all agents'}  by ${by}  ${new Date(at).toISOString()}${why}`, screen.columns));
    }
  if (halts.length === 0) screen.note('nothing is halted\n');
  return exitCode.done;
}

function withHalts(work: (halts: HaltDesk, store: Store, context: Context) => Promise<number>): Action {
  return async (context) => {
    const { store } = await openLedger(context.settings.home, systemClock);
    try {
      return await work(createHalts(store, systemClock, redactorOf(context.settings)), store, context);
    } finally {
      await store.close();
    }
  };
}
