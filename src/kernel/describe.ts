// How effects and text from outside are spelled for people. What always holds: one line stays one line, a character that
// does not look like itself is written as `\u{…}`, and two different effects are never spelled the same.

import type { Effect } from './types.ts';

/** Letters of scripts that read left to right and are shown as they are, unless their word is a disguise. */
const plainLetters =
  /[\u{C0}-\u{D6}\u{D8}-\u{F6}\u{F8}-\u{130}\u{132}-\u{137}\u{139}-\u{13E}\u{141}-\u{148}\u{14A}-\u{17E}\u{1E00}-\u{1EFF}]/u;
const foreignLetters =
  /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Devanagari}\p{Script=Thai}\u{AC00}-\u{D7A3}\u{30FC}]/u;
const letterOrMark = /[\p{L}\p{M}]/u;
const emoji = /\p{Emoji_Presentation}/u;
const otherPlain = /[€£°§]/u;

/** Foreign letters and signs that pass for an ASCII character. A word of nothing else is a disguise. */
const lookalikes = new Set(
  'АВСЕНІЈКМОРЅТХУҮԌԚԜЗБаьсԁеһіјҟӏорԛѕѵԝхуүгпиЬбӀαοιρνυκτγχηωσΑΒΕΖΗΙΚΜΝΟΡΤΥΧϲϳ' +
    '一丨丶ノニ二三工口十卜トエロハへヘ八人入ー〇',
);

const word = /[\p{L}\p{M}\p{N}]+/gu;

/**
 * Text with every character that could hide, reorder, imitate or break the line written as `\u{hex}`: controls, bidi and
 * invisible ones, right-to-left letters, combining marks, punctuation and digits that are not ASCII, and letters that
 * stand in for Latin ones (mixed into a Latin word, or a whole word of lookalikes). Plain words of other scripts stay
 * readable. ASCII that prints stays as it is, the backslash too: quote first where the difference matters.
 */
export function visible(text: string): string {
  return text
    .replace(word, (letters) => (isDisguise(letters) ? escapeAll(letters) : letters))
    .replace(/[^ -~]/gu, (character) => (isPlain(character) ? character : escaped(character)));
}

/** One word of a command or name: bare where nothing in it is special, else a JSON string made visible. */
export function quoted(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./~-]+$/.test(text) ? text : visible(JSON.stringify(text));
}

/** Canonical one-line spelling of an effect, e.g. `run git commit -m "fix it"`. */
export function describeEffect(effect: Effect): string {
  switch (effect.kind) {
    case 'tool':
      return `tool ${quoted(effect.name)}`;
    case 'run':
      return ['run', ...effect.assignments.map(assignment), ...effect.argv.map(commandWord)].join(' ');
    case 'read':
    case 'write':
      return `${effect.kind} ${quoted(effect.path)}`;
    case 'connect':
      return `connect ${quoted(address(effect.host, effect.port))} (${quoted(effect.method)} ${quoted(effect.url)})`;
    case 'secret':
      return `secret ${quoted(effect.name)}`;
    case 'send':
      return `send ${quoted(effect.channel)} ${quoted(effect.target)}`;
    case 'opaque':
      return `opaque ${visible(JSON.stringify(effect.text))} (${visible(JSON.stringify(effect.why).slice(1, -1))})`;
    default:
      return effect satisfies never;
  }
}

function isDisguise(letters: string): boolean {
  const foreign = [...letters].filter((letter) => letter > '\u{7F}' && !plainLetters.test(letter));
  if (foreign.length === 0) return false;
  return /[A-Za-z]/.test(letters) || plainLetters.test(letters) || foreign.every((letter) => lookalikes.has(letter));
}

const isPlain = (character: string): boolean =>
  plainLetters.test(character) ||
  (foreignLetters.test(character) && letterOrMark.test(character) && character === character.normalize('NFKC')) ||
  emoji.test(character) ||
  otherPlain.test(character);

const escaped = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

const escapeAll = (letters: string): string =>
  letters.replace(/[^ -~]/gu, (letter) => (plainLetters.test(letter) ? letter : escaped(letter)));

const address = (host: string, port: number): string => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);

/** `NAME=value` before a command; the value is quoted on its own, as a shell would have it. */
function assignment(text: string): string {
  const split = text.indexOf('=');
  if (split < 1) return quoted(text);
  return `${quoted(text.slice(0, split))}=${text.length === split + 1 ? '""' : quoted(text.slice(split + 1))}`;
}

/** The first word must not pass for an assignment. */
const commandWord = (text: string, index: number): string =>
  index === 0 && text.includes('=') ? visible(JSON.stringify(text)) : quoted(text);
