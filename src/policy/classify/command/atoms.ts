// From the parts of a word to atoms: literal text, wildcards, values of expansions, and what only the running shell knows.
// Every part the grammar knows is handled here or refused by name.

import type { DoubleQuotedChild, ParameterExpansionPart, Word, WordPart } from 'unbash';
import type { Analysis } from './analysis.ts';
import { readArithmetic } from './arithmetic-word.ts';
import { combine, expandBraces } from './brace.ts';
import { bracketPiece, type GlobPiece } from './glob.ts';
import { fromList, listOf } from './lists.ts';
import { expandParameter } from './parameter.ts';
import { numberSample } from './shape.ts';
import type { ShellState } from './shell-state.ts';
import { readProcess, readSubstitution } from './substitution.ts';
import { UnclearCommand } from './unclear-command.ts';
import { printParameter } from './unknown-parameter.ts';

/**
 * One stretch of a word. `quoted` text makes a word even if it is empty; a `value` came from an expansion outside quotes
 * and is still to be split and expanded; of an `unknown` only its printed form is known, and perhaps a
 * sample of what it gives.
 */
export type Atom =
  | GlobPiece
  | { readonly kind: 'quoted'; readonly text: string }
  | { readonly kind: 'value'; readonly text: string }
  | {
      readonly kind: 'unknown';
      readonly text: string;
      readonly why: string;
      readonly isQuoted: boolean;
      readonly nature: 'any' | 'pipe' | 'names';
      readonly sample: string | undefined;
    };

/** All readings of a word in order: one, or several with braces. */
export async function readAtoms(word: Word, state: ShellState, analysis: Analysis): Promise<Atom[][]> {
  if (word.parts === undefined) return [tilde(word, [{ kind: 'text', text: word.value }], state)];
  if (word.parts.length === 1 && word.text.includes('@')) analysis.readsParameters = true;
  const list = listOf(word, state);
  if (list !== undefined) return list.elements.map((text) => [{ kind: list.isQuoted ? 'quoted' : 'value', text }]);
  const lists: Atom[][][] = [];
  for (const part of word.parts) {
    if (part.type !== 'BraceExpansion') lists.push([await readPart(part, false, state, analysis)]);
    else if (state.dialect === 'posix') throw new UnclearCommand(`\`${part.text}\` is not the same in every shell`);
    else lists.push(expandBraces(part.text).map(wildcards));
  }
  return combine(lists).map((atoms) => tilde(word, atoms.flat(), state));
}

/** The atoms of a here-document or of the inside of double quotes. */
export async function readQuotedParts(
  parts: readonly WordPart[],
  state: ShellState,
  analysis: Analysis,
): Promise<Atom[]> {
  const atoms: Atom[] = [{ kind: 'quoted', text: '' }];
  for (const part of parts) {
    for (const atom of await readPart(part, true, state, analysis)) {
      atoms.push(atom.kind === 'unknown' ? atom : { kind: 'quoted', text: atom.text });
    }
  }
  return atoms;
}

/** A word as a pattern (in `case`, `[[`, `${x%…}`); undefined if it is not known. */
export function readPattern(word: Word, state: ShellState): GlobPiece[] | undefined {
  const pieces: GlobPiece[] = [];
  for (const part of word.parts ?? []) {
    if (part.type === 'Literal' || part.type === 'SingleQuoted' || part.type === 'AnsiCQuoted') {
      pieces.push({ kind: 'text', text: part.value });
    } else if (part.type === 'Glob') {
      pieces.push(globPiece(part));
    } else if (part.type === 'DoubleQuoted') {
      for (const child of part.parts) {
        const text = child.type === 'Literal' ? child.value : plainValue(child, state);
        if (text === undefined) return undefined;
        pieces.push({ kind: 'text', text });
      }
    } else return undefined;
  }
  return word.parts === undefined ? [{ kind: 'text', text: word.value }] : pieces;
}

async function readPart(part: WordPart, isQuoted: boolean, state: ShellState, analysis: Analysis): Promise<Atom[]> {
  switch (part.type) {
    case 'Literal':
      return [{ kind: 'text', text: part.value }];
    case 'AnsiCQuoted':
      if (state.dialect === 'posix') throw new UnclearCommand(`\`${part.text}\` is not the same in every shell`);
      return [{ kind: 'quoted', text: part.value }];
    case 'SingleQuoted':
      return [{ kind: 'quoted', text: part.value }];
    case 'DoubleQuoted':
      return readQuotedParts(part.parts, state, analysis);
    case 'Glob':
      return [globPiece(part)];
    case 'SimpleExpansion':
      return [readVariable(part.text.slice(1), isQuoted, state, analysis)];
    case 'ParameterExpansion':
      return [readParameter(part, isQuoted, state, analysis)];
    case 'ArithmeticExpansion':
      return [await readArithmetic(part, state, analysis)];
    case 'CommandExpansion':
      return [await readSubstitution(part, isQuoted, state, analysis)];
    case 'ProcessSubstitution':
      return [await readProcess(part, state, analysis)];
    case 'LocaleString':
      throw new UnclearCommand(`\`${part.text}\` is translated by the shell; write it without the \`$\``);
    case 'ExtendedGlob':
      throw new UnclearCommand(`the pattern \`${part.text}\` depends on a shell option; write the names out`);
    case 'BraceExpansion':
      return wildcards(part.text);
  }
}

