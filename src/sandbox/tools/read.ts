// `read`: some lines of a text file, numbered.

import { z } from 'zod';
import type { Tool } from '../../kernel/types.ts';
import { guestProgram } from './guest-program.ts';
import { pathArgument } from './path-argument.ts';

const input = z.strictObject({
  path: pathArgument('The file, relative to the workspace or absolute.'),
  fromLine: z.int().min(1).max(1_000_000_000).default(1).describe('First line to show, counted from 1.'),
  lines: z.int().min(1).max(5_000).default(500).describe('How many lines to show.'),
});

const program = guestProgram<z.infer<typeof input>>(async ({ path, fromLine, lines }, host) => {
  const lineCharsMax = 2_000;
  const outputCharsMax = 200_000;
  const shown: string[] = [];
  let number = 1;
  let shownChars = 0;
  let carried = '';
  let offset = 0;
  const isFull = () => shown.length >= lines || shownChars >= outputCharsMax;
  const take = (line: string) => {
    if (number >= fromLine && !isFull()) {
      const text =
        line.length > lineCharsMax ? `${line.slice(0, lineCharsMax)} [line cut, ${line.length} characters]` : line;
      shown.push(`${String(number).padStart(6)}\t${text}`);
      shownChars += text.length;
    }
    number += 1;
  };
  for (;;) {
    const part = await host.readText(path, { offset, length: offset === 0 ? 65_536 : 1_048_576 });
    if (part.isBinary) throw new Error(`\`${path}\` is not a text file`);
    const pieces = (carried + part.text).split('\n');
    carried = pieces.pop() ?? '';
    for (const line of pieces) take(line.endsWith('\r') ? line.slice(0, -1) : line);
    if (part.isEnd || isFull()) {
      if (part.isEnd && carried !== '') take(carried);
      const isMore = !part.isEnd || number > fromLine + shown.length;
      if (shown.length === 0) return number === 1 ? '(the file is empty)' : `(the file has ${number - 1} lines)`;
      return shown.join('\n') + (isMore ? `\n(more: continue with fromLine ${fromLine + shown.length})` : '');
    }
    offset = part.nextOffset;
  }
});

/** Some lines of a text file, numbered. */
export const readTool: Tool = {
  name: 'read',
  description:
    'Shows lines of a text file with their numbers. Give `fromLine` and `lines` for a part of a long file; the answer says ' +
    'where to continue. To find something in long files use `search` first.',
  input,
  sandbox: 'isolate',
  effects: [{ kind: 'read', argument: 'path' }],
  labels: [],
  program,
};
