// Where words of a command really lead: behind a symlink stands another path, and a pattern that names a place means that one.

import type { Analysis } from './analysis.ts';
import { cutWord, normalisePath } from './path-words.ts';
import { type ShellState, sandboxWorkspace } from './shell-state.ts';

/**
 * The command with the real path in place of each word that leads through a symlink to somewhere else in the workspace;
 * undefined if there is none. Only words that have been looked at already are known to be paths.
 */
export async function spellReally(
  argv: readonly string[],
  { directories }: ShellState,
  analysis: Analysis,
): Promise<readonly string[] | undefined> {
  const [directory, ...others] = directories;
  if (directory === undefined || others.length > 0) return undefined;
  const real = await Promise.all(
    argv.map(async (word, index) => {
      const { before, path } = cutWord(word);
      const located = index === 0 || path === '' ? undefined : await analysis.seen(path, directory);
      if (located?.kind !== 'inside') return word;
      const written = normalisePath(path.startsWith('/') ? path : `${directory}/${path}`);
      return located.inSandbox === written
        ? word
        : before + (located.inSandbox.slice(sandboxWorkspace.length + 1) || '.');
    }),
  );
  return real.some((word, index) => word !== argv[index]) ? real : undefined;
}

/**
 * For each word of `argv` that leads through a symlink, where it leads: told by the spelling that differs in nothing else
 * than such words.
 */
export function realPlaces(
  argv: readonly string[],
  spellings: readonly (readonly string[])[],
): ReadonlyMap<string, string> {
  const places = new Map<string, string>();
  for (const spelling of spellings) {
    if (spelling.length !== argv.length || spelling[0] !== argv[0]) continue;
    for (const [index, word] of argv.entries()) {
      const place = spelling[index] ?? word;
      if (place !== word) places.set(word, place);
    }
  }
  return places;
}
