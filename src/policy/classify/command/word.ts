// From a word of the grammar to the words that the program gets: splitting and wildcards where they are exact.

import type { Word } from 'unbash';
import type { Analysis } from './analysis.ts';
import { type Atom, readAtoms, readQuotedParts } from './atoms.ts';
import { type Field, known } from './field.ts';
import { expandGlob, type GlobPiece } from './glob.ts';
import { quoteWord } from './quote.ts';
import type { ShellState } from './shell-state.ts';
import { UnclearCommand } from './unclear-command.ts';

type Stretch = GlobPiece | Extract<Atom, { kind: 'unknown' }>;

const textMax = 65_536;
const partsMax = 4_000;

/** The field of a word that has nothing to expand; undefined for any other word. */
export const plainWord = (word: Word): Field | undefined =>
  word.parts === undefined && !word.text.startsWith('~') ? known(word.value) : undefined;

/** The fields that a word of a command becomes: none, one or several. */
export async function expandWord(word: Word, state: ShellState, analysis: Analysis): Promise<Field[]> {
  const plain = plainWord(word);
  if (plain !== undefined) return [plain];
  if ((word.parts?.length ?? 0) > partsMax) throw new UnclearCommand(`a word has more than ${partsMax} parts`);
  const fields: Field[] = [];
  for (const atoms of await readAtoms(word, state, analysis)) {
    for (const stretches of splitFields(atoms, state)) {
      for (const field of await toFields(stretches, state, analysis)) fields.push(field);
    }
  }
  return fields;
}

/** The one field of a word where the shell neither splits nor expands wildcards: assignments, `case`, here-strings. */
export async function expandText(word: Word, state: ShellState, analysis: Analysis): Promise<Field> {
  if (word.parts?.some((part) => part.type === 'BraceExpansion') === true) return known(word.value);
  const all = await readAtoms(word, state, analysis);
  return oneField(all.flatMap((atoms, index) => (index === 0 ? atoms : [{ kind: 'quoted', text: ' ' }, ...atoms])));
}

/** The one field of the parts of a here-document. */
export const expandParts = async (
  parts: Parameters<typeof readQuotedParts>[0],
  state: ShellState,
  analysis: Analysis,
): Promise<Field> => oneField(await readQuotedParts(parts, state, analysis));

const oneField = (atoms: readonly Atom[]): Field =>
  toField(
    atoms.map((atom): Stretch => {
      if (atom.kind === 'unknown') return { ...atom, isQuoted: true };
      return { kind: 'text', text: atom.text };
    }),
  );

/** Cuts at the white space that came out of expansions. */
function splitFields(atoms: readonly Atom[], state: ShellState): Stretch[][] {
  const fields: Stretch[][] = [];
  let field: Stretch[] | undefined;
  const append = (stretch: Stretch): void => {
    field ??= [];
    field.push(stretch);
  };
  const end = (): void => {
    if (field !== undefined) fields.push(field);
    field = undefined;
  };
  for (const atom of atoms) {
    if (atom.kind === 'quoted') append({ kind: 'text', text: atom.text });
    else if (atom.kind === 'value') {
      if (state.carried.has('IFS')) throw new UnclearCommand('it changes `IFS`; put variables in double quotes');
      for (const piece of atom.text.split(/([ \t\n]+)/)) {
        if (/^[ \t\n]/.test(piece)) end();
        else for (const stretch of valuePieces(piece)) append(stretch);
      }
    } else if (atom.kind === 'text') {
      if (atom.text !== '') append(atom);
    } else append(atom);
  }
  end();
  return fields;
}

function valuePieces(value: string): GlobPiece[] {
  if (!/[*?[]/.test(value)) return value === '' ? [] : [{ kind: 'text', text: value }];
  if (/[[\\]/.test(value)) throw new UnclearCommand(`the value \`${value}\` holds wildcards; put it in double quotes`);
  return value
    .split(/([*?])/)
    .filter((piece) => piece !== '')
    .map((piece) => ({ kind: piece === '*' ? 'star' : piece === '?' ? 'question' : 'text', text: piece }));
}

async function toFields(stretches: readonly Stretch[], state: ShellState, analysis: Analysis): Promise<Field[]> {
  const pieces = stretches.filter((stretch) => stretch.kind !== 'unknown');
  const hasGlob = pieces.some(({ kind }) => kind !== 'text');
  if (!hasGlob || pieces.length !== stretches.length) return [toField(stretches)];
  const [directory, ...others] = state.directories;
  if (directory === undefined || others.length > 0) {
    throw new UnclearCommand('its wildcards depend on a `cd` that may fail; join the commands with `&&`');
  }
  return (await expandGlob(pieces, directory, analysis)).map(known);
}

function toField(stretches: readonly Stretch[]): Field {
  const unknown = stretches.filter((stretch) => stretch.kind === 'unknown');
  const [first] = unknown;
  if (stretches.reduce((length, { text }) => length + text.length, 0) > textMax) {
    throw new UnclearCommand(`a word is longer than ${textMax} characters`);
  }
  if (first === undefined) return known(stretches.map(({ text }) => text).join(''));
  const printed = stretches.map(printStretch).join('');
  const samples = stretches.map(sampleOf);
  if (samples.every((sample) => sample !== undefined)) return { kind: 'known', text: samples.join(''), printed };
  const lead = stretches.slice(0, stretches.indexOf(first));
  const isOne = stretches.every((part) => part.kind === 'text' || (part.kind === 'unknown' && part.isQuoted));
  return {
    kind: 'unknown',
    text: printed,
    why: first.why,
    isOne,
    lead: lead.every(({ kind }) => kind === 'text') ? lead.map(({ text }) => text).join('') : '',
    nature: stretches.every((part) => part === first || part.text === '') ? first.nature : 'any',
  };
}

const sampleOf = (stretch: Stretch): string | undefined =>
  stretch.kind === 'text' ? stretch.text : stretch.kind === 'unknown' && stretch.isQuoted ? stretch.sample : undefined;

function printStretch(stretch: Stretch): string {
  if (stretch.kind === 'text') return stretch.text === '' ? '' : quoteWord(stretch.text);
  if (stretch.kind !== 'unknown') return stretch.text;
  return stretch.isQuoted && stretch.nature !== 'pipe' ? `"${stretch.text}"` : stretch.text;
}
