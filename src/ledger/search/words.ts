// How text becomes words, for the index and for queries alike: lower case, without accents, split at everything that is neither
// letter nor digit. Scripts that are written without spaces count each character as a word. A word holds letters and digits
// alone, so no word from outside can mean anything to the index but itself.

const word = /[\p{L}\p{N}]+/gu;
const gap = /[^\p{L}\p{N}]+/gu;
const marks = /\p{M}+/gu;
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/gu;

/** The words of a text, in order. */
export const wordsOf = (text: string): readonly string[] =>
  [...foldedText(text).matchAll(word)].map(([found]) => found);

/** The text for the index, which finds the same words in it: of ASCII it takes letters and digits, in lower case, by itself. */
export const indexedText = (text: string): string =>
  isAscii(text) ? text.replaceAll('\0', ' ') : foldedText(text).replace(gap, ' ').trim();

/** The text as words are found in it. */
export const foldedText = (text: string): string =>
  isAscii(text) ? text.toLowerCase() : withoutMarks(withoutMarks(text).toLowerCase()).replace(unspaced, ' $& ');

const withoutMarks = (text: string): string => text.normalize('NFKD').replace(marks, '');

const isAscii = (text: string): boolean => !/[^\u0000-\u007f]/.test(text);
