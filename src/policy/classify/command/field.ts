// One word of a command after expansion: its exact text, a sample of it where only its shape is known, or that it is not
// known before it runs.

import { quoteWord } from './quote.ts';

/** A word that is judged by its text: the very text, or a sample of what `printed` gives. */
export interface KnownField {
  readonly kind: 'known';
  readonly text: string;
  /** How the word is printed if its text is a sample. */
  readonly printed: string | undefined;
}

/**
 * A word (or several, if not `isOne`) that only the running shell knows. `text` is how it is printed: what is known of it
 * quoted, the rest printed from the parsed form. `lead` is the text that it surely starts with. A `pipe` is the name of a
 * pipe that `<(…)` makes, and cannot be anything else; `names` are names of files in the workspace.
 */
export interface UnknownField {
  readonly kind: 'unknown';
  readonly text: string;
  readonly why: string;
  readonly isOne: boolean;
  readonly lead: string;
  readonly nature: 'any' | 'pipe' | 'names';
}

export type Field = KnownField | UnknownField;

/** A field of this text. */
export const known = (text: string): KnownField => ({ kind: 'known', text, printed: undefined });

/** The text, or the sample of it; else a text that equals no option and no path. */
export const textOf = (field: Field | undefined): string => (field?.kind === 'known' ? field.text : '');

/** The text if it is known to the letter. */
export const exactText = (field: Field | undefined): string | undefined =>
  field?.kind === 'known' && field.printed === undefined ? field.text : undefined;

/** The field as shell text. */
export const printField = (field: Field): string =>
  field.kind === 'known' ? (field.printed ?? quoteWord(field.text)) : field.text;

/** The field as it stands in an effect. */
export const spell = (field: Field): string => (field.kind === 'known' ? (field.printed ?? field.text) : field.text);

/** A word that is not known, of which nothing else is known either. */
export const unknownWord = (text: string, why: string): UnknownField => ({
  kind: 'unknown',
  text,
  why,
  isOne: true,
  lead: '',
  nature: 'any',
});

/** True if it is one word that cannot be an option. */
export const isNoOption = (field: Field): boolean =>
  field.kind === 'known' ? !/^[-+]/.test(field.text) : field.isOne && field.lead !== '' && !/^[-+]/.test(field.lead);
