// `sallyport audit diff`: what two runs did differently.

import { visible } from '../kernel/describe.ts';
import type { ComparedCall, Difference } from '../ledger/review/compare.ts';
import { compareRuns } from '../ledger/review/compare.ts';
import { findRun } from '../ledger/review/find-run.ts';
import { counted, spellMoment } from '../ledger/review/spell.ts';
import type { CallStory, RunStory } from '../ledger/review/story.ts';
import { callsOf, endsText } from '../ledger/review/story.ts';
import { decisionText, marks } from '../ledger/review/tree.ts';
import { withLedger } from './audit.ts';
import { noSuchRun } from './audit-tree.ts';
import type { Action } from './command.ts';
import { exitCode } from './exit-codes.ts';
import { jsonText, oneLine, type Screen } from './screen.ts';

/** Compares two runs; exit code 0 whether they differ or not. */
export function diffRuns(before: string, after: string): Action {
  return withLedger(async (ledger, { screen }) => {
    const stories: RunStory[] = [];
    for (const run of [before, after]) {
      const story = await findRun(ledger, run);
      if (story === null) return noSuchRun(run);
      stories.push(story);
    }
    const [one, other] = stories;
    if (one === undefined || other === undefined) return exitCode.failed;
    const compared = compareRuns(one, other);
    if (screen.isJson) {
      screen.result(jsonText({ runs: stories.map(briefly), run: compared.run, calls: compared.calls.map(asJson) }));
      return exitCode.done;
    }
    showRun('-', one, screen);
    showRun('+', other, screen);
    for (const difference of compared.run) showDifference(difference, screen);
    screen.result('');
    const same = compared.calls.filter(({ kind }) => kind === 'same').length;
    for (const call of compared.calls) showCall(call, screen);
    const rest = compared.calls.length - same;
    const isSame = rest === 0 && compared.run.length === 0;
    screen.note(isSame ? 'both did the same\n' : `${counted(rest, 'call')} differ, ${same} are the same\n`);
    return exitCode.done;
  });
}

const briefly = ({ run, startedAt, endedAt, phase, first, last }: RunStory) => ({
  run,
  startedAt,
  endedAt,
  phase,
  first,
  last,
});

function asJson(call: ComparedCall) {
  const brief = ({ call: id, tool, what, end, records }: CallStory) => ({ call: id, tool, what, end, records });
  const before = 'before' in call ? brief(call.before) : null;
  const after = 'after' in call ? brief(call.after) : null;
  return { kind: call.kind, before, after, differences: call.kind === 'changed' ? call.differences : [] };
}

function showRun(sign: '-' | '+', story: RunStory, screen: Screen): void {
  const calls = callsOf(story);
  const text = `${visible(story.run)}  ${spellMoment(story.startedAt)}  ${counted(calls.length, 'call')}: ${endsText(calls)}`;
  screen.result(paint(sign, oneLine(`${sign} ${text}`, screen.columns), screen));
}

function showCall(call: ComparedCall, screen: Screen): void {
  const { columns, colours } = screen;
  switch (call.kind) {
    case 'same':
      screen.result(colours.dim(oneLine(`= ${marks[call.after.end]} ${call.after.what}`, columns)));
      return;
    case 'removed':
      showOne('-', call.before, screen);
      return;
    case 'added':
      showOne('+', call.after, screen);
      return;
    case 'changed':
      screen.result(colours.bold(oneLine(`~ ${marks[call.after.end]} ${call.after.what}`, columns)));
      for (const difference of call.differences) showDifference(difference, screen);
      return;
    default:
      call satisfies never;
  }
}

function showOne(sign: '-' | '+', call: CallStory, screen: Screen): void {
  screen.result(paint(sign, oneLine(`${sign} ${marks[call.end]} ${call.what}`, screen.columns), screen));
  screen.result(screen.colours.dim(`    ${oneLine(decisionText(call), screen.columns - 4)}`));
}

function showDifference({ what, before, after }: Difference, screen: Screen): void {
  screen.result(`    ${screen.colours.dim(what)}`);
  for (const [sign, text] of [
    ['-', before],
    ['+', after],
  ] as const) {
    if (text !== '')
      screen.result(`    ${paint(sign, `${sign} ${oneLine(visible(text), screen.columns - 6)}`, screen)}`);
  }
}

const paint = (sign: '-' | '+', text: string, { colours }: Screen): string =>
  sign === '-' ? colours.red(text) : colours.green(text);
