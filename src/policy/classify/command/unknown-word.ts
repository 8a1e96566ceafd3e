// Which words of a described program may be unknown: those that are only data to it whatever they turn out to be.

import type { Analysis } from './analysis.ts';
import type { Program } from './describe.ts';
import { examinePath } from './examine.ts';
import { type Field, isNoOption } from './field.ts';
import type { ReadWord } from './options.ts';
import type { ShellState } from './shell-state.ts';

/** True if the word does no harm; takes note of what it may read. `word` is what the program does with it. */
export async function isOnlyData(
  field: Field,
  word: ReadWord | undefined,
  program: Program,
  state: ShellState,
  analysis: Analysis,
): Promise<boolean> {
  if (field.kind === 'known') return true;
  if (word === undefined) return false;
  const { use, option } = word;
  if (field.nature === 'pipe') return use === 'read' && !program.runsInput;
  // What only reads, whatever its words are, may be given any file of the workspace.
  if (field.nature === 'names' && program.isHarmless && !program.runsInput) {
    await examinePath('.', 'read', state, analysis);
    return true;
  }
  if (use !== 'text' || !field.isOne) return false;
  return option !== '' || isNoOption(field) || takesOnlyText(program);
}

/** True if none of its options does anything with a file, or runs anything. */
const takesOnlyText = (program: Program): boolean =>
  program.isHarmless &&
  program.operands.every((use) => use === 'text') &&
  [...program.options.values()].every((use) => use === 'text' || use === 'flag');
