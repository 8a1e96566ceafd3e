// Which canonical paths a pattern covers. Policy and sandboxes both ask here, so that what was granted and what is opened
// are measured with one ruler.

import { isAbsolute, join } from 'node:path';
import { Minimatch } from 'minimatch';

/** A compiled path pattern: true if it covers the canonical absolute path. */
export type PathPattern = (absolute: string) => boolean;

const globOptions = { dot: true, nocomment: true, nonegate: true, nobrace: true, noext: true } as const;

/** True where a pattern has characters that match more than themselves. */
export const hasGlob = (pattern: string): boolean => /[*?[]/.test(pattern);

/**
 * Compiles one pattern. Relative patterns start at `workspace`; `*` stops at `/`, `**` does not. A pattern without glob
 * characters covers itself and everything below it, so `.` is the whole workspace; `dir/**` covers `dir` as well.
 */
export function compilePathPattern(pattern: string, workspace: string): PathPattern {
  if (!hasGlob(pattern)) {
    const base = join(isAbsolute(pattern) ? pattern : join(workspace, pattern), '/');
    return (absolute) => `${absolute}/`.startsWith(base);
  }
  const isRooted = isAbsolute(pattern);
  const glob = new Minimatch(pattern, globOptions);
  const base = join(workspace, '/');
  return (absolute) => {
    if (isRooted) return glob.match(absolute) || glob.match(`${absolute}/`);
    if (absolute === workspace) return glob.match('.') || pattern === '**' || pattern === '**/*';
    if (!absolute.startsWith(base)) return false;
    const relative = absolute.slice(base.length);
    return glob.match(relative) || glob.match(`${relative}/`);
  };
}

/** The directory in which everything lies that an entry covers: its names before the first that has glob characters. */
export function globStart(entry: string): string {
  const names = entry.split('/');
  const first = names.findIndex(hasGlob);
  return first < 0 ? entry : names.slice(0, first).join('/') || (isAbsolute(entry) ? '/' : '.');
}

/** True if any of the patterns covers the path. */
export const coversPath = (patterns: readonly PathPattern[], absolute: string): boolean =>
  patterns.some((covers) => covers(absolute));
