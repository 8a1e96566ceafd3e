// `$((…))` in a word: the number itself where it is known, else the expression, which then gives a number.

import type { ArithmeticExpansionPart, ArithmeticExpression } from 'unbash';
import type { Analysis } from './analysis.ts';
import { evaluateArithmetic } from './arithmetic.ts';
import type { Atom } from './atoms.ts';
import { printArithmetic } from './print-arithmetic.ts';
import { isSample, numberSample } from './shape.ts';
import type { ShellState } from './shell-state.ts';
import { readSubstitution } from './substitution.ts';
import { UnclearCommand } from './unclear-command.ts';

/** Reads an arithmetic expansion. */
export async function readArithmetic(
  part: ArithmeticExpansionPart,
  state: ShellState,
  analysis: Analysis,
): Promise<Atom> {
  if (!/^\$\(\(/.test(part.text)) throw new UnclearCommand(`\`${part.text}\` is an old form of arithmetic`);
  if (/\$\{?[1-9]/.test(part.text)) analysis.readsParameters = true;
  const value = evaluateArithmetic(part.expression, withParameters(state));
  if (value !== undefined) return { kind: 'quoted', text: String(value) };
  const text = await printArithmetic(part.expression, state, numberIn(state, analysis));
  const why = 'what this arithmetic gives is not known before it runs';
  return { kind: 'unknown', text: `$(( ${text} ))`, why, isQuoted: true, nature: 'any', sample: numberSample };
}

/** The variables with `$1` and the following. */
const withParameters = ({ variables, parameters = [] }: ShellState): ReadonlyMap<string, string> =>
  parameters.length === 0
    ? variables
    : new Map([...variables, ...parameters.map((word, index): [string, string] => [String(index + 1), word])]);

/** Prints a substitution inside of arithmetic, which must be a number. */
export const numberIn =
  (state: ShellState, analysis: Analysis) =>
  async (part: Extract<ArithmeticExpression, { type: 'ArithmeticCommandExpansion' }>): Promise<string> => {
    const atom = await readSubstitution(part, true, state, analysis);
    const isNumber = atom.kind === 'unknown' ? atom.sample === numberSample : /^[0-9]{1,15}$/.test(atom.text);
    if (!isNumber || (atom.kind !== 'unknown' && isSample(atom.text)))
      throw new UnclearCommand(`\`${part.text}\` in its arithmetic is not known to be a number`);
    return atom.text;
  };
