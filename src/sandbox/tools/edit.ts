// `edit`: one place in a file, found by its exact text.

import { z } from 'zod';
import type { Tool } from '../../kernel/types.ts';
import { guestProgram } from './guest-program.ts';
import { pathArgument } from './path-argument.ts';

const input = z.strictObject({
  path: pathArgument('The file, relative to the workspace or absolute.'),
  find: z
    .string()
    .min(1)
    .max(262_144)
    .describe('The exact text to replace, with enough around it to be the only such place.'),
  replace: z.string().max(262_144).describe('What stands there afterwards; empty removes it.'),
  all: z.boolean().default(false).describe('Replace every such place instead of exactly one.'),
});

const program = guestProgram<z.infer<typeof input>>(async ({ path, find, replace, all }, host) => {
  const charsMax = 8 * 1_048_576;
  let text = '';
  for (let offset = 0; ; ) {
    const part = await host.readText(path, { offset });
    text += part.text;
    if (part.isBinary || part.text.includes('\uFFFD'))
      throw new Error(`could not edit \`${path}\`: it is not plain UTF-8 text`);
    if (text.length > charsMax) throw new Error(`could not edit \`${path}\`: it is longer than ${charsMax} characters`);
    if (part.isEnd) break;
    offset = part.nextOffset;
  }
  const pieces = text.split(find);
  const places = pieces.length - 1;
  if (places === 0)
    throw new Error(`could not edit \`${path}\`: the text to find is not in it; read the file and copy it exactly`);
  if (places > 1 && !all) {
    throw new Error(
      `could not edit \`${path}\`: the text to find is there ${places} times; give more of what is around it, or \`all\``,
    );
  }
  const written = await host.writeText(path, pieces.join(replace));
  return `replaced ${places} ${places === 1 ? 'place' : 'places'} in \`${written.path}\`, now ${written.bytes} bytes`;
});

/** One place in a file. */
export const editTool: Tool = {
  name: 'edit',
  description:
    'Replaces exact text in a file. It fails, and changes nothing, unless `find` is there exactly once (or `all` is true). ' +
    'Read the file first; copy `find` without the line numbers that `read` shows.',
  input,
  sandbox: 'isolate',
  effects: [
    { kind: 'read', argument: 'path' },
    { kind: 'write', argument: 'path' },
  ],
  labels: [],
  program,
};
