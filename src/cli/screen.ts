// Where a command writes, and how: results on standard output, everything meant for a watching person on standard error
// for `--json`, on standard output otherwise. Text from outside never reaches a terminal raw.

import { stripVTControlCharacters } from 'node:util';
import picocolors from 'picocolors';

type Colours = ReturnType<typeof picocolors.createColors>;

/** The terminal, or what stands for it. */
export interface Screen {
  readonly isJson: boolean;
  /** A person can answer here: both standard input and standard error are terminals. */
  readonly isInteractive: boolean;
  readonly colours: Colours;
  readonly columns: number;
  /** A result: for scripts and pipes. */
  result(text: string): void;
  /** For the person who watches. */
  note(text: string): void;
}

/** The screen of this process. */
export function processScreen(isJson: boolean, isColour: boolean): Screen {
  const notes = isJson ? process.stderr : process.stdout;
  const isColoured = isColour && notes.isTTY === true;
  return {
    isJson,
    isInteractive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    colours: picocolors.createColors(isColoured),
    columns: Math.min(process.stdout.columns ?? 120, 140),
    result: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void notes.write(text),
  };
}

/** Tells the person who watches something, on a line of its own. */
export const tellOn =
  (screen: Screen) =>
  (message: string): void =>
    screen.note(`${harmless(message)}\n`);

/** Text from a model, a tool or a log, made harmless for a terminal: no escape sequences, no controls but line breaks. */
export const harmless = (text: string): string =>
  stripVTControlCharacters(text).replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    '�',
  );

/** JSON text that a terminal shows as it is: what could hide or steer it is escaped, and still the same JSON. */
export const jsonText = (value: unknown, indent = 0): string =>
  JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** A line, cut to `columns` with an ellipsis. */
export const cut = (line: string, columns: number): string =>
  line.length <= columns ? line : `${line.slice(0, Math.max(columns - 1, 1))}…`;

/** A whole text as one line, cut to `columns`. */
export const oneLine = (text: string, columns: number): string =>
  cut(harmless(text).replace(/\s+/g, ' ').trim(), columns);
