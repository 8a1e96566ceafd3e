// Reads `harmless-lines.txt`: sections of lines that refer to one another, as generators of text.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { spelled } from './spelling.ts';

const sections = readSections(readFileSync(join(import.meta.dirname, 'harmless-lines.txt'), 'utf8'));
const made = new Map<string, fc.Arbitrary<string>>();

interface Section {
  readonly isSpelled: boolean;
  readonly lines: string[];
}

/**
 * Texts of one section.
 * @throws {Error} if there is no such section, or it refers to one that is not there.
 */
export function linesOf(name: string): fc.Arbitrary<string> {
  const before = made.get(name);
  if (before !== undefined) return before;
  const section = sections.get(name);
  if (section === undefined) throw new Error(`could not find the section \`${name}\` in harmless-lines.txt`);
  const lines = fc.oneof(...section.lines.map(readLine));
  const arbitrary = section.isSpelled ? lines.chain(spelled) : lines;
  made.set(name, arbitrary);
  return arbitrary;
}

function readSections(text: string): ReadonlyMap<string, Section> {
  const found = new Map<string, Section>();
  let section: Section | undefined;
  for (const line of text.split('\n')) {
    const header = /^== ([a-z ]+?)( spelled)?$/.exec(line);
    if (header !== null) {
      section = { isSpelled: header[2] !== undefined, lines: [] };
      found.set(header[1] ?? '', section);
    } else if (line !== '' && !line.startsWith('# '))
      section?.lines.push(line === '<>' ? '' : line.replaceAll('⏎', '\n'));
  }
  return found;
}

/** One line: text and references in turn. */
function readLine(line: string): fc.Arbitrary<string> {
  const parts = line.split(/<([a-z][a-z ]*[*+]?)>/);
  if (parts.length === 1) return fc.constant(line);
  return fc
    .tuple(...parts.map((part, index) => (index % 2 === 0 ? fc.constant(part) : readReference(part))))
    .map((texts) => texts.join(''));
}

function readReference(reference: string): fc.Arbitrary<string> {
  const name = reference.replace(/[*+]$/, '');
  if (name === reference) return linesOf(name);
  const minLength = reference.endsWith('+') ? 1 : 0;
  return fc.array(linesOf(name), { minLength, maxLength: 3 }).map((texts) => texts.join(' '));
}
