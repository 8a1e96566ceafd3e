// `exec`: a command, in a container made for this one call.

import { z } from 'zod';
import type { Tool } from '../../kernel/types.ts';

const input = z
  .strictObject({
    command: z.string().min(1).max(65_536).exactOptional().describe('Shell text, e.g. `git log --oneline | head -20`.'),
    argv: z
      .array(z.string().max(65_536))
      .min(1)
      .max(1_000)
      .exactOptional()
      .describe('A program and its arguments, without a shell: `["git", "log", "--oneline"]`.'),
    stdin: z.string().max(1_048_576).exactOptional().describe('What the command reads from its standard input.'),
  })
  .refine(({ command, argv }) => (command === undefined) !== (argv === undefined), 'give either `command` or `argv`');

/** A command in a container. */
export const execTool: Tool = {
  name: 'exec',
  description:
    'Runs a command in a fresh container that has the workspace as its current directory, and nothing from earlier calls. ' +
    'Give `command` (shell text) or `argv` (no shell, no quoting trouble), not both. Keep commands plain: what cannot be ' +
    'read from the text alone, such as `$(…)` or `$VARIABLE`, is refused. Usually there is no network.',
  input,
  sandbox: 'container',
  effects: [{ kind: 'command' }],
  labels: [],
  program: '',
};
