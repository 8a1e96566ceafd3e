// A last look at the paths that a command names outside the workspace. The command's own reading spells them as its
// sandbox would see them; here they are checked on this machine, because a grant for one opens the place on this machine.

import type { Effect } from '../../kernel/types.ts';
import type { ResolvedPath } from './path.ts';

export type SettledPaths =
  | { readonly kind: 'settled'; readonly effects: readonly Effect[] }
  | { readonly kind: 'unclear'; readonly because: string };

/**
 * The effects, with own paths outside that turn out to lie in the workspace spelled from there, so that rules about the
 * workspace see them. Unclear if one leads to a place that no call reaches.
 */
export async function settlePaths(
  effects: readonly Effect[],
  resolve: (text: string, from: string) => Promise<ResolvedPath>,
): Promise<SettledPaths> {
  const settled: Effect[] = [];
  for (const effect of effects) {
    const isOutside = (effect.kind === 'read' || effect.kind === 'write') && effect.path.startsWith('/');
    if (!isOutside || effect.standing !== 'own') {
      settled.push(effect);
      continue;
    }
    const found = await resolve(effect.absolute, '/');
    if (found.kind === 'unclear') return found;
    settled.push(found.kind === 'inside' ? { ...effect, path: found.path, absolute: found.absolute } : effect);
  }
  return { kind: 'settled', effects: settled };
}
