// What stays closed, or unwritten, inside what was granted: every place there that an exception covers now. A link is
// followed to what it stands for, because that is what it would show. A directory that this user may not enter is excepted as
// a whole: a container of the same user could open it, and nobody knows what is in it.

import { compilePathPattern, coversPath, hasGlob } from '../../kernel/path-patterns.ts';
import { isWithin } from '../../kernel/private-places.ts';
import { basenameFilter } from './basename-filter.ts';
import { absoluteOf, literalBase, reachedTowards, realPathOf, wholeDirectoryOf } from './places.ts';
import { type Look, type WalkBudget, walk } from './walk.ts';
import type { WalkMemory } from './walk-memory.ts';

/** What patterns cover inside the roots. */
export interface Excepted {
  /** Real paths, outermost first within each walk. */
  readonly paths: ReadonlySet<string>;
  /** Places whose names are no text, spelled for a person: covered, and closed by nobody. */
  readonly nameless: readonly string[];
}

/**
 * The places inside `roots` that `patterns` cover. Patterns without glob characters are looked up; the others need a walk.
 * @throws {Unmountable} if the walk is larger than `budget`.
 */
export async function exceptedPaths(
  patterns: readonly string[],
  roots: readonly string[],
  workspace: string,
  budget: WalkBudget,
  memory: WalkMemory,
): Promise<Excepted> {
  const isOpen = (path: string) => roots.some((root) => isWithin(path, root));
  const candidates: string[] = [];
  const globs: string[] = [];
  const nameless: string[] = [];
  for (const pattern of patterns) {
    const absolute = absoluteOf(pattern, workspace);
    const place = wholeDirectoryOf(absolute) ?? absolute;
    if (!hasGlob(place)) candidates.push(place);
    else globs.push(absolute);
  }
  const covers = globs.map((glob) => compilePathPattern(glob, workspace));
  const mayCover = basenameFilter(globs);
  const look: Look = ({ path, name }) => (mayCover(name) && coversPath(covers, path) ? 'keep' : 'enter');
  const lookName = JSON.stringify(['excepted', globs]);
  for (const start of startsOf(globs.map(literalBase), roots)) {
    // A base that is itself behind a link: all it stands for is excepted, which is more than was asked for.
    if ((await realPathOf(start)) !== start) candidates.push(start);
    else {
      const walked = await walk({ start, budget, look, lookName, memory });
      candidates.push(...walked.kept, ...walked.barred);
      nameless.push(...walked.nameless);
    }
  }
  const found = new Set<string>();
  for (const candidate of candidates) {
    const reached = await reachedTowards(candidate);
    const real = reached === undefined ? undefined : await realPathOf(reached);
    if (real !== undefined && isOpen(real)) found.add(real);
  }
  return { paths: found, nameless };
}

/** Where walks have to begin: inside the roots, at or below the bases, none of them inside another. */
function startsOf(bases: readonly string[], roots: readonly string[]): readonly string[] {
  const starts = new Set<string>();
  for (const root of roots) {
    for (const base of bases) {
      if (isWithin(root, base)) starts.add(root);
      else if (isWithin(base, root)) starts.add(base);
    }
  }
  return [...starts].filter((start) => ![...starts].some((other) => other !== start && isWithin(start, other)));
}
