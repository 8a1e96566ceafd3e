// `sallyport approvals grants`: approvals that reach further than one call, and how to end them.

import { quoted, visible } from '../kernel/describe.ts';
import type { StandingApproval } from '../kernel/store.ts';
import { systemClock } from '../kernel/system-clock.ts';
import { withApprovals } from './approvals.ts';
import type { Action } from './command.ts';
import { exitCode } from './exit-codes.ts';
import { jsonText, oneLine } from './screen.ts';

const listedMax = 1_000;

/** `approvals grants list`. */
export function listStanding(options: { all: boolean }): Action {
  return withApprovals(async ({ approvals }, { screen }) => {
    const now = systemClock.now();
    const found = (await approvals.standing(listedMax)).filter((one) => options.all || stateOf(one, now) === 'open');
    if (screen.isJson) screen.result(jsonText(found.map((one) => ({ ...one, state: stateOf(one, now) }))));
    else for (const one of found) screen.result(standingLine(one, now, screen.columns));
    if (found.length === 0) screen.note('no approval reaches further than its call\n');
    return exitCode.done;
  });
}

/** `approvals grants revoke`. */
export function revokeStanding(ids: readonly string[]): Action {
  return withApprovals(async ({ approvals, me }, { screen }) => {
    const by = await me();
    let code: number = exitCode.done;
    for (const id of ids) {
      const replied = await approvals.revokeStanding(id, { id: by });
      const because = replied.kind === 'refused' ? replied.because : '';
      if (because !== '') code = exitCode.refused;
      if (screen.isJson) screen.result(jsonText(because === '' ? { id, revoked: true } : { id, refused: because }));
      else if (because === '') screen.result(`revoked ${id}`);
      else process.stderr.write(`sallyport: could not revoke \`${id}\`: ${because}\n`);
    }
    return code;
  });
}

const stateOf = ({ state, until }: StandingApproval, now: number): StandingApproval['state'] =>
  state === 'open' && until <= now ? 'over' : state;

function standingLine(one: StandingApproval, now: number, columns: number): string {
  const { id, usesLeft, until, reach, tool, args, answers } = one;
  const uses = usesLeft === null ? 'any number' : `${usesLeft} left`;
  const shown = reach.words.length === 0 ? visible(JSON.stringify(args)) : `${reach.words.map(quoted).join(' ')} *`;
  const what = `${quoted(tool)} ${shown}`;
  const by = answers.map(({ person }) => person).join(', ');
  const head = `${id}  ${stateOf(one, now).padEnd(7)}  ${uses}, until ${new Date(until).toISOString().slice(0, 16)}Z`;
  return `${head}  ${oneLine(`${what} · in ${reach.caller.session}, by ${by}`, Math.max(columns - head.length - 2, 20))}`;
}
