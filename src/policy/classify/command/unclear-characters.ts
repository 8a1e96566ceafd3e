// Which characters two readers could see differently. A command or a pattern that holds one is refused, because a person
// would approve something else than what runs. Newline and tab are ordinary in shell text.

const named: ReadonlyMap<number, string> = new Map([
  [0x00, 'a NUL character'],
  [0x0d, 'a carriage return'],
  [0x1b, 'an escape character'],
  [0x7f, 'a delete character'],
]);

// Control characters, format characters (zero width, bidi, tags), line and paragraph separators, private use, unassigned,
// lone surrogates, and what Unicode says may be drawn as nothing; then the blank braille cell.
const unclear = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/u;
// Spaces that look like the space but do not separate words.
const falseSpace = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/u;

// What Unicode recommends as one emoji, also where it holds a joiner or a variation selector: everybody sees that emoji.
const emoji = /\p{RGI_Emoji}/gv;

const plain = /^[\n\t\x20-\x7e]*$/;
const allowedControl = /[\n\t]/g;

const codePoint = (character: string): string => `U+${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;

/** The same, with whole emoji let pass: for text that is shown to people, not for names that have to be told apart. */
export const findUnclearInText = (text: string): string | undefined =>
  // Most text has nothing unclear in it, and looking for whole emoji takes long.
  findUnclearCharacter(text) === undefined ? undefined : findUnclearCharacter(text.replace(emoji, ' '));

/** Names the first character that must not be in a command, or nothing if there is none. */
export function findUnclearCharacter(text: string): string | undefined {
  if (plain.test(text)) return undefined;
  const found = (unclear.exec(text.replace(allowedControl, ' ')) ?? falseSpace.exec(text))?.[0];
  if (found === undefined) return undefined;
  return named.get(found.codePointAt(0) ?? 0) ?? `the invisible or misleading character ${codePoint(found)}`;
}
