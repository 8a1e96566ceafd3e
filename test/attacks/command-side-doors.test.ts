// Options, subcommands and operands by which programs that an operator allowed in good faith start other programs, load
// code, take other settings or servers, or write elsewhere: the classes of https://gtfobins.github.io, and the same of
// containers, clusters, clouds, test runners and build tools. Each line is a rule and a command that must not ride on it.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { refusal } from '../policy/classify/command/workspace.ts';

const cases = readFileSync(new URL('command-side-doors.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => line.split('\t'));

test.each(cases)('a rule that allows %j does not allow %j', async (pattern = '', command = '') => {
  const allow = { run: [pattern, 'ls *', 'echo *'], read: ['.'], write: [], deny: [] };
  expect(await refusal({ command }, allow)).not.toBe('');
});

test('the corpus has not shrunk', () => {
  expect(cases.length).toBeGreaterThan(800);
});
