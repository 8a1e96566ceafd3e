// One program with its arguments, as it is judged: at the top of a command line, or inside another program.

import type { Standing } from '../../../kernel/types.ts';
import type { Field } from './field.ts';
import type { ShellState } from './shell-state.ts';

/** A program about to be judged. `fields` start with the program itself. */
export interface Invocation {
  readonly fields: readonly Field[];
  /** Assignments before the command that are not harmless, as `NAME=value`; those the shell carries included. */
  readonly assignments: readonly string[];
  readonly state: ShellState;
  readonly standing: Standing;
  /** False where no shell of ours looks the program up: then builtins and functions are only programs. */
  readonly inShell: boolean;
  /** The words of the command that it stands in: `sudo -u app` for what follows them. */
  readonly within?: readonly string[] | undefined;
  /** The file that `<` gives it, if that is all that is redirected to it. */
  readonly input?: string | undefined;
}

/** The words as they will be run, and whether the shell is another one afterwards. */
export interface Judged {
  readonly fields: readonly Field[];
}
