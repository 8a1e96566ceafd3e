// A quick first look at the last part of a path, for walks over tens of thousands of entries. INVARIANT: it may let too much
// through, and never holds back what a pattern covers, as long as a walk does not go on below what is covered.

import { basename } from 'node:path';
import { Minimatch } from 'minimatch';
import { hasGlob } from '../../kernel/path-patterns.ts';

const globOptions = { dot: true, nocomment: true, nonegate: true, nobrace: true, noext: true } as const;

/** True for names that at least one of the path patterns could cover. */
export function basenameFilter(patterns: readonly string[]): (name: string) => boolean {
  const exact = new Set<string>();
  const globs: Minimatch[] = [];
  for (const pattern of patterns) {
    // `dir/**` covers `dir` too, and the walk ends there: so the name of the directory is enough.
    const name = basename(pattern.replace(/\/\*\*$/, ''));
    if (name === '' || name.includes('**')) return () => true;
    if (hasGlob(name)) globs.push(new Minimatch(name, globOptions));
    else exact.add(name);
  }
  return (name) => exact.has(name) || globs.some((glob) => glob.match(name));
}
