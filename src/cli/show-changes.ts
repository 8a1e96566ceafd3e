// Changes of verdicts as a person reads them: the looser ones first, each with the rules and a few of the calls.

import type { ChangeGroup, Changes, RuleName } from '../policy/history/changes.ts';
import { spellChange } from '../policy/history/changes.ts';
import type { Looked } from '../policy/history/replay.ts';
import { harmless, oneLine, type Screen } from './screen.ts';

const groupsShownMax = 40;

/** Prints the groups of changes. */
export function showChanges({ groups, ungrouped }: Changes, screen: Screen): void {
  const { colours } = screen;
  const looser = groups.filter(({ direction }) => direction === 'looser');
  const tighter = groups.filter(({ direction }) => direction === 'tighter');
  for (const [title, some] of [
    [colours.yellow(colours.bold('looser')), looser],
    [colours.bold('tighter'), tighter],
  ] as const) {
    if (some.length === 0) continue;
    screen.result(`\n${title}`);
    for (const group of some.slice(0, groupsShownMax)) showGroup(group, screen);
    if (some.length > groupsShownMax)
      screen.result(`  and ${some.length - groupsShownMax} more; --json has all of them`);
  }
  if (ungrouped > 0) screen.result(`\n${ungrouped} more calls changed under too many different rules to list`);
}

function showGroup(group: ChangeGroup, screen: Screen): void {
  const { from, to, what, before, after, calls, approved, declined, examples } = group;
  const { colours, columns } = screen;
  const answers = [
    ...(approved > 0 ? [`${spellNumber(approved)} approved`] : []),
    ...(declined > 0 ? [`${spellNumber(declined)} declined`] : []),
  ];
  const asked = answers.length === 0 ? '' : `, ${answers.join(', ')} by people then`;
  const change = from === to ? `${from}, as before` : spellChange(from, to);
  screen.result(`  ${colours.bold(change)}  ${spellCalls(calls)}${asked}`);
  for (const text of what) screen.result(`    ${harmless(text)}`);
  screen.result(`    now by ${spellRules(after)}; before by ${spellRules(before)}`);
  for (const { call, times } of examples) {
    const often = times === 1 ? '' : `  (${spellNumber(times)} times)`;
    screen.result(`      ${colours.cyan(oneLine(call, columns - 24))}${often}`);
  }
}

/** One line on what was gone through. */
export function lookedText({ calls, unclear, unreadable, from, until }: Looked): string {
  if (from === null || until === null) {
    return `no call was judged yet${unclear === 0 ? '' : `; ${spellCalls(unclear)} could not be understood`}`;
  }
  const rest = [
    ...(unclear === 0 ? [] : [`${spellCalls(unclear)} could not be understood and stay refused`]),
    ...(unreadable === 0 ? [] : [`${unreadable} records could not be read`]),
  ];
  return `${spellCalls(calls)} from ${dayOf(from)} to ${dayOf(until)}${rest.map((text) => `; ${text}`).join('')}`;
}

/** `1 call`, `1,204 calls`. */
export const spellCalls = (count: number): string => `${spellNumber(count)} ${count === 1 ? 'call' : 'calls'}`;

export const spellNumber = (count: number): string => count.toLocaleString('en');

/** The day of a moment, UTC. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Rules for people; a call without any was opened by none. */
export const spellRules = (rules: readonly RuleName[]): string =>
  rules.length === 0
    ? 'no rule, so it is denied'
    : rules.map(({ policy, rule }) => harmless(`\`${rule}\` (${policy})`)).join(', ');
