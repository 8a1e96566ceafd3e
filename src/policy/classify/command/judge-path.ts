// From a word that is a path to the effect on it, for every directory the command may be in.
//
// The private directory of the sandbox is a place like others: what is put there (`~/.gitconfig`) steers later programs.

import type { Analysis } from './analysis.ts';
import { type Field, spell } from './field.ts';
import { isSample } from './shape.ts';
import type { ShellState } from './shell-state.ts';

/** Takes note that a path is read or written. */
export async function judgePath(
  field: Field,
  kind: 'read' | 'write',
  standing: 'own' | 'implied',
  state: ShellState,
  analysis: Analysis,
): Promise<void> {
  if (field.kind === 'known' && isSample(field.text)) {
    analysis.addOpaque(spell(field), 'which file this is: it is not known before it runs');
    return;
  }
  if (field.kind === 'unknown') {
    if (field.nature !== 'pipe') analysis.addOpaque(field.text, `which file this is: ${field.why}`);
    return;
  }
  if (state.directories.length === 0 && kind === 'write')
    analysis.addOpaque(field.text, 'it writes where nothing is known of');
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
        analysis.add({ kind, path, absolute, standing });
        if (kind === 'write' && located.kind === 'private') analysis.written.add(absolute);
        break;
      }
    }
  }
}
