// What running a program with these words would do. A described program is read by its description, a few by a reader of
// their own; of any other program nothing more can be known than its words: there the pattern that the operator wrote
// decides, and the sandbox limits what it can do.

import type { Analysis } from './analysis.ts';
import type { Program } from './describe.ts';
import { spell } from './environment.ts';
import { examinePath, examineWord } from './examine.ts';
import { type Field, known, printField, textOf } from './field.ts';
import type { Invocation, Judged } from './invocation.ts';
import { judgePath } from './judge-path.ts';
import { type ReadWord, readOptions } from './options.ts';
import { normalisePath } from './path-words.ts';
import { findProgram } from './programs.ts';
import { findReader } from './readers.ts';
import { type ShellState, sandboxWorkspace } from './shell-state.ts';
import { judgeShellText } from './shell-text.ts';

/** What was found out about the words of one command. */
export interface Findings {
  /** Positions of the words that lead outside the workspace. */
  readonly outside: Set<number>;
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
  if (first.kind === 'unknown') {
    analysis.addOpaque(invocation.fields.map(printField).join(' '), `which program this is: ${first.why}`);
    return { fields: invocation.fields };
  }
  analysis.countCommand();
  const name = fromWorkspace(canonicalName(first.text), invocation.state, analysis);
  const findings: Findings = {
    outside: new Set(),
    spellings: [],
    fields: [known(name), ...invocation.fields.slice(1)],
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
  const argv = findings.fields.map(spell);
  if (name.includes('/')) {
    if (await examineWord(name, invocation.state, analysis)) findings.outside.add(0);
    findings.spellings.push([name.slice(name.lastIndexOf('/') + 1), ...argv.slice(1)]);
  }
  const outside = [...new Set([...findings.outside].sort((a, b) => a - b).map((index) => argv[index] ?? ''))];
  const standing = findings.isImplied && outside.length === 0 ? 'implied' : invocation.standing;
  const { assignments } = invocation;
  analysis.add({ kind: 'run', argv, assignments, spellings: findings.spellings, outside, standing });
  return { fields: findings.fields };
}

/**
 * A program or script named by a relative path is another one in another directory: there it is spelled from its root, so
 * that `./build` in a rule is only ever the one in the workspace itself.
 */
export function fromWorkspace(path: string, { directories }: ShellState, analysis: Analysis): string {
  const [directory, ...others] = directories;
  if (!path.includes('/') || path.startsWith('/')) return path;
  if (directory === sandboxWorkspace && others.length === 0) return path;
  if (directory === undefined || others.length > 0) {
    analysis.addOpaque(path, 'in which directory this program is, is not known before it runs');
    return path;
  }
  return normalisePath(`${directory}/${path}`);
}

/** `/usr/bin/git` as `git`; other paths stay as they are. */
export const canonicalName = (name: string): string => /^\/+(?:usr\/+)?bin\/+([^/]+)$/.exec(name)?.[1] ?? name;

async function judgeUndescribed({ fields, state }: Invocation, findings: Findings, analysis: Analysis): Promise<void> {
  for (const [index, field] of fields.entries()) {
    if (index === 0 || field.kind === 'unknown') {
      if (field.kind === 'unknown' && field.nature !== 'number') analysis.addOpaque(field.text, field.why);
    } else if (await examineWord(field.text, state, analysis)) findings.outside.add(index);
  }
}

/** Judges a program by its description. */
export async function judgeDescribed(
  invocation: Invocation,
  program: Program,
  findings: Findings,
  analysis: Analysis,
): Promise<void> {
  const { fields, state } = invocation;
  const words = withLastOperand(readOptions(fields, program), program);
  refuseUnknownFields(fields, words, program, analysis);
  for (const word of words) await judgeWord(word, invocation, program, findings, analysis);
  const script = words.find(({ option }) => option === '');
  if (program.runsInput && script?.value?.kind === 'known' && script.use === 'any') {
    findings.fields[script.index] = known(scriptFrom(script.value.text, state, analysis));
  }
  const operands = words.filter(({ option }) => option === '');
  for (const { option, value } of words) {
    const isSetting = program.takesSettings && option === '' && /=/.test(textOf(value));
    if (isSetting && !/=(?:\d+|true|false|yes|no|on|off)$/.test(textOf(value))) {
      analysis.addOpaque(textOf(value), `it sets what \`${textOf(fields[0])}\` runs`);
    }
  }
  const isRecursive =
    words.some(({ option }) => /^(?:-[rR]|--(?:dereference-)?recursive)$/.test(option)) && program.isFilter;
  if ((program.readsHere || isRecursive) && !operands.some(({ use }) => use === 'read'))
    await examinePath('.', 'read', state, analysis);
  if (
    program.runsInput &&
    operands.length === 0 &&
    !words.some(({ option }) => isQuestion(option) || runsItself(option, program))
  ) {
    analysis.addOpaque(fields.map(printField).join(' '), `\`${textOf(fields[0])}\` runs what it reads from its input`);
  }
  if (program.runsInput && textOf(operands[0]?.value) === '-') {
    analysis.addOpaque(fields.map(printField).join(' '), `\`${textOf(fields[0])}\` runs what it reads from its input`);
  }
  analysis.printsNames = printsNames(words, program, state);
}

/** The script of an interpreter, spelled from its root in another directory than the workspace itself. */
export const scriptFrom = (script: string, state: ShellState, analysis: Analysis): string =>
  script.includes('/') || script.startsWith('-')
    ? fromWorkspace(script, state, analysis)
    : sameName(script, state, analysis);

function sameName(script: string, state: ShellState, analysis: Analysis): string {
  const located = fromWorkspace(`./${script}`, state, analysis);
  return located === `./${script}` ? script : located;
}

/** `cp a b dir`: the last operand is written. */
function withLastOperand(words: readonly ReadWord[], program: Program): readonly ReadWord[] {
  const operands = words.filter(({ option }) => option === '');
  const last = operands[operands.length - 1];
  const hasTarget = words.some(({ option }) => option === '-t' || option === '--target-directory');
  if (!program.lastIsWritten || last === undefined || operands.length < 2 || hasTarget) return words;
  return words.map((word) => (word === last ? { ...word, use: 'write' } : word));
}

/** True if all it can print are names inside the workspace. Options that cut lines to pieces spoil that. */
function printsNames(words: readonly ReadWord[], program: Program, state: ShellState): boolean {
  if (
    words.some(
      ({ option }) => /^(?:-o|--only-matching|-r|--replace|-c|--bytes|-z|--null)$/.test(option) && program.isFilter,
    )
  ) {
    return false;
  }
  if (program.naming.includes('*') || words.some(({ option }) => program.naming.includes(option))) return true;
  return program.isFilter && state.readsNames && !words.some(({ option, use }) => option === '' && use === 'read');
}

const isQuestion = (option: string): boolean => /^(?:--version|--help|-V|-h|-v)$/.test(option);
const runsItself = (option: string, program: Program): boolean => {
  const use = program.options.get(option);
  return use === 'code' || use === 'shell' || option === '-m' || option === '--test';
};

function refuseUnknownFields(
  fields: readonly Field[],
  words: readonly ReadWord[],
  program: Program,
  analysis: Analysis,
): void {
  if (program.takesAnything) return;
  const start = words.find(({ use }) => use === 'program')?.index ?? fields.length;
  for (const [index, field] of fields.entries()) {
    if (index >= start || field.kind === 'known' || field.nature === 'number') continue;
    const isRead = words.some((word) => word.index === index && word.use === 'read');
    if (field.nature === 'pipe' && isRead && !program.runsInput) continue;
    analysis.addOpaque(field.text, field.why);
  }
}

async function judgeWord(
  word: ReadWord,
  invocation: Invocation,
  program: Program,
  findings: Findings,
  analysis: Analysis,
): Promise<void> {
  const { fields, state } = invocation;
  const { use, value, index, option } = word;
  const name = textOf(fields[0]);
  if (word.isUnknown && program.isStrict) {
    analysis.addOpaque(spell(fields[index] ?? known(option)), `the option \`${option}\` of \`${name}\` is not known`);
  }
  if (use === 'code') {
    const shown = value === undefined ? option : `${option} ${spell(value)}`.trim();
    analysis.addOpaque(shown, `\`${name}${option === '' ? '' : ` ${option}`}\` runs what it is given`);
    return;
  }
  if (use === 'shell') {
    if (value?.kind !== 'known') analysis.addOpaque(option, `what \`${name} ${option}\` runs is not known`);
    else {
      const text = await judgeShellText(value.text, 'posix', invocation, analysis);
      findings.fields[index] = replaceValue(fields[index], value.text, text);
    }
    return;
  }
  if (use === 'program') {
    await judgeInner(invocation, index, program, findings, analysis);
    return;
  }
  if (value?.kind !== 'known' || use === 'flag' || use === 'text') return;
  // Who lets a program run means its operands, not that an option makes it write somewhere as well.
  if ((use === 'output' || (use === 'write' && option !== '')) && value.text !== '-')
    await judgePath(value, 'write', 'own', state, analysis);
  if (await leadsOutside(value.text, use, state, analysis)) findings.outside.add(index);
}

async function leadsOutside(
  text: string,
  use: 'read' | 'write' | 'output' | 'both' | 'any',
  state: ShellState,
  analysis: Analysis,
): Promise<boolean> {
  if (use === 'any') return examineWord(text, state, analysis);
  if (text.startsWith('~')) return true;
  const isRead = use === 'read' || use === 'both';
  const readsOutside = isRead && (await examinePath(text, 'read', state, analysis));
  return (use !== 'read' && (await examinePath(text, 'write', state, analysis))) || readsOutside;
}

/** Puts the printed form where the text of the model was, also in `--command=text`. */
const replaceValue = (field: Field | undefined, before: string, after: string): Field => {
  const text = textOf(field);
  return known(text.endsWith(before) ? text.slice(0, text.length - before.length) + after : after);
};

/** Judges the command that starts at a word of another one. */
export async function judgeInner(
  invocation: Invocation,
  index: number,
  program: Program,
  findings: Findings,
  analysis: Analysis,
): Promise<void> {
  const fields = invocation.fields.slice(index);
  if (program.wrapping === 'spelling') {
    findings.spellings.push(fields.map(spell));
    for (const [offset, field] of fields.entries()) {
      if (field.kind === 'unknown') analysis.addOpaque(field.text, field.why);
      else if (!program.isRemote && (await examineWord(field.text, invocation.state, analysis))) {
        findings.outside.add(index + offset);
      }
    }
    return;
  }
  const judged = await analysis.deeper(() => judge({ ...invocation, fields, inShell: false }, analysis));
  findings.fields.splice(index, fields.length, ...judged.fields);
  findings.spellings.push(judged.fields.map(spell));
  if (program.wrapping === 'pure') findings.isImplied = true;
}
