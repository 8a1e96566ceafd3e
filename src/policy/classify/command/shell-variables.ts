// Variables whose values the shell itself runs: it computes some as arithmetic, where `a[$(…)]` is code, and expands the
// prompt of `set -x` before every command. Which names those are differs between shells and their versions; all are here.

import { type Field, textOf } from './field.ts';
import { isNumber } from './shape.ts';
import { UnclearCommand } from './unclear-command.ts';

const computed =
  /^(?:RANDOM|SRANDOM|SECONDS|LINENO|OPTIND|OPTERR|HISTCMD|EPOCHSECONDS|EPOCHREALTIME|BASHPID|BASH_SUBSHELL|BASH_MONOSECONDS|PPID|E?UID)$/;

// A backslash could spell a dollar, and what stands inside braces beside a name could hold code.
const promptText = /^(?:[^$`\\]|\$(?:[A-Za-z_][A-Za-z0-9_]*|\{[A-Za-z_][A-Za-z0-9_]*(?:\[[0-9]{1,4}\])?\}))*$/;

/** True if a shell only shows what `PS4` is given: text and the values of variables. */
export const isPlainPrompt = (text: string): boolean => promptText.test(text);

/**
 * Refuses a value that the shell would run.
 * @throws {UnclearCommand} if the shell gives the variable a meaning in which this value may be code.
 */
export function refuseCode(name: string, value: Field): void {
  const text = textOf(value);
  const isKnown = value.kind === 'known';
  if (computed.test(name) && !(isKnown && isNumber(text)))
    throw new UnclearCommand(`the shell computes what \`${name}\` is given; give it a plain number`);
  if (name === 'PS4' && !(isKnown && isPlainPrompt(text)))
    throw new UnclearCommand('the shell runs what `PS4` is given; give it plain text and variables');
}
