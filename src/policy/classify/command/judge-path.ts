// From a word that is a path to the effect on it, for every directory the command may be in.

import type { Analysis } from './analysis.ts';
import type { Field } from './field.ts';
import type { ShellState } from './shell-state.ts';

/** Takes note that a path is read or written. The private directory of the sandbox always comes along: `implied`. */
export async function judgePath(
  field: Field,
  kind: 'read' | 'write',
  standing: 'own' | 'implied',
  state: ShellState,
  analysis: Analysis,
): Promise<void> {
  if (field.kind === 'unknown') {
    if (field.nature !== 'pipe') analysis.addOpaque(field.text, `which file this is: ${field.why}`);
    return;
  }
  for (const directory of state.directories) {
    const located = await analysis.locate(field.text, directory);
    switch (located.kind) {
      case 'device':
        break;
      case 'unclear':
        analysis.addOpaque(field.text, located.because);
        break;
      case 'inside':
      case 'outside':
      case 'private': {
        const { path, absolute } = located;
        analysis.add({ kind, path, absolute, standing: located.kind === 'private' ? 'implied' : standing });
        break;
      }
    }
  }
}
