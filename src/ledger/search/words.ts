// How text becomes words, for the index and for queries alike: lower case, without accents, split at everything that is neither
// letter nor digit. Scripts that are written without spaces count each character as a word. A word holds letters and digits
// alone, so no word from outside can mean anything to the index but itself.

const word = /[\p{L}\p{N}]+/gu;
const marks = /\p{M}+/gu;
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/gu;

/** Words beyond this length are cut: nobody looks for them, and they would fill the index. */
const wordLettersMax = 64;

/** The words of a text, in order. */
export const wordsOf = (text: string): readonly string[] =>
  [...matchesOf(text)].map(([found]) => found.slice(0, wordLettersMax));

/** The text as words are found in it. */
export const foldedText = (text: string): string =>
  isAscii(text)
    ? text.toLowerCase()
    : text
        .normalize('NFKD')
        .replace(marks, '')
        .toLowerCase()
        .normalize('NFKD')
        .replace(marks, '')
        .replace(unspaced, ' $& ');

const matchesOf = (text: string) => foldedText(text).matchAll(word);

const isAscii = (text: string): boolean => !/[^\u0000-\u007f]/.test(text);
