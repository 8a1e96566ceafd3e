// A test report for a person: one line for each file, and below it only what needs somebody's attention.

import type { PolicyReport, TestFailure, TestFileReport, TestReport } from '../policy/testing/report.ts';
import { harmless, oneLine, type Screen } from './screen.ts';

const failuresShownMax = 50;

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Shows all of a report. */
export function showReport({ files, policies }: TestReport, screen: Screen): void {
  for (const file of files) showFile(file, screen);
  if (policies.length > 0) screen.note('\n');
  for (const policy of policies) showPolicy(policy, screen);
}

function showFile(file: TestFileReport, screen: Screen): void {
  const { colours, note } = screen;
  if (file.kind === 'broken') {
    note(`${colours.red('✗')} ${harmless(file.path)}  ${colours.dim('cannot be used')}\n`);
    for (const { path, line, column, what } of file.problems) {
      note(`    ${harmless(path)}:${line}:${column}  ${harmless(what)}\n`);
    }
    return;
  }
  const failures = file.calls.flatMap(({ failure }) => (failure === null ? [] : [failure]));
  const mark = failures.length === 0 ? colours.green('✓') : colours.red('✗');
  const counts = `${counted(file.calls.length, 'call')} in ${counted(file.cases, 'case')}`;
  const failed = failures.length === 0 ? '' : colours.red(`, ${failures.length} not as expected`);
  note(
    `${mark} ${harmless(file.path)}  ${colours.dim(counts)}${failed} ${colours.dim(`(${Math.round(file.ms)} ms)`)}\n`,
  );
  for (const failure of failures.slice(0, failuresShownMax)) showFailure(failure, screen);
  if (failures.length > failuresShownMax) note(`    and ${failures.length - failuresShownMax} more\n`);
}

function showFailure(failure: TestFailure, { colours, note, columns }: Screen): void {
  const { path, line, column, call, differences, rules, because } = failure;
  note(`\n    ${colours.bold(oneLine(call, columns - 4))}\n`);
  for (const difference of differences) note(`      ${harmless(difference)}\n`);
  const by = rules.length === 0 ? '' : `${rules.map(({ rule }) => rule).join(', ')}: `;
  note(`      ${colours.dim(`${oneLine(`${by}${because}`, columns * 3)}`)}\n`);
  note(`      ${colours.dim(`in "${oneLine(failure.case, columns)}", ${harmless(path)}:${line}:${column}`)}\n`);
}

function showPolicy({ path, rules, untouched, mutants }: PolicyReport, { colours, note }: Screen): void {
  const missed = mutants?.survivors ?? [];
  const isGood = untouched.length === 0 && missed.length === 0;
  const caught = mutants === null ? '' : `, ${mutants.made - missed.length} of ${mutants.made} mutants noticed`;
  const mark = isGood ? colours.green('✓') : colours.yellow('!');
  const time = mutants === null ? '' : ` (${Math.round(mutants.ms)} ms)`;
  note(
    `${mark} ${harmless(path)}  ${colours.dim(`${rules - untouched.length} of ${rules} rules touched${caught}${time}`)}\n`,
  );
  for (const { rule, line, hint } of untouched) {
    note(
      `    ${harmless(path)}:${line}  no test touches ${colours.bold(rule)}\n      ${colours.dim(harmless(hint))}\n`,
    );
  }
  const untested = new Set(untouched.map(({ rule }) => rule));
  for (const { rule, line, change, hint } of missed) {
    // Who has no test at all needs one first.
    if (untested.has(rule)) continue;
    const what = rule === '' ? 'the file' : rule;
    note(`    ${harmless(path)}:${line}  no test notices ${colours.bold(what)} ${harmless(change)}\n`);
    note(`      ${colours.dim(harmless(hint))}\n`);
  }
}
