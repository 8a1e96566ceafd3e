// `cd`: where the shell may be afterwards. Leaving the workspace is an effect of its own, and where it cannot be known
// where the shell went, nothing after it is known either.

import type { Analysis } from './analysis.ts';
import { exactText, type Field, known, textOf } from './field.ts';
import { type Flow, inDirectories, type ShellState, sandboxHome } from './shell-state.ts';
import { UnclearCommand } from './unclear-command.ts';

/** The words of `cd` as they run, and the shell after it, when it worked and when it did not. */
export async function changeDirectory(
  fields: readonly Field[],
  state: ShellState,
  assignments: readonly string[],
  analysis: Analysis,
): Promise<{ fields: readonly Field[]; flow: Flow }> {
  const operands = fields.slice(1).filter((field) => !/^(?:--|-[LP])$/.test(textOf(field)));
  const [target, ...more] = operands;
  if (more.length > 0) throw new UnclearCommand('`cd` has more than one directory');
  if (assignments.some((assignment) => assignment.startsWith('CDPATH=') || assignment.startsWith('HOME='))) {
    throw new UnclearCommand('where `cd` goes depends on `CDPATH` or `HOME`');
  }
  const back = textOf(target) === '-' ? state.previous : undefined;
  const text = back ?? (target === undefined ? sandboxHome : exactText(target));
  if (text === undefined || (back === '' && text === ''))
    throw new UnclearCommand('where `cd` goes is not known before it runs; write the directory');
  if (text === '' || text.startsWith('-'))
    throw new UnclearCommand(`where \`cd ${text}\` goes is not known before it runs`);
  const reached = new Set<string>();
  for (const directory of state.directories) {
    const located = await analysis.locate(text, directory);
    if (located.kind === 'unclear') throw new UnclearCommand(located.because);
    if (located.kind === 'device') throw new UnclearCommand(`\`${text}\` is not a directory`);
    if (located.kind !== 'inside') {
      const argv = fields.map(textOf);
      analysis.add({ kind: 'run', argv, assignments, spellings: [], outside: [text], standing: 'own' });
    }
    reached.add(located.inSandbox);
  }
  const moved = fields.map((field) => (back !== undefined && field === target ? known(back) : field));
  return { fields: moved, flow: { success: inDirectories(state, [...reached].sort()), failure: state } };
}
