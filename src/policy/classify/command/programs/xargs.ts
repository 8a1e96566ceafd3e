// `xargs` adds words from its input to a command. Those words are unknown, so it is opaque, unless the command only reads
// whatever it is given; then it may read anything in the workspace, or the names come from a command that can print no
// others.

import type { Analysis } from '../analysis.ts';
import { describe } from '../describe.ts';
import { spell } from '../environment.ts';
import { examinePath } from '../examine.ts';
import { known, textOf } from '../field.ts';
import type { Invocation } from '../invocation.ts';
import { canonicalName, type Findings, judge } from '../judge.ts';
import { judgeDescribed } from '../judge-described.ts';
import { readOptions } from '../options.ts';
import { findProgram } from '../programs.ts';

const program = describe({
  flags: '-0 --null -o --open-tty -p --interactive -r --no-run-if-empty -t --verbose -x --exit --show-limits',
  text: '-d --delimiter -E -I --replace -i -L --max-lines -n --max-args -P --max-procs -s --max-chars',
  read: '-a --arg-file',
  operands: 'program',
  is: 'strict stops',
});

/** Reads the words of `xargs`. */
export async function readXargs(invocation: Invocation, findings: Findings, analysis: Analysis): Promise<void> {
  const { fields, state } = invocation;
  const start = readOptions(fields, program).find(({ use }) => use === 'program')?.index;
  const command = start === undefined ? [known('echo')] : fields.slice(start);
  const name = canonicalName(textOf(command[0]));
  const inner = findProgram(name);
  await judgeDescribed(invocation, program, findings, analysis);
  if (start === undefined) await judge({ ...invocation, fields: command, inShell: false }, analysis);
  const isSure = inner?.isHarmless === true && (!inner.showsContent || state.readsNames);
  if (!isSure) {
    const why = `\`xargs\` adds words to \`${name}\` that are not known before it runs`;
    analysis.addOpaque(command.map(spell).join(' '), why);
  } else if (!inner.takesAnything) await examinePath('.', 'read', state, analysis);
}
