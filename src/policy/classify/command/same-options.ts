// Whether a command is the very one that an allow pattern spells, with its options in another order, glued together or apart:
// `grep -nr x src` under `grep -r -n *`, `head -n5 a` under `head -n * a`. Only for programs that are described and do no
// more than read: there the order of options means nothing, and the table knows which of them take a value.

import { known, textOf } from './field.ts';
import { type ReadWord, readOptions } from './options.ts';
import { findProgram } from './programs.ts';
import type { PatternWord } from './read-pattern.ts';

/** The words of a command cut into options with their values, and operands. */
interface Cut {
  readonly options: readonly ReadWord[];
  readonly operands: readonly ReadWord[];
}

/** Compiles the words of a pattern; answers nothing where another order is another command. */
export function compileSameOptions(
  words: readonly PatternWord[],
  isOpen: boolean,
): ((argv: readonly string[], covers: Covers) => boolean) | undefined {
  const program = findProgram(words[0]?.text ?? '');
  if (program === undefined || !program.isHarmless || program.takesAnything) return undefined;
  const cut = (argv: readonly string[]): Cut => {
    const read = readOptions(argv.map(known), program);
    return {
      options: read.filter(({ option }) => option !== ''),
      operands: read.filter(({ option }) => option === ''),
    };
  };
  const texts = words.map(({ text }) => text);
  // After `--` words are operands whatever they look like; a star where an option may stand can be one.
  if (texts.includes('--') || words.slice(1).some(({ text, hasStar }) => hasStar && text.startsWith('-')))
    return undefined;
  const wanted = cut(texts);
  if (wanted.options.length === 0) return undefined;

  return (argv, covers) => {
    if (argv[0] !== words[0]?.text || argv.includes('--')) return false;
    const { options, operands } = cut(argv);
    if (isOpen ? operands.length < wanted.operands.length : operands.length !== wanted.operands.length) return false;
    const left = [...options];
    for (const option of wanted.options) {
      const at = left.findIndex((candidate) => isSame(candidate, option));
      if (at < 0) return false;
      left.splice(at, 1);
    }
    return (
      (isOpen || left.length === 0) &&
      left.every(({ index }) => covers(argv[index] ?? '', argv[index] ?? '', undefined)) &&
      wanted.operands.every(({ index }, position) => {
        const word = operands[position];
        return word !== undefined && covers(argv[word.index] ?? '', textOf(word.value), words[index]);
      }) &&
      operands
        .slice(wanted.operands.length)
        .every(({ index }) => covers(argv[index] ?? '', argv[index] ?? '', undefined))
    );

    function isSame(candidate: ReadWord, option: ReadWord): boolean {
      if (candidate.option !== option.option) return false;
      if (option.value === undefined || candidate.value === undefined) return option.value === candidate.value;
      const pattern = words[option.index];
      const isOwnWord = pattern?.text === textOf(option.value);
      const value = textOf(candidate.value);
      return isOwnWord
        ? covers(argv[candidate.index] ?? '', value, pattern)
        : value === textOf(option.value) && covers(argv[candidate.index] ?? '', value, undefined);
    }
  };
}

/** True if the text, which is or stands in that word of the command, may be there; `undefined` is the last `*`. */
export type Covers = (word: string, text: string, pattern: PatternWord | undefined) => boolean;
