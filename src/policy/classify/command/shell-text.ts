// Shell text inside another command (`sh -c`): read like the whole, and replaced by its own printed form.

import type { Analysis } from './analysis.ts';
import { innerShell } from './builtins.ts';
import type { Invocation } from './invocation.ts';
import { parseShell } from './parse-shell.ts';
import { evaluateScript } from './script.ts';
import { isSample } from './shape.ts';
import { UnclearCommand } from './unclear-command.ts';

const textMax = 65_536;

/** Judges the text as a script of its own and answers its printed form; `parameters` are its `$1` and following, if known. */
export async function judgeShellText(
  text: string,
  dialect: 'bash' | 'posix',
  { state, assignments }: Invocation,
  analysis: Analysis,
  parameters?: readonly string[],
): Promise<string> {
  if (isSample(text)) throw new UnclearCommand('what the shell in it runs is not known before it runs; write it out');
  const inner = innerShell(state, dialect);
  const carried = new Map([
    ...inner.carried,
    ...assignments.map((text): [string, string] => [text.slice(0, text.indexOf('=')), text]),
  ]);
  const variables = new Map([...inner.variables].filter(([name]) => !carried.has(name)));
  const evaluated = await analysis.deeper(() =>
    analysis.elsewhere(() => evaluateScript(parseShell(text), { ...inner, carried, variables, parameters }, analysis)),
  );
  // Each level doubles its quotes; what is longer than a whole command is never run.
  if (evaluated.text.length > textMax)
    throw new UnclearCommand(`the text of a shell in it is longer than ${textMax} characters; split it`);
  return evaluated.text;
}
