// Arithmetic whose result only the shell knows. A shell evaluates what it finds in a variable as an expression again, and
// `a[$(id)]` in there as a command, so every variable must be known to be a number, and no other word is let in.

import type { ArithmeticExpression } from 'unbash';
import { isTooLong, variableOf } from './arithmetic.ts';
import { isInEnvironment } from './environment.ts';
import { isNumber, keepsShape, numberSample } from './shape.ts';
import { type ShellState, shapeIn } from './shell-state.ts';
import { UnclearCommand } from './unclear-command.ts';

/** Prints the command in `$(…)` if it prints a number and nothing else. */
export type NumberOf = (part: Extract<ArithmeticExpression, { type: 'ArithmeticCommandExpansion' }>) => Promise<string>;

const computing = new Set('+ - * / % ** < > <= >= == != && || & | ^ << >>'.split(' '));
const assigning = new Set('= += -= *= /= %='.split(' '));
const constant =
  /^(?:0|[1-9][0-9]{0,14}|0[xX][0-9a-fA-F]{1,12}|0[0-7]{1,15}|(?:[2-9]|[12][0-9]|3[0-6])#[0-9a-zA-Z]{1,10})$/;

/** An expression that gives a number and changes nothing, as shell text. */
export async function printArithmetic(
  expression: ArithmeticExpression | undefined,
  state: ShellState,
  numberOf: NumberOf,
): Promise<string> {
  if (expression === undefined) throw unclear('it is empty, or could not be read');
  if (isTooLong(expression)) throw unclear('it is too long');
  const inner = (part: ArithmeticExpression): Promise<string> => printArithmetic(part, state, numberOf);
  switch (expression.type) {
    case 'ArithmeticWord':
      return printWord(expression.value, state);
    case 'ArithmeticGroup':
      return `( ${await inner(expression.expression)} )`;
    case 'ArithmeticUnary':
      if (!expression.prefix || !/^[-+!~]$/.test(expression.operator))
        throw unclear(`\`${expression.operator}\` changes a variable; write that as a command of its own`);
      return `${expression.operator} ${await inner(expression.operand)}`;
    case 'ArithmeticBinary':
      if (!computing.has(expression.operator))
        throw unclear(`\`${expression.operator}\` changes a variable; write that as a command of its own`);
      return `${await inner(expression.left)} ${expression.operator} ${await inner(expression.right)}`;
    case 'ArithmeticTernary':
      return `${await inner(expression.test)} ? ${await inner(expression.consequent)} : ${await inner(expression.alternate)}`;
    case 'ArithmeticCommandExpansion':
      return numberOf(expression);
  }
}

/** What `((…))` came to: its text, and the variables that are another number afterwards. */
export interface Step {
  readonly text: string;
  readonly assigned: readonly string[];
}

/** An expression that may change variables: `i++`, `i += 2`, several with commas. */
export async function printStep(
  expression: ArithmeticExpression | undefined,
  state: ShellState,
  numberOf: NumberOf,
): Promise<Step> {
  if (expression !== undefined && isTooLong(expression)) throw unclear('it is too long');
  if (expression?.type === 'ArithmeticBinary' && expression.operator === ',') {
    const left = await printStep(expression.left, state, numberOf);
    const right = await printStep(expression.right, withNumbers(state, left.assigned), numberOf);
    return { text: `${left.text} , ${right.text}`, assigned: [...left.assigned, ...right.assigned] };
  }
  if (expression?.type === 'ArithmeticUnary' && /^(?:\+\+|--)$/.test(expression.operator)) {
    const name = target(expression.operand, state, true);
    return {
      text: expression.prefix ? `${expression.operator}${name}` : `${name}${expression.operator}`,
      assigned: [name],
    };
  }
  if (expression?.type === 'ArithmeticBinary' && assigning.has(expression.operator)) {
    const name = target(expression.left, state, expression.operator !== '=');
    return {
      text: `${name} ${expression.operator} ${await printArithmetic(expression.right, state, numberOf)}`,
      assigned: [name],
    };
  }
  return { text: await printArithmetic(expression, state, numberOf), assigned: [] };
}

/** The state in which these variables are numbers. */
export function withNumbers(state: ShellState, names: readonly string[]): ShellState {
  const variables = new Map(state.variables);
  const shapes = new Map(state.shapes);
  for (const name of names) {
    variables.delete(name);
    shapes.set(name, { kind: 'sample', text: numberSample });
  }
  const arrays = new Map([...state.arrays].filter(([name]) => !names.includes(name)));
  return { ...state, variables, shapes, arrays };
}

function target(expression: ArithmeticExpression, state: ShellState, isRead: boolean): string {
  const name = expression.type === 'ArithmeticWord' ? expression.value : '';
  if (!/^[a-z][a-z0-9_]*$/i.test(name) || !keepsShape(name) || isInEnvironment(name) || state.carried.has(name))
    throw unclear('it assigns something that is not a plain variable of this script');
  if (isRead) printWord(name, state);
  return name;
}

function printWord(word: string, state: ShellState): string {
  if (constant.test(word)) return word;
  if (/^\$[#?]$/.test(word)) return word;
  const name = variableOf(word);
  const shape = name === undefined ? undefined : shapeIn(state, name);
  if (name === undefined || shape?.kind !== 'sample' || !isNumber(shape.text))
    throw unclear(`\`${word}\` is not known to be a number`);
  const text = state.variables.get(name);
  if (text !== undefined) return text.startsWith('-') ? `( ${text} )` : text;
  return name;
}

const unclear = (why: string): UnclearCommand =>
  new UnclearCommand(`its arithmetic is not known before it runs: ${why}; write the number`);
