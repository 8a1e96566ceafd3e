// `${…}` on a value that is not known: printed as it is where nothing in it is evaluated, with plain text for operands.

import type { ParameterExpansionPart, ParameterOperation, Word } from 'unbash';
import { isInEnvironment } from './environment.ts';
import type { GlobPiece } from './glob.ts';
import type { ShellState } from './shell-state.ts';

const plainText = /^[A-Za-z0-9_.,:/@%+=-]*$/;
const variable = /^(?:[A-Za-z_][A-Za-z0-9_]*|[0-9])$/;

/** The expansion as shell text; undefined if it holds anything that is not plain. `pieces` reads a word as a pattern. */
export function printParameter(
  part: ParameterExpansionPart,
  isQuoted: boolean,
  state: ShellState,
  pieces: (word: Word) => readonly GlobPiece[] | undefined,
): string | undefined {
  const { parameter, operation, prefix, index } = part;
  if (parameter === 'PIPESTATUS' && index !== undefined && /^[0-9]$/.test(index.text) && operation === undefined) {
    return prefix === undefined && state.dialect === 'bash' ? `\${PIPESTATUS[${index.text}]}` : undefined;
  }
  if (index !== undefined || !variable.test(parameter)) return undefined;
  if (prefix === '#') return operation === undefined ? `\${#${parameter}}` : undefined;
  if (prefix !== undefined || operation === undefined) return undefined;
  const printed = printOperation(parameter, operation, isQuoted, state, pieces);
  return printed === undefined ? undefined : `\${${parameter}${printed}}`;
}

function printOperation(
  parameter: string,
  operation: ParameterOperation,
  isQuoted: boolean,
  state: ShellState,
  pieces: (word: Word) => readonly GlobPiece[] | undefined,
): string | undefined {
  const isBash = state.dialect === 'bash';
  const text = (word: Word, hasWildcards: boolean): string | undefined => {
    const read = pieces(word);
    const isPlain = read?.every(({ kind, text: literal }) =>
      kind === 'text'
        ? plainText.test(isQuoted ? literal.replaceAll(' ', '') : literal)
        : hasWildcards && kind !== 'bracket',
    );
    return isPlain === true ? read?.map(({ text: literal }) => literal).join('') : undefined;
  };
  const after = (operator: string, operand: string | undefined): string | undefined =>
    operand === undefined ? undefined : operator + operand;
  switch (operation.type) {
    case 'Default': {
      // An assignment must not reach a program, nor a variable that is known to be something.
      const assigns = operation.operator.endsWith('=');
      if (assigns && (isInEnvironment(parameter) || state.carried.has(parameter) || state.shapes.has(parameter)))
        return undefined;
      return after(operation.operator, text(operation.operand, false));
    }
    case 'Remove':
      return after(operation.operator, text(operation.operand, true));
    case 'Replace': {
      const to = text(operation.replacement, false);
      const from = text(operation.pattern, true);
      const isPlain = isBash && from !== undefined && to !== undefined && from !== '' && !/[/]/.test(from + to);
      return isPlain ? `${operation.operator}${from}/${to}` : undefined;
    }
    case 'Slice': {
      const length = operation.length?.text ?? '0';
      const isPlain = isBash && /^[0-9]{1,6}$/.test(operation.offset.text) && /^[0-9]{1,6}$/.test(length);
      return isPlain ? `:${operation.offset.text}${operation.length === undefined ? '' : `:${length}`}` : undefined;
    }
    case 'CaseModification':
      return isBash && operation.operand === undefined ? operation.operator : undefined;
    case 'Transform':
    case 'Names':
    case 'Unknown':
      return undefined;
  }
}
