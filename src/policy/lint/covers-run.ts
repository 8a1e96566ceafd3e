// Whether one run pattern reaches as far as another. Word by word: a word lies in another if the other matches it with a
// sign in the place of its stars that no literal holds.

import type { Program, WordUse } from '../classify/command/describe.ts';
import { hasSubcommands, leadingOptionsLast } from '../classify/command/leading-options.ts';
import { findProgram } from '../classify/command/programs.ts';
import type { PatternWord, ReadPattern } from '../classify/command/read-pattern.ts';
import type { Reach } from './covers.ts';
import type { WrittenPattern } from './patterns-of.ts';

/** True if the pattern `outer` is known to reach as far as `inner`. */
export function runCovers(outer: WrittenPattern, inner: WrittenPattern, reach: Reach): boolean {
  if (outer.text === inner.text && reach !== 'shuts') return true;
  const wide = outer.words();
  const narrow = inner.words();
  if (wide === undefined || narrow === undefined || wide.assignments.length > 0) return false;
  if (!wordsLieIn(narrow, wide)) return false;
  switch (reach) {
    case 'opens':
      return narrow.assignments.length === 0 && opensAsFar(narrow, wide);
    case 'shuts':
      return isSeenUnderAllOptions(wide);
    case 'closes':
      return closesAsFar(narrow, wide);
  }
}

const liesIn = (inner: PatternWord, outer: PatternWord): boolean =>
  outer.matches(inner.hasStar ? inner.text.replaceAll('*', '\0') : inner.text);

/** The words lie in each other one by one, and the outer takes as many as the inner. */
function wordsLieIn(inner: ReadPattern, outer: ReadPattern): boolean {
  if (outer.isOpen ? inner.words.length < outer.words.length : inner.words.length !== outer.words.length) return false;
  if (inner.isOpen && !outer.isOpen) return false;
  const last = inner.words.at(-1);
  // `dir/**` opens several paths at once, which only an open end is sure to take.
  if (last?.isTree === true && !outer.isOpen) return false;
  return outer.words.every((word, index) => {
    const other = inner.words[index];
    return other !== undefined && liesIn(other, word);
  });
}

/** What leads outside is opened by rooted words alone, and what runs inside another command by words without a star. */
function opensAsFar(inner: ReadPattern, outer: ReadPattern): boolean {
  const keepsRoots = inner.words.every(
    (word, index) => !word.isRooted || (outer.words[index]?.isRooted === true && !word.isTree),
  );
  const program = inner.words[0];
  if (program === undefined) return keepsRoots;
  if (!mayRunAnother(program)) return keepsRoots;
  return keepsRoots && inner.words.every((word, index) => word.hasStar || outer.words[index]?.hasStar === false);
}

/** Programs with a reader of their own that run a command in their words. */
const readAsWrappers = new Set('env find xargs sh dash ash bash rbash zsh ksh mksh fish csh tcsh'.split(' '));

function mayRunAnother({ text, hasStar }: PatternWord): boolean {
  if (hasStar || readAsWrappers.has(text)) return true;
  const described = findProgram(text.slice(text.lastIndexOf('/') + 1));
  return described !== undefined && usesOf(described).some((use) => use === 'program' || use === 'shell');
}

const usesOf = ({ operands, options, commands }: Program): readonly WordUse[] => [
  ...operands,
  ...options.values(),
  ...[...commands.values()].flatMap(usesOf),
];

/**
 * An allow sees `kubectl -n prod get pods` as `kubectl get pods -n prod`, a deny without the option: it is only sure to see
 * it where none of its words could be that option.
 */
function isSeenUnderAllOptions({ words }: ReadPattern): boolean {
  const [program, ...rest] = words;
  if (program === undefined || (!program.hasStar && !hasSubcommands(program.text))) return true;
  const isLeading = (text: string) => leadingOptionsLast([program.text, text, 'a', 'b'], new Set()) !== undefined;
  return rest.every(({ text, hasStar }) => /^[^-*]/.test(text) || (!program.hasStar && !hasStar && !isLeading(text)));
}

/** A deny also sees its words apart from the options between them. */
function closesAsFar(inner: ReadPattern, outer: ReadPattern): boolean {
  const [program, ...rest] = outer.words;
  if (program === undefined) return true;
  if (!outer.isOpen || inner.words[0]?.hasStar !== false || rest.some(({ text }) => !/^[^-*]/.test(text))) return false;
  const operands = inner.words.slice(1).filter((word) => word.hasStar || !/^-./.test(word.text));
  const isInOrder = rest.every((word, index) => {
    const other = operands[index];
    return other !== undefined && liesIn(other, word);
  });
  return isInOrder && (subjectOf(outer) === undefined || subjectOf(outer) === subjectOf(inner));
}

/** The first plain word after the program: a deny looks for it before it looks at anything else. */
const subjectOf = ({ words }: ReadPattern): string | undefined =>
  words.slice(1).find(({ text, hasStar }) => !hasStar && /^\w[\w-]*$/.test(text))?.text;
