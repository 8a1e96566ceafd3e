// What running a program with these words would do. A described program is read by its description, a few by a reader of
// their own; of any other program nothing more can be known than its words: there the pattern that the operator wrote
// decides, and the sandbox limits what it can do.

import type { Analysis } from './analysis.ts';
import type { Program } from './describe.ts';
import { spell } from './environment.ts';
import { examineWord } from './examine.ts';
import { exactText, type Field, known, printField, textOf } from './field.ts';
import { wordsInSandbox } from './host-spelling.ts';
import type { Invocation, Judged } from './invocation.ts';
import { judgeDescribed } from './judge-described.ts';
import { normalisePath } from './path-words.ts';
import { findProgram } from './programs.ts';
import { findReader } from './readers.ts';
import { spellReally } from './real-places.ts';
import { type ShellState, sandboxWorkspace } from './shell-state.ts';
import { judgeShellText } from './shell-text.ts';

/** What was found out about the words of one command. */
export interface Findings {
  /** Positions of the words that lead outside the workspace. */
  readonly outside: Set<number>;
  /** Positions of the words of which nothing is known and that have been looked at. */
  readonly examined: Set<number>;
  readonly spellings: (readonly string[])[];
  /** The words as they run. */
  readonly fields: Field[];
  /** True if it stands for the command inside it. */
  isImplied: boolean;
}

/** Judges one command and answers its words as they run. */
export async function judge(invocation: Invocation, analysis: Analysis): Promise<Judged> {
  const [first] = invocation.fields;
  if (first === undefined) return { fields: [] };
  if (first.kind === 'unknown' || first.printed !== undefined) {
    analysis.addOpaque(
      invocation.fields.map(printField).join(' '),
      'which program this is: it is not known before it runs',
    );
    return { fields: invocation.fields };
  }
  analysis.countCommand();
  const words = wordsInSandbox(invocation.fields, canonicalName(first.text), analysis);
  const name = fromWorkspace(canonicalName(textOf(words[0])), invocation.state, analysis);
  const findings: Findings = {
    outside: new Set(),
    examined: new Set(),
    spellings: [],
    fields: [known(name), ...words.slice(1)],
    isImplied: false,
  };
  if (name === '') analysis.addOpaque("''", 'the name of the program is empty');
  const inner: Invocation = { ...invocation, fields: findings.fields };
  // A program given by its path need not be the one of that name, so it is read both ways.
  const base = name.slice(name.lastIndexOf('/') + 1);
  const reader = findReader(base);
  const program = findProgram(base);
  if (reader !== undefined) await reader(inner, findings, analysis);
  else if (program !== undefined) await judgeDescribed(inner, program, findings, analysis);
  else await judgeUndescribed(inner, findings, analysis);

  if (name.includes('/')) {
    findings.isImplied = false;
    await judgeUndescribed(inner, findings, analysis);
  }
  for (const [index, word] of words.entries()) {
    // A reader that put another word where a sample stood has spelled the same word anew.
    const field = findings.fields[index];
    if (word.kind === 'known' && word.printed !== undefined && textOf(field) === word.text)
      findings.fields[index] = word;
  }
  const argv = findings.fields.map(spell);
  if (name.includes('/')) {
    if (await examineWord(name, invocation.state, analysis)) findings.outside.add(0);
    findings.spellings.push([name.slice(name.lastIndexOf('/') + 1), ...argv.slice(1)]);
  }
  // `wc -l < notes.md` shows no more than `wc -l notes.md`: whoever allows that has allowed the file.
  if (invocation.input !== undefined && reader === undefined && readsOperands(program))
    findings.spellings.push([...argv, invocation.input]);
  if (invocation.within !== undefined) findings.spellings.push([...invocation.within, ...argv]);
  const really = await spellReally(argv, invocation.state, analysis);
  if (really !== undefined) findings.spellings.push(really);
  const outside = [...new Set([...findings.outside].sort((a, b) => a - b).map((index) => argv[index] ?? ''))];
  const standing = findings.isImplied && outside.length === 0 ? 'implied' : invocation.standing;
  const { assignments } = invocation;
  analysis.add({ kind: 'run', argv, assignments, spellings: findings.spellings, outside, standing });
  return { fields: findings.fields };
}

/** True if a last word would be one more file to read, and no more than that. */
const readsOperands = (program: Program | undefined): boolean =>
  program !== undefined &&
  (program.isHarmless || program.operands[program.operands.length - 1] === 'read') &&
  !program.lastIsWritten;

/** `/usr/bin/git` as `git`; other paths stay as they are. */
export const canonicalName = (name: string): string => /^\/+(?:usr\/+)?bin\/+([^/]+)$/.exec(name)?.[1] ?? name;

/**
 * A program or script named by a relative path is another one in another directory: there it is spelled from its root, so
 * that `./build` in a rule is only ever the one in the workspace itself.
 */
export function fromWorkspace(path: string, { directories }: ShellState, analysis: Analysis): string {
  const [directory, ...others] = directories;
  if (!path.includes('/') || path.startsWith('/') || directories.length === 0) return path;
  if (directory === sandboxWorkspace && others.length === 0) return path;
  if (directory === undefined || others.length > 0) {
    analysis.addOpaque(path, 'in which directory this program is, is not known before it runs');
    return path;
  }
  return normalisePath(`${directory}/${path}`);
}

async function judgeUndescribed({ fields, state }: Invocation, findings: Findings, analysis: Analysis): Promise<void> {
  for (const [index, field] of fields.entries()) {
    if (index === 0 || field.kind === 'unknown') {
      if (field.kind === 'unknown') analysis.addOpaque(field.text, field.why);
    } else if (await examineWord(field.text, state, analysis)) findings.outside.add(index);
  }
}

/** Judges the command that starts at a word of another one. */
export async function judgeInner(
  invocation: Invocation,
  index: number,
  program: Program,
  findings: Findings,
  analysis: Analysis,
): Promise<void> {
  const fields = invocation.fields.slice(index);
  const inner: Invocation = {
    ...invocation,
    fields,
    inShell: false,
    within: [...(invocation.within ?? []), ...invocation.fields.slice(0, index).map(spell)],
    // Elsewhere the same paths are other files, of which nothing is known here.
    state: program.isRemote ? { ...invocation.state, directories: [] } : invocation.state,
    standing: program.wrapping === 'spelling' ? 'implied' : invocation.standing,
  };
  const joined = fields.map(textOf).join(' ');
  if (program.joinsWords && /[^\w\s@%+=:,./-]/.test(joined)) {
    if (fields.some((field) => exactText(field) === undefined))
      analysis.addOpaque(fields.map(printField).join(' '), 'what a shell there would read is not known before it runs');
    findings.fields.splice(index, fields.length, known(await judgeShellText(joined, 'posix', inner, analysis)));
    return;
  }
  if (program.wrapping === 'spelling') {
    for (const [offset, field] of fields.entries()) {
      if (await examineWord(textOf(field), inner.state, analysis)) findings.outside.add(index + offset);
    }
  }
  const judged = await analysis.deeper(() => judge(inner, analysis));
  findings.fields.splice(index, fields.length, ...judged.fields);
  findings.spellings.push(judged.fields.map(spell));
  if (program.wrapping === 'pure') findings.isImplied = true;
}
