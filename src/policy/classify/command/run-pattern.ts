// What a run pattern in a rule covers. Words match one by one: `*` inside a word is any characters of that word, a last
// word that is exactly `*` is any further words, none included, and a last word `dir/**` is one or more words of that tree;
// without either the pattern is exactly this command.
// Two readings, and they differ on purpose: `allows` is narrow (the command as it runs, with nothing left over), `catches`
// is wide (every spelling of it). No pattern reaches over the end of a command, because an effect is one command.

import type { RunEffect } from '../../../kernel/types.ts';
import { leadingOptionsLast, withoutLeadingOptions } from './leading-options.ts';
import { sameCommand } from './loose-match.ts';
import { samePath, withoutClimbs } from './path-words.ts';
import { type PatternWord, readPattern } from './read-pattern.ts';
import { realPlaces } from './real-places.ts';
import { compileSameOptions } from './same-options.ts';

/** A compiled run pattern. `allows` is for allow rules, `catches` for deny and ask rules. */
export interface RunPattern {
  readonly text: string;
  allows(effect: RunEffect): boolean;
  catches(effect: RunEffect): boolean;
}

/** Compiles one pattern of a `run` rule, or says what is wrong with it. */
export function compileRunPattern(text: string): RunPattern | { error: string } {
  const read = readPattern(text);
  if ('error' in read) return read;
  const { assignments, words, isOpen } = read;
  const last = words[words.length - 1];
  const allowsReordered = compileSameOptions(words, isOpen);

  // A plain word such as `push` has to be there whatever the options are: most commands are told apart by this alone.
  const subject = words.slice(1).find(({ text: word, hasStar }) => !hasStar && /^\w[\w-]*$/.test(word))?.text;
  const hasSubject = (argv: readonly string[]): boolean => subject === undefined || argv.includes(subject);

  const isNamed = (assignment: string): boolean => {
    const equals = assignment.indexOf('=');
    const name = assignment.slice(0, equals);
    return assignments.some((named) => named.name === name && named.value(assignment.slice(equals + 1)));
  };

  /** The narrow reading, of the words alone; words in `outside` need a pattern that is rooted itself. */
  const reaches = ({ argv, spellings }: RunEffect, outside: ReadonlySet<string>): boolean => {
    const places = spellings.length === 0 ? nowhere : realPlaces(argv, spellings);
    const covers = (word: string, text: string, pattern: PatternWord | undefined, isProgram: boolean): boolean =>
      coversWord(word, text, pattern, outside, isProgram) && coversPlace(word, text, pattern, places.get(word));
    const allowsWords = (tried: readonly string[]): boolean =>
      (hasLengthOf(tried, words, isOpen) || (last?.isTree === true && tried.length > words.length)) &&
      tried.every((word, index) => {
        const pattern = words[index] ?? (isOpen ? undefined : last);
        return covers(word, word, pattern, index === 0);
      });
    if (allowsWords(argv)) return true;
    const moved = leadingOptionsLast(argv, outside);
    if (moved !== undefined && allowsWords(moved)) return true;
    if (allowsReordered?.(argv, (word, text, pattern) => covers(word, text, pattern, false))) return true;
    // `sudo systemctl status *` is also about the command inside, since it names that: no star reaches over its start.
    return spellings.some((spelling) => {
      const start = words[spelling.length - argv.length];
      return start?.hasStar === false && endsWith(spelling, argv) && allowsWords(spelling);
    });
  };

  return {
    text,
    allows: (effect) => effect.assignments.every(isNamed) && reaches(effect, new Set(effect.outside)),
    catches(effect) {
      const isPresent = (named: (typeof assignments)[number]): boolean =>
        effect.assignments.some(
          (assignment) =>
            assignment.startsWith(`${named.name}=`) && named.value(assignment.slice(named.name.length + 1)),
        );
      if (!assignments.every(isPresent)) return false;
      // INVARIANT: a command that the narrow reading reaches, in whatever place, is caught.
      if (reaches(effect, nothingOutside)) return true;
      return [effect.argv, ...effect.spellings, ...withoutLeadingOptions(effect.argv)].some(
        (argv) =>
          (hasLengthOf(argv, words, isOpen) && words.every((pattern, index) => catchesWord(pattern, argv[index]))) ||
          (hasSubject(argv) && sameCommand(words, isOpen, argv)),
      );
    },
  };
}

const nothingOutside: ReadonlySet<string> = new Set();

/** True if the pattern covers the text, which is the word or its end; a word that leads outside needs a rooted pattern. */
function coversWord(
  word: string,
  text: string,
  pattern: PatternWord | undefined,
  outside: ReadonlySet<string>,
  isProgram: boolean,
): boolean {
  if (outside.has(word) && pattern?.isRooted !== true) return false;
  if (pattern === undefined) return true;
  return samePath(text, isProgram).some(
    (spelling) => pattern.matches(spelling) && pattern.matches(withoutClimbs(spelling)),
  );
}

const nowhere: ReadonlyMap<string, string> = new Map();

/**
 * True if the pattern covers where the word really leads as well. A pattern without a star names the link itself, and a
 * star that is a word of its own names no place.
 */
function coversPlace(word: string, text: string, pattern: PatternWord | undefined, place: string | undefined): boolean {
  if (place === undefined || pattern?.hasStar !== true || pattern.text === '*') return true;
  return samePath(place.slice(word.length - text.length), false).some(pattern.matches);
}

const endsWith = (words: readonly string[], end: readonly string[]): boolean =>
  words.length > end.length && end.every((word, index) => words[words.length - end.length + index] === word);

const hasLengthOf = (argv: readonly string[], words: readonly PatternWord[], isOpen: boolean): boolean =>
  isOpen ? argv.length >= words.length : argv.length === words.length;

const catchesWord = (pattern: PatternWord, word: string | undefined): boolean =>
  word !== undefined &&
  samePath(word, false).some((spelling) => pattern.matches(spelling) || pattern.matches(withoutClimbs(spelling)));
