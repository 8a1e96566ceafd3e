// Which files and directories a list of path grants names. INVARIANT: every root is covered by its grant as a whole, is
// spelled without symbolic links, and is a regular file or a directory.

import { compilePathPattern, hasGlob } from '../../kernel/path-patterns.ts';
import { isWithin } from '../../kernel/private-places.ts';
import { absoluteOf, literalBase, realPathOf, whatIsAt, wholeDirectoryOf } from './places.ts';
import { Unmountable } from './unmountable.ts';
import { type WalkBudget, walk } from './walk.ts';
import type { WalkMemory } from './walk-memory.ts';

/** One file, or one directory with everything below it. `absent` ones have to be made before they can be mounted. */
export interface GrantedRoot {
  readonly path: string;
  readonly kind: 'file' | 'directory';
  readonly isAbsent: boolean;
}

/**
 * The roots of the grants. A grant of a whole directory (`dir`, `dir/**`) is one root; any other glob stands for the
 * regular files it matches now.
 * @throws {Unmountable} if a grant leads out of the workspace by `..`, through a symbolic link, or to something that is
 * neither file nor directory.
 */
export async function grantedRoots(
  grants: readonly string[],
  workspace: string,
  budget: WalkBudget,
  memory: WalkMemory,
): Promise<readonly GrantedRoot[]> {
  const roots: GrantedRoot[] = [];
  for (const grant of grants) {
    const absolute = absoluteOf(grant, workspace);
    if (!grant.startsWith('/') && !isWithin(absolute, workspace)) {
      throw new Unmountable(`the grant \`${grant}\` leads out of the workspace; spell it as an absolute path`);
    }
    const directory = wholeDirectoryOf(absolute);
    if (directory !== undefined) roots.push(await rootAt(directory, 'directory', grant));
    else if (!hasGlob(absolute)) roots.push(await rootAt(absolute, grant.endsWith('/') ? 'directory' : 'file', grant));
    else roots.push(...(await matchesOf(absolute, workspace, budget, memory)));
  }
  return roots;
}

async function rootAt(path: string, kindIfAbsent: 'file' | 'directory', grant: string): Promise<GrantedRoot> {
  const kind = await whatIsAt(path);
  if (kind === undefined) return { path, kind: kindIfAbsent, isAbsent: true };
  if (kind === 'link' || (await realPathOf(path)) !== path) {
    throw new Unmountable(`the grant \`${grant}\` leads through a symbolic link; grant the place it points to`);
  }
  if (kind === 'other') throw new Unmountable(`the grant \`${grant}\` is neither a file nor a directory`);
  return { path, kind, isAbsent: false };
}

async function matchesOf(
  absolute: string,
  workspace: string,
  budget: WalkBudget,
  memory: WalkMemory,
): Promise<readonly GrantedRoot[]> {
  const covers = compilePathPattern(absolute, workspace);
  const base = literalBase(absolute);
  if ((await realPathOf(base)) !== base) return [];
  const { kept } = await walk({
    start: base,
    budget,
    look: ({ path, kind }) => (kind === 'file' && covers(path) ? 'keep' : 'enter'),
    lookName: JSON.stringify(['granted', absolute]),
    memory,
  });
  return kept.map((path) => ({ path, kind: 'file', isAbsent: false }));
}
