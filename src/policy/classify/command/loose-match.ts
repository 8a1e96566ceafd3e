// Whether a command is the one a deny or ask pattern means although its options stand elsewhere, are glued together or are
// shortened: `rm -rf *` is also `rm -f x -r`. Only ever used to catch more, never to allow.

import { normaliseOption } from './option-names.ts';
import { withoutClimbs } from './path-words.ts';
import type { PatternWord } from './read-pattern.ts';

/** An option as it stands there, and by the one name it has for this program. */
interface Option {
  readonly written: string;
  readonly name: string;
}

/**
 * True if all words of the pattern that are not options match in order, and all its options are there. Without a last
 * `*` the command has no other words and options.
 */
export function sameCommand(words: readonly PatternWord[], isOpen: boolean, argv: readonly string[]): boolean {
  const program = argv[0] ?? '';
  if (!(words[0]?.matches(program) ?? false)) return false;
  const wantedOptions: Option[] = [];
  const wantedWords: PatternWord[] = [];
  for (const word of words.slice(1)) {
    if (isOption(word.text) && !word.hasStar) wantedOptions.push(...explode(program, word.text));
    else wantedWords.push(word);
  }
  const options: Option[] = [];
  const others: string[] = [];
  let onlyOperands = false;
  for (const word of argv.slice(1)) {
    if (word === '--' && !onlyOperands) onlyOperands = true;
    else if (!onlyOperands && isOption(word)) options.push(...explode(program, word));
    else others.push(word);
  }
  if (isOpen ? others.length < wantedWords.length : others.length !== wantedWords.length) return false;
  if (!isOpen && countNames(options) !== countNames(wantedOptions)) return false;
  return (
    wantedOptions.every((wanted) => options.some((option) => isSameOption(option, wanted))) &&
    wantedWords.every((pattern, index) => {
      const word = others[index] ?? '';
      return pattern.matches(word) || pattern.matches(withoutClimbs(word));
    })
  );
}

const isOption = (word: string): boolean => word.length > 1 && word.startsWith('-');

const isSameOption = (option: Option, wanted: Option): boolean =>
  option.name === wanted.name ||
  (option.written.length > 3 && option.written.startsWith('--') && wanted.written.startsWith(option.written));

const countNames = (options: readonly Option[]): number => new Set(options.map(({ name }) => name)).size;

/** `-rf` as `-r` and `-f`. */
function explode(program: string, word: string): Option[] {
  const written = /^-[A-Za-z]+$/.test(word) ? [...word.slice(1)].map((letter) => `-${letter}`) : [word];
  return written.map((option) => ({ written: option, name: normaliseOption(program, option) }));
}
