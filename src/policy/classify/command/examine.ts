// Which words of a command lead somewhere: out of the workspace, or to a file inside that rules on paths must see. Words
// that are merely text are left alone; only what is rooted, climbs out, or goes through a symlink is outside.

import { join } from 'node:path';
import type { Analysis } from './analysis.ts';
import { climbs, cutWord } from './path-words.ts';
import { isSample } from './shape.ts';
import type { ShellState } from './shell-state.ts';
import { sandboxWorkspace } from './shell-state.ts';

const segmentMax = 255;

/** Takes note of a path that is read or written along with a command. True if it leads outside. */
export async function examinePath(
  text: string,
  kind: 'read' | 'write',
  state: ShellState,
  analysis: Analysis,
): Promise<boolean> {
  if (text === '' || text === '-') return false;
  // What is written has to be known to the letter, since that place is opened.
  if (kind === 'write' && isSample(text))
    analysis.addOpaque(text, 'which file this is: it is not known before it runs');
  if (!isPathLength(text)) return /^[/~]/.test(text) || climbs(text);
  let isOutside = false;
  for (const directory of state.directories) {
    const located = await analysis.locate(text, directory);
    if (located.kind === 'unclear') {
      analysis.addOpaque(text, located.because);
      isOutside ||= /^[/~]/.test(text) || climbs(text);
    } else if (located.kind !== 'device') {
      const { path, absolute } = located;
      analysis.add({ kind, path, absolute, standing: 'implied' });
      isOutside ||= located.kind !== 'inside';
    }
  }
  return isOutside;
}

/** Takes note that a name itself is changed: the link, and not what it leads to. */
export async function examineEntry(text: string, state: ShellState, analysis: Analysis): Promise<void> {
  const [, parent = '', name = ''] = /^(.*\/)?([^/]+)$/s.exec(text) ?? [];
  if (name === '' || name === '.' || name === '..' || !isPathLength(text)) return;
  for (const directory of state.directories) {
    const located = await analysis.locate(parent === '' ? '.' : parent, directory);
    if (located.kind === 'unclear' || located.kind === 'device') continue;
    const path = located.path === '.' ? name : join(located.path, name);
    analysis.add({ kind: 'write', path, absolute: join(located.absolute, name), standing: 'implied' });
  }
}

/** Takes note of a word of which nothing is known: it is a path if it is rooted, climbs, or its start exists. */
export async function examineWord(word: string, state: ShellState, analysis: Analysis): Promise<boolean> {
  let isOutside = false;
  for (const path of new Set(candidates(word))) {
    if (path.startsWith('~')) isOutside = true;
    else if (path.startsWith('/') || climbs(path) || (await startsHere(path, state, analysis))) {
      isOutside = (await examinePath(path, 'read', state, analysis)) || isOutside;
    }
  }
  return isOutside;
}

function candidates(word: string): string[] {
  if (!/[/=@~:]|^\.|^-/.test(word)) return [word];
  const { path } = cutWord(word);
  const afterEquals = /^-[^=]*=(.*)$/s.exec(word)?.[1] ?? path;
  // `id=x,src=/etc/x` and `/etc:/mnt`.
  const listed = word.includes(',')
    ? word.split(',').flatMap((part) => (part.includes('=') ? cutWord(part).path : []))
    : [];
  const beforeColon = /^[^:]+(?=:(?!:|\/\/))/.exec(path)?.[0] ?? path;
  return [word, path, afterEquals, ...listed, beforeColon]
    .flatMap((text) => [text, text.replace(/^@+/, ''), text.replace(/^fileb?:(?:\/\/(?:localhost(?=\/))?)?/i, '')])
    .filter((text) => text !== '' && !text.startsWith('-'));
}

async function startsHere(path: string, state: ShellState, analysis: Analysis): Promise<boolean> {
  if (!isPathLength(path)) return false;
  const [first = ''] = path.replace(/^(?:\.\/+)+/, '').split('/');
  for (const directory of state.directories) {
    if (directory !== sandboxWorkspace && !directory.startsWith(`${sandboxWorkspace}/`)) return true;
    if (first === '.' || /[^\x20-\x7e]/.test(first)) return true;
    const host = join(analysis.place.workspace, directory.slice(sandboxWorkspace.length));
    if (first !== '' && (await analysis.mayHold(host, first))) return true;
  }
  return false;
}

const isPathLength = (text: string): boolean =>
  text.length <= 4_000 && text.split('/').every((segment) => segment.length <= segmentMax);
