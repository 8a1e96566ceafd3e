// `search`: lines that match a pattern, in one file or in all files below a directory.

import { z } from 'zod';
import type { Tool } from '../../kernel/types.ts';
import { guestProgram } from './guest-program.ts';
import { pathArgument } from './path-argument.ts';

const input = z.strictObject({
  pattern: z.string().min(1).max(1_000).describe('A JavaScript regular expression, matched against each line.'),
  path: pathArgument('A file, or a directory to search below, relative to the workspace or absolute.').default('.'),
  glob: z
    .string()
    .max(200)
    .default('')
    .describe(
      'Only files whose path fits: `*.log`, `src/**/*.ts`. Without a slash it is matched against the name alone.',
    ),
  max: z.int().min(1).max(2_000).default(100).describe('Stop after this many matching lines.'),
  context: z.int().min(0).max(20).default(0).describe('Lines to show before and after each match.'),
  ignoreCase: z.boolean().default(false),
});

const program = guestProgram<z.infer<typeof input>>(async ({ pattern, path, glob, max, context, ignoreCase }, host) => {
  const filesMax = 5_000;
  const lineCharsMax = 500;
  const outputCharsMax = 400_000;
  const regex = new RegExp(pattern, ignoreCase ? 'i' : '');
  const globSource = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*\/?|\*|\?/g, (wild) => ({ '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*' })[wild] ?? '[^/]');
  const globRegex = new RegExp(`^${globSource}$`);
  const fits = (inside: string) =>
    glob === '' || globRegex.test(glob.includes('/') ? inside : inside.slice(inside.lastIndexOf('/') + 1));

  const shown: string[] = [];
  const count = { matches: 0, filesWithMatches: 0, files: 0, notText: 0, notRead: 0, chars: 0 };
  const isFull = () => count.matches >= max || count.chars >= outputCharsMax;
  const show = (name: string, number: number, mark: string, line: string) => {
    const text = line.length > lineCharsMax ? `${line.slice(0, lineCharsMax)} [cut]` : line;
    // A name may hold anything but a slash, a line break too.
    const inOneLine = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name) ? JSON.stringify(name) : name;
    shown.push(`${inOneLine}${mark}${number}${mark}${text}`);
    count.chars += text.length + inOneLine.length + 10;
  };

  const notRead = () => {
    count.notRead += 1;
  };

  const searchFile = async (name: string): Promise<void> => {
    let [carried, offset, number, matches, after, lastShown] = ['', 0, 0, 0, 0, 0];
    const before: string[] = [];
    const look = (line: string) => {
      number += 1;
      if (!isFull() && regex.test(line)) {
        before.forEach((earlier, index) => {
          const at = number - before.length + index;
          if (at > lastShown) show(name, at, '-', earlier);
        });
        show(name, number, ':', line);
        [matches, after, lastShown] = [matches + 1, context, number];
        count.matches += 1;
      } else if (after > 0) {
        show(name, number, '-', line);
        [after, lastShown] = [after - 1, number];
      }
      if (context === 0) return;
      before.push(line);
      if (before.length > context) before.shift();
    };
    for (;;) {
      const part = await host.readText(name, { offset });
      if (part.isBinary) {
        count.notText += 1;
        return;
      }
      const lines = (carried + part.text).split('\n');
      carried = lines.pop() ?? '';
      for (const line of lines) {
        look(line);
        if (isFull() && after === 0) break;
      }
      if (part.isEnd && carried !== '') look(carried);
      if (part.isEnd || isFull()) break;
      offset = part.nextOffset;
    }
    count.files += 1;
    if (matches > 0) count.filesWithMatches += 1;
  };

  const waiting: string[] = [];
  const { kind } = await host.stat(path);
  if (kind === 'file') await searchFile(path);
  else waiting.push(path);
  for (let directory = waiting.shift(); directory !== undefined && !isFull(); directory = waiting.shift()) {
    const prefix = directory === '.' ? '' : `${directory.replace(/\/+$/, '')}/`;
    const inside = (name: string) =>
      path === '.' ? `${prefix}${name}` : `${prefix}${name}`.slice(path.replace(/\/+$/, '').length + 1);
    const listing = await host.list(directory).catch(() => undefined);
    if (listing === undefined) count.notRead += 1;
    for (const entry of listing?.entries ?? []) {
      if (isFull() || count.files >= filesMax) break;
      const name = `${prefix}${entry.name}`;
      if (entry.kind === 'directory' && entry.name !== '.git' && entry.name !== 'node_modules') waiting.push(name);
      if (entry.kind === 'file' && fits(inside(entry.name))) await searchFile(name).catch(notRead);
    }
  }

  const notes = [`${count.matches} matching lines in ${count.filesWithMatches} of ${count.files} files`];
  if (isFull()) notes.push('stopped early, there may be more: narrow `pattern`, `path` or `glob`');
  if (count.files >= filesMax) notes.push(`only the first ${filesMax} files were searched`);
  if (count.notText > 0) notes.push(`${count.notText} files are not text`);
  if (count.notRead > 0) notes.push(`${count.notRead} could not be read`);
  return `${shown.join('\n')}${shown.length > 0 ? '\n' : ''}(${notes.join('; ')})`;
});

/** Lines that match a pattern. */
export const searchTool: Tool = {
  name: 'search',
  description:
    'Finds lines that match a JavaScript regular expression, in one file or in all text files below a directory, as ' +
    '`path:line:text` (context lines as `path-line-text`), with counts at the end. `.git`, `node_modules` and symbolic ' +
    'links are left out. Start narrow: a `glob` such as `*.log`, and a small `max`.',
  input,
  sandbox: 'isolate',
  effects: [{ kind: 'read', argument: 'path' }],
  labels: [],
  program,
};
