// One word of a command after expansion: either its exact text, or that it is not known before it runs.

import { quoteWord } from './quote.ts';

/** A word whose text is known. */
export interface KnownField {
  readonly kind: 'known';
  readonly text: string;
}

/**
 * A word (or several, if not `isOne`) that only the running shell knows. `text` is how it is printed: what is known of it
 * quoted, the rest printed from the parsed form. A `pipe` is the name of a pipe that `<(…)` makes, and cannot be anything
 * else; a `number` consists of digits only.
 */
export interface UnknownField {
  readonly kind: 'unknown';
  readonly text: string;
  readonly why: string;
  readonly isOne: boolean;
  readonly nature: 'any' | 'pipe' | 'number';
}

export type Field = KnownField | UnknownField;

/** A field of this text. */
export const known = (text: string): KnownField => ({ kind: 'known', text });

/** The text if it is known, else a text that equals no option and no path. */
export const textOf = (field: Field | undefined): string => (field?.kind === 'known' ? field.text : '');

/** The field as shell text. */
export const printField = (field: Field): string => (field.kind === 'known' ? quoteWord(field.text) : field.text);
