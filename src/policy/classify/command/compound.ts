// Compound commands: groups, conditions, `case`; loops are in `loops.ts`. Every branch is read, also those that may never
// run.

import type { ArithmeticCommand, Case, CompoundCommand, CompoundList, If } from 'unbash';
import type { Analysis } from './analysis.ts';
import { numberIn } from './arithmetic-word.ts';
import { readPattern } from './atoms.ts';
import { evaluateTest } from './condition.ts';
import { printField } from './field.ts';
import { evaluateCounting, evaluateFor, evaluateWhile } from './loops.ts';
import { printStep, withNumbers } from './print-arithmetic.ts';
import { quoteWord } from './quote.ts';
import { type Evaluated, evaluateStatements, terminated } from './script.ts';
import { either, joined, merge, type ShellState } from './shell-state.ts';
import { UnclearCommand } from './unclear-command.ts';
import { expandText } from './word.ts';

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
      return evaluateCounting(node, state, analysis);
    case 'ArithmeticCommand':
      return evaluateArithmeticCommand(node, state, analysis);
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

async function evaluateArithmeticCommand(
  { expression }: ArithmeticCommand,
  state: ShellState,
  analysis: Analysis,
): Promise<Evaluated> {
  if (state.dialect === 'posix') throw new UnclearCommand('`((…))` is not known to every shell; use `[`');
  const { text, assigned } = await printStep(expression, state, numberIn(state, analysis));
  return { text: `(( ${text} ))`, flow: either(withNumbers(state, assigned)) };
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
