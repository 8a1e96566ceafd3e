// A document as data: what is to be read, without how it is spelled. What always holds: words of ours and text from records
// are different kinds, so that a format can see to it that the latter is never anything but text.

/** A piece of a line. */
export type Inline =
  /** Words of ours. */
  | { readonly kind: 'words'; readonly text: string }
  /** Text from a record, or from anywhere else. Shown in one line, every character visible. */
  | { readonly kind: 'quoted'; readonly text: string };

export type Status = 'ok' | 'failed' | 'refused' | 'unknown' | 'open';

/** A line of a list of facts. */
export interface Fact {
  readonly name: string;
  readonly value: readonly Inline[];
}

export type Block =
  | {
      readonly kind: 'heading';
      readonly level: 2 | 3;
      readonly line: readonly Inline[];
      readonly status: Status | null;
    }
  | { readonly kind: 'paragraph'; readonly line: readonly Inline[] }
  | { readonly kind: 'facts'; readonly facts: readonly Fact[] }
  | { readonly kind: 'list'; readonly lines: readonly (readonly Inline[])[] }
  /** Text of several lines from a record. */
  | { readonly kind: 'text'; readonly caption: string; readonly lines: readonly string[] };

export interface Document {
  /** Words of ours. */
  readonly title: string;
  readonly subtitle: readonly Inline[];
  /** Figures at the top. */
  readonly figures: readonly { readonly name: string; readonly value: string; readonly status: Status | null }[];
  readonly blocks: readonly Block[];
}

export const words = (text: string): Inline => ({ kind: 'words', text });
export const quoted = (text: string): Inline => ({ kind: 'quoted', text });

/** Quoted texts, one after the other. */
export const quotedList = (texts: readonly string[]): readonly Inline[] =>
  texts.flatMap((text, index) => (index === 0 ? [quoted(text)] : [words(', '), quoted(text)]));
