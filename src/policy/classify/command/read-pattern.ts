// From the text of a run pattern to its words. Quotes group a word with spaces, a backslash takes the meaning from the
// star, quote or backslash after it; shell operators are an error, since a pattern is one command and would never match.

import { hasSubcommands } from './leading-options.ts';
import { findUnclearCharacter } from './unclear-characters.ts';
import { compileWildcard, type Wildcard } from './wildcard.ts';

/** One word of a pattern. */
export interface PatternWord {
  /** The literal text, with `*` where anything matches. */
  readonly text: string;
  readonly matches: Wildcard;
  readonly hasStar: boolean;
  /** True if only paths from `/` or `~` can match: only such a word may allow something outside the workspace. */
  readonly isRooted: boolean;
  /** True for `dir/**`: as the last word it stands for one or more paths of that tree. */
  readonly isTree: boolean;
}

/** The words of a pattern. `isOpen` says that any further words match. */
export interface ReadPattern {
  readonly assignments: readonly { readonly name: string; readonly value: Wildcard }[];
  readonly words: readonly PatternWord[];
  readonly isOpen: boolean;
}

interface RawWord {
  /** Literal pieces with a star between each two. */
  readonly pieces: string[];
  /** Where the first quote or backslash stood, as a length of literal text; infinite if there was none. */
  quotedFrom: number;
}

const patternBytesMax = 4_096;
const operators = ';|&<>`()';

/** Reads a pattern, or says what is wrong with it. */
export function readPattern(text: string): ReadPattern | { error: string } {
  const problem = (what: string): { error: string } => ({ error: `could not read run pattern \`${text}\`: ${what}` });
  if (text.trim() === '')
    return { error: 'could not read a run pattern: it is empty; write a command such as `git status *`' };
  if (text.length > patternBytesMax)
    return { error: `could not read a run pattern: it is longer than ${patternBytesMax} characters` };
  const unclear = findUnclearCharacter(text) ?? (/[\n\t]/.test(text) ? 'a tab or a line break' : undefined);
  if (unclear !== undefined) return { error: `could not read a run pattern: it holds ${unclear}; remove it` };
  if (/^\s*[!#]/.test(text))
    return problem('it starts with `!` or `#`, which mean nothing here; write the command itself');
  const raw = splitWords(text);
  if (typeof raw === 'string') return problem(raw);

  const assignments: { name: string; value: Wildcard }[] = [];
  let at = 0;
  for (; at < raw.length; at++) {
    const word = raw[at];
    const name = word === undefined ? undefined : /^([A-Za-z_][A-Za-z0-9_]*)=/.exec(word.pieces[0] ?? '')?.[1];
    if (word === undefined || name === undefined || word.quotedFrom <= name.length) break;
    const [first = '', ...rest] = word.pieces;
    assignments.push({ name, value: compileWildcard([first.slice(name.length + 1), ...rest]) });
  }
  const command = raw.slice(at);
  if (command.length === 0) return problem('it only has assignments; add the command, or `*` for any');
  const last = command[command.length - 1];
  const isStar = last !== undefined && last.quotedFrom === Infinity && last.pieces.join('*') === '*';
  const words = (isStar ? command.slice(0, -1) : command).map((word) => patternWord(word.pieces));
  const isOpen = isStar || (last?.quotedFrom === Infinity && endsInSubcommand(words));
  return { assignments, words, isOpen };
}

/** True for `git status*` and `npm run lint*`: the star after the name of a subcommand stands for its words as well. */
function endsInSubcommand(words: readonly PatternWord[]): boolean {
  const [program, second, third] = words.map(({ text }) => text);
  const name = third === undefined ? second : second === 'run' && words.length === 3 ? third : undefined;
  return hasSubcommands(program ?? '') && /^[a-z][a-z:-]*\*$/.test(name ?? '');
}

function patternWord(pieces: readonly string[]): PatternWord {
  return {
    text: pieces.join('*'),
    matches: compileWildcard(pieces),
    hasStar: pieces.length > 1,
    isTree: /^[^*]*[^*/]\/\*\*$/.test(pieces.join('*')),
    isRooted: /^(?:[A-Za-z0-9_.-]*=|-[A-Za-z0-9]+)?[/~]/.test(pieces[0] ?? ''),
  };
}

function splitWords(text: string): RawWord[] | string {
  const words: RawWord[] = [];
  let word: RawWord | undefined;
  let quote = '';
  const append = (literal: string): void => {
    word ??= { pieces: [''], quotedFrom: Infinity };
    word.pieces[word.pieces.length - 1] += literal;
  };
  const markQuoted = (): void => {
    append('');
    if (word !== undefined) word.quotedFrom = Math.min(word.quotedFrom, word.pieces.join('*').length);
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    const next = text[at + 1] ?? '';
    if (character === '\\' && next !== '' && '*\\\'"'.includes(next)) {
      markQuoted();
      append(next);
      at++;
    } else if (character === '*') {
      append('');
      word?.pieces.push('');
    } else if (quote !== '') {
      if (character === quote) quote = '';
      else append(character);
    } else if (character === '"' || character === "'") {
      quote = character;
      markQuoted();
    } else if (character === ' ') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (operators.includes(character)) {
      return `\`${character}\` is not part of one command; put it in quotes, or write one pattern per command`;
    } else {
      append(character);
    }
  }
  if (quote !== '') return `the quote ${quote} is not closed`;
  if (word !== undefined) words.push(word);
  return words;
}
