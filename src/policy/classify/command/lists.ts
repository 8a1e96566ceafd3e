// Words that become a list: `"$@"` and `"${array[@]}"`, where every element is known.

import type { ParameterExpansionPart, Word, WordPart } from 'unbash';
import type { ShellState } from './shell-state.ts';

/** The elements of a word that is a whole list, and whether it is in quotes; undefined for any other word. */
export function listOf(word: Word, state: ShellState): { elements: readonly string[]; isQuoted: boolean } | undefined {
  const [part, ...more] = word.parts ?? [];
  if (part === undefined || more.length > 0) return undefined;
  const isQuoted = part.type === 'DoubleQuoted';
  const inner: readonly WordPart[] = isQuoted ? part.parts : [part];
  const [only] = inner;
  if (only === undefined || inner.length > 1) return undefined;
  const elements = elementsOf(only, state);
  return elements === undefined ? undefined : { elements, isQuoted };
}

function elementsOf(part: WordPart, state: ShellState): readonly string[] | undefined {
  if (part.type === 'SimpleExpansion') return part.text === '$@' ? state.parameters : undefined;
  if (part.type !== 'ParameterExpansion' || part.prefix !== undefined || part.operation !== undefined) return undefined;
  if (part.parameter === '@' && part.index === undefined) return state.parameters;
  return part.index?.text === '@' ? state.arrays.get(part.parameter) : undefined;
}

/** The text of one expansion of a known list: an element, all of them with spaces between, or how many they are. */
export function fromList(part: ParameterExpansionPart, state: ShellState): string | undefined {
  const elements = state.arrays.get(part.parameter);
  if (elements === undefined || part.operation !== undefined || part.prefix === '!') return undefined;
  const index = part.index?.text ?? '0';
  const isWhole = index === '@' || index === '*';
  if (part.prefix === '#') return isWhole ? String(elements.length) : undefined;
  if (isWhole)
    return elements.length > 1 && (index === '@' || state.carried.has('IFS')) ? undefined : elements.join(' ');
  const name = /^\$?\{?([A-Za-z_][A-Za-z0-9_]*)\}?$/.exec(index)?.[1];
  const position = name === undefined ? index : (state.variables.get(name) ?? '');
  return /^(?:0|[1-9][0-9]{0,3})$/.test(position) ? (elements[Number(position)] ?? '') : undefined;
}
