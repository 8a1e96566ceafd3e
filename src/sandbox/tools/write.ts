// `write`: a whole file.

import { z } from 'zod';
import type { Tool } from '../../kernel/types.ts';
import { guestProgram } from './guest-program.ts';
import { pathArgument } from './path-argument.ts';

const input = z.strictObject({
  path: pathArgument('The file, relative to the workspace or absolute.'),
  content: z.string().max(1_048_576).describe('The whole new content.'),
});

const program = guestProgram<z.infer<typeof input>>(async ({ path, content }, host) => {
  const written = await host.writeText(path, content);
  return `wrote ${written.bytes} bytes to \`${written.path}\``;
});

/** A whole file. */
export const writeTool: Tool = {
  name: 'write',
  description:
    'Writes a whole file: makes it, with its directories, or replaces all of it. It appears whole or not at all. To change ' +
    'a part of a file use `edit`.',
  input,
  sandbox: 'isolate',
  effects: [{ kind: 'write', argument: 'path' }],
  labels: [],
  program,
};