function globPiece(part: Extract<WordPart, { type: 'Glob' }>): GlobPiece {
  if (part.kind !== 'bracket') return { kind: part.kind, text: part.text };
  if (part.parts.some((inner) => inner.type !== 'Literal' || inner.value !== inner.text)) {
    throw new UnclearCommand(`the wildcard \`${part.text}\` holds quotes or expansions; write the names out`);
  }
  return bracketPiece(part.text);
}

/** Text outside quotes that came out of braces. */
const wildcards = (text: string): GlobPiece[] =>
  text
    .split(/([*?])/)
    .filter((piece) => piece !== '')
    .map((piece) => ({ kind: piece === '*' ? 'star' : piece === '?' ? 'question' : 'text', text: piece }));

const plainValue = (part: DoubleQuotedChild, state: ShellState): string | undefined => {
  if (part.type === 'SimpleExpansion') return state.variables.get(part.text.slice(1));
  const isPlain = part.type === 'ParameterExpansion' && part.prefix === undefined && part.index === undefined;
  return isPlain && part.operation === undefined ? state.variables.get(part.parameter) : undefined;
};

function readVariable(name: string, isQuoted: boolean, state: ShellState, analysis: Analysis): Atom {
  if (/^[1-9@*#]$/.test(name)) analysis.readsParameters = true;
  const value = knownValue(name, state);
  if (value !== undefined) return isQuoted ? { kind: 'quoted', text: value } : { kind: 'value', text: value };
  if (!/^(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]|[@*#?$!-])$/.test(name))
    throw new UnclearCommand(`could not read \`$${name}\``);
  const why = `the value of \`${name}\` is not known before it runs`;
  const numeric = { kind: 'unknown', why, isQuoted: true, nature: 'any', sample: numberSample } as const;
  if (/^[#?$!]$/.test(name)) return { ...numeric, text: `$${name}` };
  const text = `\${${name}}`;
  const shape = state.shapes.get(name);
  if (shape?.kind === 'sample' && (isQuoted || !/[\s*?[\\]/.test(shape.text)))
    return { ...numeric, text, sample: shape.text };
  const nature = shape?.kind === 'names' ? 'names' : 'any';
  return { kind: 'unknown', text, why, isQuoted: isQuoted && name !== '@', nature, sample: undefined };
}

function knownValue(name: string, { variables, parameters, carried, arrays }: ShellState): string | undefined {
  if (parameters !== undefined && /^[1-9]$/.test(name)) return parameters[Number(name) - 1] ?? '';
  if (name === '#' && parameters !== undefined) return String(parameters.length);
  if (name === '*' || name === '@') {
    const isJoined = parameters !== undefined && (parameters.length < 2 || (name === '*' && !carried.has('IFS')));
    return isJoined ? parameters.join(' ') : undefined;
  }
  return variables.get(name) ?? arrays.get(name)?.[0];
}

function readParameter(part: ParameterExpansionPart, isQuoted: boolean, state: ShellState, analysis: Analysis): Atom {
  if (/^[1-9@*#]$/.test(part.parameter)) analysis.readsParameters = true;
  const isPlain = part.prefix === undefined && part.index === undefined && part.operation === undefined;
  if (isPlain) return readVariable(part.parameter, isQuoted, state, analysis);
  const pieces = (word: Word): GlobPiece[] | undefined => readPattern(word, state);
  const value = fromList(part, state) ?? expandParameter(part, knownValue(part.parameter, state), pieces);
  if (value !== undefined) return isQuoted ? { kind: 'quoted', text: value } : { kind: 'value', text: value };
  const isList = state.arrays.has(part.parameter) || state.variables.has(part.parameter);
  const text = isList ? undefined : printParameter(part, isQuoted, state, pieces);
  const why = `what \`${part.text}\` gives is not known before it runs`;
  if (text === undefined) throw new UnclearCommand(why);
  const isNumber = part.prefix === '#' || part.parameter === 'PIPESTATUS';
  const sample = isNumber ? numberSample : undefined;
  return { kind: 'unknown', text, why, isQuoted: isQuoted || isNumber, nature: 'any', sample };
}

function tilde(word: Word, atoms: Atom[], state: ShellState): Atom[] {
  const [first, ...rest] = atoms;
  if (!word.text.startsWith('~') || first?.kind !== 'text' || !first.text.startsWith('~')) return atoms;
  const slash = first.text.indexOf('/');
  const name = slash < 0 ? first.text : first.text.slice(0, slash);
  const home =
    name === '~'
      ? state.variables.get('HOME')
      : name === '~+' && state.dialect === 'bash'
        ? state.variables.get('PWD')
        : undefined;
  if (home === undefined || (slash < 0 && rest.length > 0)) {
    throw new UnclearCommand(`which directory \`${name}\` is, is not known before it runs; write the path`);
  }
  return [{ kind: 'quoted', text: home }, { kind: 'text', text: first.text.slice(name.length) }, ...rest];
}
