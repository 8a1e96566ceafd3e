// Arithmetic whose result is known: whole numbers, known variables that are plain decimal numbers, the four operations.
// Where the result is only known to be a number, it is printed (`print-arithmetic.ts`).

import type { ArithmeticExpression } from 'unbash';
import { isNumber } from './shape.ts';

const lengthMax = 500;

/** True for an expression that is nested too deep to walk, perhaps. */
export const isTooLong = ({ pos, end }: ArithmeticExpression): boolean => end - pos > lengthMax;

/** The value of an expression, exactly as a shell computes it; undefined where it is not known. */
export function evaluateArithmetic(
  expression: ArithmeticExpression | undefined,
  variables: ReadonlyMap<string, string>,
): number | undefined {
  const value = expression === undefined || isTooLong(expression) ? undefined : evaluate(expression, variables);
  return Number.isSafeInteger(value) ? value : undefined;
}

function evaluate(
  expression: ArithmeticExpression | undefined,
  variables: ReadonlyMap<string, string>,
): number | undefined {
  if (expression === undefined) return undefined;
  switch (expression.type) {
    case 'ArithmeticWord':
      return numberOf(expression.value, variables);
    case 'ArithmeticGroup':
      return evaluate(expression.expression, variables);
    case 'ArithmeticUnary': {
      const value = evaluate(expression.operand, variables);
      if (value === undefined || !expression.prefix) return undefined;
      if (expression.operator === '-') return -value;
      return expression.operator === '+' ? value : undefined;
    }
    case 'ArithmeticBinary': {
      const left = evaluate(expression.left, variables);
      const right = evaluate(expression.right, variables);
      return left === undefined || right === undefined ? undefined : compute(left, expression.operator, right);
    }
    case 'ArithmeticTernary':
    case 'ArithmeticCommandExpansion':
      return undefined;
  }
}

function compute(left: number, operator: string, right: number): number | undefined {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0 ? undefined : Math.trunc(left / right);
    case '%':
      return right === 0 ? undefined : left % right;
    default:
      return undefined;
  }
}

/** The name of the variable that a word of an expression is; undefined if it is anything else. */
export const variableOf = (word: string): string | undefined =>
  /^(?:\$?([A-Za-z_][A-Za-z0-9_]*)|\$?\{?([0-9])\}?|\$\{([A-Za-z_][A-Za-z0-9_]*)\})$/
    .exec(word)
    ?.slice(1)
    .find(Boolean);

function numberOf(word: string, variables: ReadonlyMap<string, string>): number | undefined {
  const name = /^[0-9]$/.test(word) ? undefined : variableOf(word);
  const digits = name === undefined ? word : (variables.get(name) ?? '');
  return isNumber(digits) ? Number(digits) : undefined;
}
