// A text in a frame at the terminal: every line whole, in pieces where it is too long.

import type { Screen } from './screen.ts';

/** The text with a rule above and below and a bar at each line. */
export function framed(text: string, { colours, columns }: Pick<Screen, 'colours' | 'columns'>): string {
  const rule = colours.yellow('─'.repeat(Math.max(columns - 4, 20)));
  const lines = text
    .trimEnd()
    .split('\n')
    .flatMap((line) => wrapped(line, columns - 4));
  return `\n${rule}\n${lines.map((line) => `${colours.yellow('│')} ${line}\n`).join('')}${rule}\n`;
}

/** The line in pieces that fit, the later ones under the first one's value; nothing is left out. */
function wrapped(line: string, columns: number): readonly string[] {
  const indent = ' '.repeat(/^(?:[a-z][a-z ]{11} (?=\S)|\s*)/.exec(line)?.[0].length ?? 0);
  const room = columns - indent.length;
  if (line.length <= columns || room < 20) return [line];
  const space = line.lastIndexOf(' ', columns);
  const end = space > indent.length ? space : columns;
  return [line.slice(0, end), ...wrapped(indent + line.slice(end).trimStart(), columns)];
}
