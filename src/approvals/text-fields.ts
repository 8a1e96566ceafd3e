// How the texts about questions are laid out: a name, then its lines, aligned. A value cannot begin a line of its own.

import { visible } from '../kernel/describe.ts';

const indent = '             ';

/** A name and its lines. Longer values simply make longer lines. */
export const field = (name: string, lines: readonly string[]): string[] =>
  lines.map((line, index) => (index === 0 ? `${name.padEnd(indent.length)}${line}` : `${indent}${line}`));

/** Text from a rule or a caller on one line. */
export const oneLine = (text: string): string => visible(text.replace(/[\r\n]+/g, ' '));

/** The moment as everybody reads it alike. */
export const spellMoment = (ms: number): string => new Date(ms).toISOString();

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** About how long: `2 h 5 min`, `3 d`; the two largest units. */
export function spellDuration(ms: number): string {
  let left = Math.max(0, Math.round(ms / 1_000) * 1_000);
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.slice(0, 2).join(' ') || '0 s';
}
