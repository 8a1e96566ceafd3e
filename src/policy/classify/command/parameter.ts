// `${…}` on a known value, where the result is exact: default, cut off at the ends, replace, length, case.

import type { ParameterExpansionPart, Word } from 'unbash';
import { type GlobPiece, matchesName } from './glob.ts';

const valueMax = 4_096;
const workMax = 200_000;

/**
 * What the expansion gives, or undefined if that is not known. `pieces` reads an operand as a pattern, and answers
 * undefined if the operand is not known.
 */
export function expandParameter(
  part: ParameterExpansionPart,
  value: string | undefined,
  pieces: (word: Word) => readonly GlobPiece[] | undefined,
): string | undefined {
  if (part.index !== undefined || value === undefined || value.length > valueMax) return undefined;
  if (part.prefix === '#') return part.operation === undefined ? String([...value].length) : undefined;
  if (part.prefix !== undefined) return undefined;
  const { operation } = part;
  if (operation === undefined) return value;
  switch (operation.type) {
    case 'Default':
      return defaulted(operation.operator, value, literalOf(pieces(operation.operand)));
    case 'Remove': {
      const pattern = pieces(operation.operand);
      return pattern === undefined ? undefined : remove(value, operation.operator, pattern);
    }
    case 'Replace': {
      const from = literalOf(pieces(operation.pattern));
      const to = literalOf(pieces(operation.replacement));
      if (from === undefined || to === undefined || from === '' || to.includes('&')) return undefined;
      if (operation.operator === '//') return value.replaceAll(from, () => to);
      return operation.operator === '/' ? value.replace(from, () => to) : undefined;
    }
    case 'CaseModification':
      if (operation.operand !== undefined || !/^[\x20-\x7e]*$/.test(value)) return undefined;
      if (operation.operator === '^^') return value.toUpperCase();
      return operation.operator === ',,' ? value.toLowerCase() : undefined;
    case 'Slice': {
      const [from, count] = [operation.offset.text, operation.length?.text ?? String(valueMax)];
      const isPlain = /^[0-9]{1,4}$/.test(from) && /^[0-9]{1,4}$/.test(count) && /^[\x20-\x7e]*$/.test(value);
      return isPlain ? value.slice(Number(from), Number(from) + Number(count)) : undefined;
    }
    case 'Transform':
    case 'Names':
    case 'Unknown':
      return undefined;
  }
}

function defaulted(operator: string, value: string, operand: string | undefined): string | undefined {
  switch (operator) {
    case '-':
    case '=':
    case '?':
      return value;
    case ':-':
      return value === '' ? operand : value;
    case ':=':
    case ':?':
      return value === '' ? undefined : value;
    case '+':
      return operand;
    case ':+':
      return value === '' ? '' : operand;
    default:
      return undefined;
  }
}

const literalOf = (pieces: readonly GlobPiece[] | undefined): string | undefined =>
  pieces?.every(({ kind }) => kind === 'text') === true ? pieces.map(({ text }) => text).join('') : undefined;

function remove(value: string, operator: '#' | '##' | '%' | '%%', pattern: readonly GlobPiece[]): string | undefined {
  const lengths = Array.from({ length: value.length + 1 }, (_, length) => length);
  if (operator.length === 2) lengths.reverse();
  const isStart = operator.startsWith('#');
  if (value.length * value.length * pattern.length > workMax) return undefined;
  for (const length of lengths) {
    const cut = isStart ? value.slice(0, length) : value.slice(value.length - length);
    if (matchesName(pattern, cut)) return isStart ? value.slice(length) : value.slice(0, value.length - length);
  }
  return value;
}
