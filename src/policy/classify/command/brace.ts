// Brace expansion of a part that consists of plain characters: `{a,b}`, `{1..5}`, nested. Others are refused by name.

import { UnclearCommand } from './unclear-command.ts';

const wordsMax = 1_000;
const textMax = 1_000;
const plain = /^[A-Za-z0-9_.,/{}:@%+=*?-]*$/;

/** All words that one brace part stands for, in order. */
export function expandBraces(text: string): string[] {
  if (text.length > textMax) throw new UnclearCommand('its braces are too long; write the words out');
  if (!plain.test(text))
    throw new UnclearCommand(`the braces \`${text}\` hold quotes or expansions; write the words out`);
  return expand(text);
}

/** Every way to put one of each list after another, leftmost slowest. */
export function combine<T>(lists: readonly (readonly T[])[]): T[][] {
  if (lists.reduce((product, { length }) => product * length, 1) > wordsMax) throw tooMany();
  let combined: T[][] = [[]];
  for (const list of lists) {
    const [only] = list;
    if (list.length === 1 && only !== undefined) {
      for (const start of combined) start.push(only);
      continue;
    }
    combined = combined.flatMap((start) => list.map((item) => [...start, item]));
  }
  return combined;
}

const tooMany = (): UnclearCommand => new UnclearCommand(`its braces stand for more than ${wordsMax} words`);

function expand(text: string): string[] {
  const open = text.indexOf('{');
  if (open < 0) return [text];
  const close = closingBrace(text, open);
  if (close < 0) throw new UnclearCommand(`the braces \`${text}\` are not balanced`);
  const inside = text.slice(open + 1, close);
  const items = splitItems(inside);
  const middle =
    items.length > 1 ? items.flatMap(expand) : (sequence(inside) ?? expand(inside).map((word) => `{${word}}`));
  const rest = expand(text.slice(close + 1));
  if (middle.length * rest.length > wordsMax) throw tooMany();
  return middle.flatMap((word) => rest.map((after) => text.slice(0, open) + word + after));
}

function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  return -1;
}

function splitItems(inside: string): string[] {
  const items: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < inside.length; at++) {
    if (inside[at] === '{') depth++;
    else if (inside[at] === '}') depth--;
    else if (inside[at] === ',' && depth === 0) {
      items.push(inside.slice(start, at));
      start = at + 1;
    }
  }
  return [...items, inside.slice(start)];
}

function sequence(inside: string): string[] | undefined {
  const numbers = /^(-?\d{1,9})\.\.(-?\d{1,9})(?:\.\.(-?\d{1,9}))?$/.exec(inside);
  if (numbers !== null) {
    const [, from = '', to = '', step = '1'] = numbers;
    const isPadded = /^-?0\d/.test(from) || /^-?0\d/.test(to);
    const width = isPadded ? Math.max(from.length, to.length) : 0;
    return count(Number(from), Number(to), Number(step)).map((value) => pad(value, width));
  }
  const letters = /^([a-z])\.\.([a-z])$|^([A-Z])\.\.([A-Z])$/.exec(inside);
  if (letters === null) {
    if (/^[A-Za-z]\.\.[A-Za-z](?:\.\.-?\d+)?$/.test(inside))
      throw new UnclearCommand(`the braces \`{${inside}}\` are not followed; write the words out`);
    return undefined;
  }
  const code = (letter: string | undefined): number => letter?.charCodeAt(0) ?? 0;
  return count(code(letters[1] ?? letters[3]), code(letters[2] ?? letters[4]), 1).map((value) =>
    String.fromCharCode(value),
  );
}

function count(from: number, to: number, step: number): number[] {
  const by = Math.max(1, Math.abs(step));
  const length = Math.floor(Math.abs(to - from) / by) + 1;
  if (length > wordsMax) throw tooMany();
  return Array.from({ length }, (_, index) => from + (to < from ? -by : by) * index);
}

const pad = (value: number, width: number): string =>
  value < 0 ? `-${String(-value).padStart(width - 1, '0')}` : String(value).padStart(width, '0');
