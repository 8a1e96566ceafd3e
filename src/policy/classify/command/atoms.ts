// From the parts of a word to atoms: literal text, wildcards, values of expansions, and what only the running shell knows.
// Every part the grammar knows is handled here or refused by name.

import type { DoubleQuotedChild, ParameterExpansionPart, ParsedScript, Word, WordPart } from 'unbash';
import type { Analysis } from './analysis.ts';
import { evaluateArithmetic } from './arithmetic.ts';
import { combine, expandBraces } from './brace.ts';
import { bracketPiece, type GlobPiece } from './glob.ts';
import { expandParameter } from './parameter.ts';
import { evaluateScript } from './script.ts';
import type { ShellState } from './shell-state.ts';
import { UnclearCommand } from './unclear-command.ts';

/**
 * One stretch of a word. `quoted` text makes a word even if it is empty; a `value` came from an expansion outside quotes
 * and is still to be split and expanded; of an `unknown` only its printed form is known.
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
      readonly nature: 'any' | 'pipe' | 'number';
    };

/** All readings of a word in order: one, or several with braces. */
export async function readAtoms(word: Word, state: ShellState, analysis: Analysis): Promise<Atom[][]> {
  if (word.parts === undefined) return [tilde(word, [{ kind: 'text', text: word.value }], state)];
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
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return [{ kind: 'quoted', text: part.value }];
    case 'DoubleQuoted':
      return readQuotedParts(part.parts, state, analysis);
    case 'Glob':
      return [globPiece(part)];
    case 'SimpleExpansion':
      return [readVariable(part.text.slice(1), isQuoted, state)];
    case 'ParameterExpansion':
      return [readParameter(part, isQuoted, state)];
    case 'ArithmeticExpansion': {
      if (!/^\$\(\(/.test(part.text)) throw new UnclearCommand(`\`${part.text}\` is an old form of arithmetic`);
      return [{ kind: 'quoted', text: String(evaluateArithmetic(part.expression, state.variables)) }];
    }
    case 'CommandExpansion': {
      const literal = literalOutput(part.script, state);
      if (literal !== undefined) return [{ kind: isQuoted ? 'quoted' : 'value', text: literal }];
      const text = `$(${await readInner(part.script, part.text, state, analysis)})`;
      const why = 'what this command prints is not known before it runs';
      return [{ kind: 'unknown', text, why, isQuoted, nature: 'any' }];
    }
    case 'ProcessSubstitution': {
      if (state.dialect === 'posix') throw new UnclearCommand(`\`${part.operator}(…)\` is not known to every shell`);
      const text = `${part.operator}(${await readInner(part.script, part.text, state, analysis)})`;
      return [{ kind: 'unknown', text, why: 'it is the name of a pipe', isQuoted: true, nature: 'pipe' }];
    }
    case 'LocaleString':
      throw new UnclearCommand(`\`${part.text}\` is translated by the shell; write it without the \`$\``);
    case 'ExtendedGlob':
      throw new UnclearCommand(`the pattern \`${part.text}\` depends on a shell option; write the names out`);
    case 'BraceExpansion':
      return wildcards(part.text);
  }
}

/** What `$(cat <<'E' …)` gives: the text itself, so that no `cat` needs to run. */
function literalOutput(script: ParsedScript | undefined, state: ShellState): string | undefined {
  const [statement, ...more] = script?.commands ?? [];
  const command = statement?.command;
  if (more.length > 0 || (script?.errors ?? []).length > 0 || statement?.background === true) return undefined;
  if (command?.type !== 'Command' || command.name?.text !== 'cat' || command.args.length > 0) return undefined;
  const [input, ...others] = command.redirects;
  if (command.prefix.length > 0 || others.length > 0 || input?.type !== 'HereDoc' || state.functions.has('cat'))
    return undefined;
  const isLiteral = input.delimiter?.quoted === true || input.body.parts === undefined;
  const isPlain = isLiteral && input.closing !== undefined && input.descriptor === undefined;
  return isPlain ? input.body.text.replace(/\n+$/, '') : undefined;
}

async function readInner(
  script: ParsedScript | undefined,
  text: string,
  state: ShellState,
  analysis: Analysis,
): Promise<string> {
  if (script === undefined) throw new UnclearCommand(`could not read the command in \`${text}\``);
  const inner = await analysis.deeper(() => evaluateScript(script, { ...state, readsNames: false }, analysis));
  return inner.text;
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

function readVariable(name: string, isQuoted: boolean, state: ShellState): Atom {
  const value = state.variables.get(name);
  if (value !== undefined) return isQuoted ? { kind: 'quoted', text: value } : { kind: 'value', text: value };
  if (!/^(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]|[@*#?$!-])$/.test(name))
    throw new UnclearCommand(`could not read \`$${name}\``);
  const why = `the value of \`${name}\` is not known before it runs`;
  if (/^[#?$!]$/.test(name)) return { kind: 'unknown', text: `$${name}`, why, isQuoted: true, nature: 'number' };
  return { kind: 'unknown', text: `\${${name}}`, why, isQuoted: isQuoted && name !== '@', nature: 'any' };
}

function readParameter(part: ParameterExpansionPart, isQuoted: boolean, state: ShellState): Atom {
  const isPlain = part.prefix === undefined && part.index === undefined && part.operation === undefined;
  if (isPlain) return readVariable(part.parameter, isQuoted, state);
  const value = expandParameter(part, state.variables.get(part.parameter), (word) => readPattern(word, state));
  if (value === undefined) throw new UnclearCommand(`what \`${part.text}\` gives is not known before it runs`);
  return isQuoted ? { kind: 'quoted', text: value } : { kind: 'value', text: value };
}

function tilde(word: Word, atoms: Atom[], state: ShellState): Atom[] {
  const [first, ...rest] = atoms;
  if (!word.text.startsWith('~') || first?.kind !== 'text' || !first.text.startsWith('~')) return atoms;
  const slash = first.text.indexOf('/');
  const name = slash < 0 ? first.text : first.text.slice(0, slash);
  const home = name === '~' ? state.variables.get('HOME') : name === '~+' ? state.variables.get('PWD') : undefined;
  if (home === undefined || (slash < 0 && rest.length > 0)) {
    throw new UnclearCommand(`which directory \`${name}\` is, is not known before it runs; write the path`);
  }
  return [{ kind: 'quoted', text: home }, { kind: 'text', text: first.text.slice(name.length) }, ...rest];
}
