// Loops. One over known words is printed as its rounds, so that each round is judged with the word it really has; in any
// other loop a round knows only what no round changes.

import type { ArithmeticFor, CompoundList, For, While } from 'unbash';
import type { Analysis } from './analysis.ts';
import { numberIn } from './arithmetic-word.ts';
import { assign } from './environment.ts';
import { examinePath } from './examine.ts';
import { exactText, type Field, known, printField, textOf, unknownWord } from './field.ts';
import { enterLoop } from './loop-state.ts';
import { printStep, withNumbers } from './print-arithmetic.ts';
import { type Evaluated, evaluateStatements, joinStatements, terminated } from './script.ts';
import { isNumber, numberSample } from './shape.ts';
import { either, joined, merge, type ShellState } from './shell-state.ts';
import { UnclearCommand } from './unclear-command.ts';
import { expandWord } from './word.ts';

const roundsMax = 100;
const unrolledMax = 100;

const list = (body: CompoundList, state: ShellState, analysis: Analysis): Promise<Evaluated> =>
  evaluateStatements(body.commands, state, analysis);

/** Reads `while` and `until`. */
export async function evaluateWhile(node: While, state: ShellState, analysis: Analysis): Promise<Evaluated> {
  const { state: start } = enterLoop([...node.clause.commands, ...node.body.commands], [], state);
  const clause = await list(node.clause, start, analysis);
  const [enter, leave] =
    node.kind === 'while' ? [clause.flow.success, clause.flow.failure] : [clause.flow.failure, clause.flow.success];
  const mark = analysis.jumped.length;
  const body = await list(node.body, enter, analysis);
  const after = merge(leave, afterRound(body, mark, analysis));
  refuseDrift(start, after);
  const text = `${node.kind} ${terminated(clause.text)} do ${terminated(body.text)} done`;
  return { text, flow: either(merge(start, after)) };
}

/** Reads `for ((…; …; …))`. */
export async function evaluateCounting(node: ArithmeticFor, state: ShellState, analysis: Analysis): Promise<Evaluated> {
  if (state.dialect === 'posix') throw new UnclearCommand('`for ((…))` is not known to every shell; use `while`');
  const first = await step(node.initialize, state, analysis);
  const { state: start } = enterLoop(node.body.commands, [node.test, node.update], first.state);
  const test = await step(node.test, start, analysis);
  const mark = analysis.jumped.length;
  const body = await list(node.body, test.state, analysis);
  const update = await step(node.update, afterRound(body, mark, analysis), analysis);
  const after = merge(test.state, update.state);
  refuseDrift(start, after);
  const text = `for (( ${first.text}; ${test.text}; ${update.text} )); do ${terminated(body.text)} done`;
  return { text, flow: either(merge(start, after)) };
}

async function step(
  expression: ArithmeticFor['test'],
  state: ShellState,
  analysis: Analysis,
): Promise<{ text: string; state: ShellState }> {
  if (expression === undefined) return { text: '', state };
  const { text, assigned } = await printStep(expression, state, numberIn(state, analysis));
  return { text, state: withNumbers(state, assigned) };
}

/** The shell after a round, also where it was cut short. */
const afterRound = (body: Evaluated, mark: number, { jumped }: Analysis): ShellState =>
  jumped.slice(mark).reduce(merge, joined(body.flow));

/** A round must not see another directory, environment or function than the first one did. */
function refuseDrift(start: ShellState, after: ShellState): void {
  const isSame =
    after.directories.every((directory) => start.directories.includes(directory)) &&
    [...after.carried].every(([name, value]) => start.carried.get(name) === value) &&
    [...after.functions].every(([name]) => start.functions.has(name));
  if (!isSame) throw new UnclearCommand('a loop changes its directory, environment or functions from round to round');
}

/** Reads `for name in …`. */
export async function evaluateFor(node: For, state: ShellState, analysis: Analysis): Promise<Evaluated> {
  const name = node.name.text;
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw new UnclearCommand(`the loop variable \`${name}\` is not a plain name`);
  const words: Field[] = [];
  for (const word of node.wordlist ?? []) words.push(...(await expandWord(word, state, analysis)));
  if (node.wordlist === undefined) {
    if (state.parameters === undefined)
      throw new UnclearCommand('a `for` without words uses the arguments of the shell');
    analysis.readsParameters = true;
    words.push(...state.parameters.map(known));
  }
  if (words.length > roundsMax) throw new UnclearCommand(`it repeats a loop more than ${roundsMax} times; split it`);
  const { state: start, commands, hasJumps } = enterLoop(node.body.commands, [], state);
  const isShort = words.every((word) => word.kind === 'known') && words.length * commands <= unrolledMax;
  if (isShort && !hasJumps) return unroll(node, name, words, state, analysis);
  const value = await anyOf(name, words, state, analysis);
  const mark = analysis.jumped.length;
  const trial = await analysis.onTrial(() => list(node.body, assign(start, name, value, false), analysis));
  let after = afterRound(trial.result, mark, analysis);
  if (isShort && trial.isOpaque && words.every(isPlainWord)) {
    // The loop stays as it is; it is judged with each word that it may see.
    trial.undo();
    for (const word of words) {
      const round = await list(node.body, assign(start, name, word, false), analysis);
      after = merge(after, afterRound(round, mark, analysis));
    }
  }
  refuseDrift(start, after);
  const text = `for ${name} in${words.map((word) => ` ${printField(word)}`).join('')}; do ${terminated(trial.result.text)} done`;
  return { text, flow: either(merge(start, after)) };
}

/** True for a word that an expansion outside quotes leaves as it is. */
const isPlainWord = (word: Field): boolean => /^[^\s*?[\]\\]+$/.test(exactText(word) ?? '');

/** What is known of the variable in every round. */
async function anyOf(name: string, words: readonly Field[], state: ShellState, analysis: Analysis): Promise<Field> {
  const text = `"\${${name}}"`;
  if (words.every((word) => word.kind === 'known' && isNumber(textOf(word))))
    return { kind: 'known', text: numberSample, printed: text };
  let isNames = words.length > 0;
  for (const word of words) isNames &&= await isNameOfFile(word, state, analysis);
  return {
    ...unknownWord(text, `the value of \`${name}\` is not known before it runs`),
    nature: isNames ? 'names' : 'any',
  };
}

/** True if the word can only be a file of the workspace; takes note of it if it is known. */
async function isNameOfFile(word: Field, state: ShellState, analysis: Analysis): Promise<boolean> {
  if (word.kind === 'unknown') return word.nature === 'names';
  const text = exactText(word);
  if (text === undefined || !/^[A-Za-z0-9_.]/.test(text) || /\n/.test(text)) return false;
  return !(await examinePath(text, 'read', state, analysis));
}

async function unroll(
  node: For,
  name: string,
  words: readonly Field[],
  state: ShellState,
  analysis: Analysis,
): Promise<Evaluated> {
  const texts: string[] = [];
  let flow = either(state);
  for (const word of words) {
    analysis.countCommand();
    const round = await list(node.body, assign(joined(flow), name, word, false), analysis);
    texts.push(`${name}=${printField(word)}`, round.text);
    flow = round.flow;
  }
  return { text: `{ ${terminated(joinStatements(texts))} }`, flow };
}
