// Arithmetic whose result is known: whole numbers, known variables that are plain decimal numbers, the four operations.
// A shell evaluates names inside values again and again, so anything else is refused.

import type { ArithmeticExpression } from 'unbash';
import { UnclearCommand } from './unclear-command.ts';

/** The value of an expression, exactly as a shell computes it. */
export function evaluateArithmetic(
  expression: ArithmeticExpression | undefined,
  variables: ReadonlyMap<string, string>,
): number {
  const value = evaluate(expression, variables);
  if (value === undefined || !Number.isSafeInteger(value)) {
    throw new UnclearCommand('its arithmetic is not known before it runs; write the number');
  }
  return value;
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

function numberOf(word: string, variables: ReadonlyMap<string, string>): number | undefined {
  const name = /^\$?\{?([A-Za-z_][A-Za-z0-9_]*)\}?$/.exec(word)?.[1];
  const digits = name === undefined ? word : (variables.get(name) ?? '');
  return /^(?:0|-?[1-9][0-9]{0,14})$/.test(digits) ? Number(digits) : undefined;
}
