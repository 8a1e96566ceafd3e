// Spells a text in one of the many ways that shells read as that text: the classifier has to see the same text in each.

import fc from 'fast-check';

type Spell = (text: string) => string;

const bare: Spell = (text) =>
  [...text]
    .map((character) =>
      /[\w./,:@%+=-]/.test(character) ? character : character === '\n' ? "$'\\n'" : `\\${character}`,
    )
    .join('');
const backslashed: Spell = (text) =>
  [...text].map((character) => (character === '\n' ? "$'\\n'" : `\\${character}`)).join('');
const single: Spell = (text) => `'${text.replaceAll("'", "'\\''")}'`;
const double: Spell = (text) => `"${text.replace(/["\\$`]/g, '\\$&')}"`;
const code = (character: string): number => character.codePointAt(0) ?? 0;
const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text);
const ansiHex: Spell = (text) =>
  isAscii(text)
    ? `$'${[...text].map((one) => `\\x${code(one).toString(16).padStart(2, '0')}`).join('')}'`
    : single(text);
const ansiOctal: Spell = (text) =>
  isAscii(text) ? `$'${[...text].map((one) => `\\${code(one).toString(8).padStart(3, '0')}`).join('')}'` : single(text);
const ansiPlain: Spell = (text) => `$'${text.replace(/['\\]/g, '\\$&').replaceAll('\n', '\\n')}'`;
const continued: Spell = (text) =>
  text.length < 2 ? bare(text) : `${bare(text.slice(0, 1))}\\\n${bare(text.slice(1))}`;
const padded: Spell = (text) => `''${bare(text)}""`;

const ways = [bare, single, double, ansiHex, ansiOctal, ansiPlain, backslashed, continued, padded];

/** The text, spelled; an empty one in quotes. */
export const spelled = (text: string): fc.Arbitrary<string> => {
  if (text === '') return fc.constantFrom("''", '""', "$''", '\'\'""');
  const way = fc.oneof({ weight: 4, arbitrary: fc.constant(bare) }, { weight: 5, arbitrary: fc.constantFrom(...ways) });
  return fc
    .tuple(fc.nat({ max: text.length }), way, way)
    .map(([cut, first, second]) =>
      cut === 0 || first === second
        ? second(text)
        : first(text.slice(0, cut)) + (cut === text.length ? '' : second(text.slice(cut))),
    );
};

/** The text in single quotes. */
export const quoted: Spell = single;
