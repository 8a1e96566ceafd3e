// Compound commands: groups, conditions, loops, `case`. Every branch is read, also those that may never run. A loop over
// known words is printed as its rounds, so that each round is judged with the word it really has.

import type { Case, CompoundCommand, CompoundList, For, If, While } from 'unbash';
import type { Analysis } from './analysis.ts';
import { readPattern } from './atoms.ts';
import { evaluateTest } from './condition.ts';
import { assign } from './environment.ts';
import { type Field, printField } from './field.ts';
import { quoteWord } from './quote.ts';
import { type Evaluated, evaluateStatements, joinStatements, terminated } from './script.ts';
import { either, joined, merge, type ShellState, withoutVariables } from './shell-state.ts';
import { UnclearCommand } from './unclear-command.ts';
import { expandText, expandWord } from './word.ts';

const roundsMax = 100;

/** Reads one compound command. */
export function evaluateCompound(node: CompoundCommand, state: ShellState, analysis: Analysis): Promise<Evaluated> {
  switch (node.type) {
    case 'BraceGroup':
      return evaluateGroup(node.body, state, analysis);
    case 'Subshell':
      return evaluateSubshell(node.body, state, analysis);
    case 'If':
      return evaluateIf(node, state, analysis);
    case 'While':
      return evaluateWhile(node, state, analysis);
    case 'For':
      return evaluateFor(node, state, analysis);
    case 'Case':
      return evaluateCase(node, state, analysis);
    case 'TestCommand':
      return evaluateTest(node, state, analysis);
    case 'ArithmeticFor':
    case 'ArithmeticCommand':
      throw new UnclearCommand('`((…))` evaluates the values of variables as code; use `[` and plain words');
    case 'Select':
      throw new UnclearCommand('`select` asks a person at a terminal, and there is none');
  }
}

const list = (body: CompoundList, state: ShellState, analysis: Analysis): Promise<Evaluated> =>
  evaluateStatements(body.commands, state, analysis);

async function evaluateGroup(body: CompoundList, state: ShellState, analysis: Analysis): Promise<Evaluated> {
  const { text, flow } = await list(body, state, analysis);
  return { text: `{ ${terminated(text)} }`, flow };
}

async function evaluateSubshell(body: CompoundList, state: ShellState, analysis: Analysis): Promise<Evaluated> {
  const { text } = await list(body, state, analysis);
  return { text: `( ${text} )`, flow: either(state) };
}

async function evaluateIf(node: If, state: ShellState, analysis: Analysis): Promise<Evaluated> {
  let text = '';
  let after: ShellState | undefined;
  let otherwise = state;
  for (const [index, branch] of [node, ...node.elif].entries()) {
    const clause = await list(branch.clause, otherwise, analysis);
    const body = await list(branch.then, clause.flow.success, analysis);
    text += `${index === 0 ? 'if' : 'elif'} ${terminated(clause.text)} then ${terminated(body.text)} `;
    after = after === undefined ? joined(body.flow) : merge(after, joined(body.flow));
    otherwise = clause.flow.failure;
  }
  if (node.else !== undefined) {
    const body = await list(node.else, otherwise, analysis);
    text += `else ${terminated(body.text)} `;
    otherwise = joined(body.flow);
  }
  return { text: `${text}fi`, flow: either(after === undefined ? otherwise : merge(after, otherwise)) };
}

async function evaluateWhile(node: While, state: ShellState, analysis: Analysis): Promise<Evaluated> {
  const start = withoutVariables(state);
  const clause = await list(node.clause, start, analysis);
  const [enter, leave] =
    node.kind === 'while' ? [clause.flow.success, clause.flow.failure] : [clause.flow.failure, clause.flow.success];
  const body = await list(node.body, enter, analysis);
  const after = merge(leave, joined(body.flow));
  refuseDrift(start, after);
  const text = `${node.kind} ${terminated(clause.text)} do ${terminated(body.text)} done`;
  return { text, flow: either(withoutVariables(merge(start, after))) };
}

/** A round must not see another directory, environment or function than the first one did. */
function refuseDrift(start: ShellState, after: ShellState): void {
  const isSame =
    after.directories.every((directory) => start.directories.includes(directory)) &&
    [...after.carried].every(([name, value]) => start.carried.get(name) === value) &&
    after.functions.size === start.functions.size;
  if (!isSame) throw new UnclearCommand('a loop changes its directory, environment or functions from round to round');
}

async function evaluateFor(node: For, state: ShellState, analysis: Analysis): Promise<Evaluated> {
  const name = node.name.text;
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw new UnclearCommand(`the loop variable \`${name}\` is not a plain name`);
  if (node.wordlist === undefined) throw new UnclearCommand('a `for` without words uses the arguments of the shell');
  const words: Field[] = [];
  for (const word of node.wordlist) words.push(...(await expandWord(word, state, analysis)));
  if (words.length > roundsMax) throw new UnclearCommand(`it repeats a loop more than ${roundsMax} times; split it`);
  const jumpsBefore = analysis.jumps;
  if (words.every((word) => word.kind === 'known')) {
    const rounds = await unroll(node, name, words, state, analysis);
    if (analysis.jumps === jumpsBefore) return rounds;
  }
  const start = assign(
    withoutVariables(state),
    name,
    { kind: 'unknown', text: `"\${${name}}"`, why: '', isOne: true, nature: 'any' },
    false,
  );
  const body = await list(node.body, start, analysis);
  const after = joined(body.flow);
  refuseDrift(start, after);
  const text = `for ${name} in${words.map((word) => ` ${printField(word)}`).join('')}; do ${terminated(body.text)} done`;
  return { text, flow: either(withoutVariables(merge(start, after))) };
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

async function evaluateCase(node: Case, state: ShellState, analysis: Analysis): Promise<Evaluated> {
  const word = await expandText(node.word, state, analysis);
  let text = `case ${printField(word)} in`;
  let after = state;
  for (const item of node.items) {
    const patterns = item.pattern.map((pattern) => {
      const pieces = readPattern(pattern, state);
      if (pieces === undefined) throw new UnclearCommand(`the pattern \`${pattern.text}\` of a \`case\` is not known`);
      return pieces.map((piece) => (piece.kind === 'text' ? quoteWord(piece.text) : piece.text)).join('') || "''";
    });
    // A branch may be entered from the one before it.
    const body = await list(item.body, after, analysis);
    after = merge(after, joined(body.flow));
    text += ` (${patterns.join(' | ')}) ${terminated(body.text)}${body.text.endsWith(' &') ? '' : ';'}`;
    if (item.terminator !== undefined && item.terminator !== ';;') {
      throw new UnclearCommand(`\`${item.terminator}\` in a \`case\` is not known to every shell`);
    }
    if (body.text.endsWith(' &')) text += ' ;;';
  }
  return { text: `${text} esac`, flow: either(after) };
}
