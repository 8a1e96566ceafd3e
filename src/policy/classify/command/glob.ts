// Expansion of `*`, `?` and `[…]` in a word against the names that are really there, in the order of their code units.
// What runs is the result, quoted, so the shell of the sandbox never expands anything. No match keeps the word.

import { join } from 'node:path';
import type { Analysis } from './analysis.ts';
import { sandboxWorkspace } from './shell-state.ts';
import { findUnclearCharacter } from './unclear-characters.ts';
import { UnclearCommand } from './unclear-command.ts';

/** A stretch of a word: literal text, or one wildcard. */
export type GlobPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'star' | 'question'; readonly text: string }
  | { readonly kind: 'bracket'; readonly text: string; readonly has: (character: string) => boolean };

const matchesMax = 500;

/** Reads `[abc]`, `[a-z]`, `[!0-9]`. Character classes depend on the locale and are refused. */
export function bracketPiece(text: string): GlobPiece {
  const inside = /^\[([!^]?)(\]?[^[\]\\]+)\]$/.exec(text);
  if (inside === null) throw new UnclearCommand(`the wildcard \`${text}\` has several readings; write the names out`);
  const isNegated = inside[1] !== '';
  const characters = [...(inside[2] ?? '')];
  const ranges: [string, string][] = [];
  for (let at = 0; at < characters.length; at++) {
    const from = characters[at] ?? '';
    const to = characters[at + 2];
    if (characters[at + 1] === '-' && to !== undefined) {
      if (!/^(?:[0-9]{2}|[a-z]{2}|[A-Z]{2})$/.test(from + to)) {
        throw new UnclearCommand(`the range \`${from}-${to}\` depends on the language; write the names out`);
      }
      ranges.push([from, to]);
      at += 2;
    } else ranges.push([from, from]);
  }
  const has = (character: string): boolean =>
    ranges.some(([from, to]) => from <= character && character <= to) !== isNegated;
  return { kind: 'bracket', text, has };
}

/** All paths that the word stands for, seen from a directory of the sandbox; the word itself if there are none. */
export async function expandGlob(
  pieces: readonly GlobPiece[],
  directory: string,
  analysis: Analysis,
): Promise<string[]> {
  analysis.countWildcards();
  const literal = pieces.map(({ text }) => text).join('');
  const segments = splitSegments(pieces);
  let found: string[] = [''];
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    const next: string[] = [];
    for (const start of found) {
      for (const name of await namesFor(segment, start, directory, analysis))
        next.push(start + name + (isLast ? '' : '/'));
      if (next.length > matchesMax) throw new UnclearCommand(`\`${literal}\` stands for more than ${matchesMax} files`);
    }
    found = next;
  }
  if (found.length === 0) return [literal];
  for (const path of found) {
    const unclear = findUnclearCharacter(path) ?? (/[\n\t]/.test(path) ? 'a line break or tab' : undefined);
    if (unclear !== undefined) throw new UnclearCommand(`\`${literal}\` finds a file whose name holds ${unclear}`);
  }
  return found.sort((left, right) => (left < right ? -1 : 1));
}

async function namesFor(
  segment: readonly GlobPiece[],
  start: string,
  directory: string,
  analysis: Analysis,
): Promise<readonly string[]> {
  const literal = segment.map(({ text }) => text).join('');
  const isLiteral = segment.every(({ kind }) => kind === 'text');
  // A wildcard with a slash after it means directories.
  if (literal === '' && start !== '' && start !== '/') {
    const located = await analysis.locate(start, directory);
    const names = located.kind === 'inside' ? await analysis.list(located.absolute) : [];
    return names.length > 0 ? [''] : [];
  }
  if (isLiteral && (literal === '' || literal === '.' || literal === '..')) return [literal];
  if (isLiteral && start === '/' && `/${literal}` === sandboxWorkspace) return [literal];
  const located = await analysis.locate(start === '' ? '.' : start, directory);
  if (located.kind !== 'inside') return [];
  const names = await analysis.list(join(located.absolute, ''));
  if (isLiteral) return names.includes(literal) ? [literal] : [];
  const units = toUnits(segment);
  return names.filter((name) => (!name.startsWith('.') || literal.startsWith('.')) && matchesUnits(units, name));
}

function splitSegments(pieces: readonly GlobPiece[]): GlobPiece[][] {
  const segments: GlobPiece[][] = [[]];
  for (const piece of pieces) {
    if (piece.kind !== 'text') {
      segments[segments.length - 1]?.push(piece);
      continue;
    }
    for (const [index, text] of piece.text.split('/').entries()) {
      if (index > 0) segments.push([]);
      if (text !== '') segments[segments.length - 1]?.push({ kind: 'text', text });
    }
  }
  return segments;
}

/** True if the pieces match the whole name. Goes back to the last star only, so the work is name times pattern at most. */
export const matchesName = (pieces: readonly GlobPiece[], name: string): boolean => matchesUnits(toUnits(pieces), name);

/** Pieces of one character each; stars in a row are one. */
const toUnits = (pieces: readonly GlobPiece[]): GlobPiece[] =>
  pieces
    .filter((piece, index) => piece.kind !== 'star' || pieces[index - 1]?.kind !== 'star')
    .flatMap((piece) =>
      piece.kind === 'text' ? [...piece.text].map((text): GlobPiece => ({ kind: 'text', text })) : [piece],
    );

function matchesUnits(units: readonly GlobPiece[], name: string): boolean {
  const characters = [...name];
  let unit = 0;
  let at = 0;
  let starUnit = -1;
  let starAt = 0;
  while (at < characters.length) {
    const wanted = units[unit];
    const character = characters[at] ?? '';
    if (wanted?.kind === 'star') {
      starUnit = unit++;
      starAt = at;
    } else if (wanted !== undefined && matchesOne(wanted, character)) {
      unit++;
      at++;
    } else if (starUnit >= 0) {
      unit = starUnit + 1;
      at = ++starAt;
    } else return false;
  }
  return units.slice(unit).every(({ kind }) => kind === 'star');
}

function matchesOne(piece: GlobPiece, character: string): boolean {
  switch (piece.kind) {
    case 'text':
      return piece.text === character;
    case 'question':
      return true;
    case 'bracket':
      return piece.has(character);
    case 'star':
      return false;
  }
}
