// A program that has a description: each word is judged as what the description says it is.

import type { Analysis } from './analysis.ts';
import type { Program } from './describe.ts';
import { examinePath } from './examine.ts';
import { known, printField, textOf } from './field.ts';
import type { Invocation } from './invocation.ts';
import { type Findings, fromWorkspace } from './judge.ts';
import { judgeWord } from './judge-word.ts';
import { type ReadWord, readCommand } from './options.ts';
import type { ShellState } from './shell-state.ts';
import { isOnlyData } from './unknown-word.ts';

/** Judges a program by its description. */
export async function judgeDescribed(
  invocation: Invocation,
  described: Program,
  findings: Findings,
  analysis: Analysis,
): Promise<void> {
  const { fields, state } = invocation;
  const read = readCommand(fields, described);
  const { program } = read;
  const words = withLastOperand(read.words, program);
  await refuseUnknownFields(invocation, words, program, analysis);
  for (const word of words) await judgeWord(word, invocation, program, findings, analysis);
  const script = words.find(({ option }) => option === '');
  if (program.runsInput && script?.value?.kind === 'known' && script.use === 'any') {
    findings.fields[script.index] = known(scriptFrom(script.value.text, state, analysis));
  }
  const operands = words.filter(({ option }) => option === '');
  for (const { option, value } of words) {
    const isSetting = program.takesSettings && option === '' && /=/.test(textOf(value));
    const isPlain = /=(?:\d+|true|false|yes|no|on|off)$/.test(textOf(value));
    if (isSetting && !isPlain && program.harmless?.test(`=${textOf(value)}`) !== true) {
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
  const isPlaced = words.some(({ use, option }) => use === 'prefix' || (use === 'both' && option !== ''));
  if (program.makesIn !== '' && !isPlaced) await examinePath(program.makesIn, 'write', state, analysis);
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

async function refuseUnknownFields(
  { fields, state }: Invocation,
  words: readonly ReadWord[],
  program: Program,
  analysis: Analysis,
): Promise<void> {
  if (program.takesAnything) return;
  const start = words.find(({ use }) => use === 'program')?.index ?? fields.length;
  for (const [index, field] of fields.entries()) {
    if (index >= start || field.kind === 'known') continue;
    const word = words.find((one) => one.index === index);
    if (await isOnlyData(field, word, program, state, analysis)) continue;
    analysis.addOpaque(field.text, field.why);
  }
}
