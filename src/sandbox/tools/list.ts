// `list`: what is in a directory.

import { z } from 'zod';
import type { Tool } from '../../kernel/types.ts';
import { guestProgram } from './guest-program.ts';
import { pathArgument } from './path-argument.ts';

const input = z.strictObject({
  path: pathArgument('The directory, relative to the workspace or absolute.').default('.'),
  depth: z
    .int()
    .min(1)
    .max(10)
    .default(1)
    .describe('1 shows the directory alone, 2 also what is in its directories, …'),
});

const program = guestProgram<z.infer<typeof input>>(async ({ path, depth }, host) => {
  const entriesMax = 2_000;
  const lines: string[] = [];
  let isWhole = true;
  const marks = { directory: '/', link: '@', other: '?', file: '' };
  // A name may hold anything but a slash, a line break too.
  const inOneLine = (name: string) => (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name) ? JSON.stringify(name) : name);
  const show = async (directory: string, prefix: string, level: number): Promise<void> => {
    const listing = await host.list(directory);
    isWhole &&= listing.isWhole;
    for (const { name, kind } of listing.entries) {
      if (lines.length >= entriesMax) {
        isWhole = false;
        return;
      }
      const shown = inOneLine(name);
      lines.push(`${prefix}${shown}${marks[kind]}`);
      if (kind !== 'directory' || level >= depth) continue;
      try {
        await show(`${directory}/${name}`, `${prefix}${shown}/`, level + 1);
      } catch (error) {
        lines.push(`${prefix}${shown}/ (${inOneLine(error instanceof Error ? error.message : 'not readable')})`);
      }
    }
  };
  await show(path, '', 1);
  if (lines.length === 0) return '(the directory is empty)';
  return lines.join('\n') + (isWhole ? '' : '\n(there is more: list a directory below, or less depth)');
});

/** What is in a directory. */
export const listTool: Tool = {
  name: 'list',
  description:
    'Lists a directory, one entry per line: `name/` is a directory, `name@` a symbolic link, `name?` something else, all ' +
    'others are files. Links are not followed. Use `depth` 2 or 3 for an overview of a project.',
  input,
  sandbox: 'isolate',
  effects: [{ kind: 'read', argument: 'path' }],
  labels: [],
  program,
};
