// The classes of https://gtfobins.github.io: programs that run, read or write more than their name says. Each line is a rule
// that an operator could write in good faith, and a command that must not ride on it.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { refusal } from '../policy/classify/command/workspace.ts';

const lines = readFileSync(new URL('command-programs-that-run-programs.txt', import.meta.url), 'utf8');
const cases = lines
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => line.split('\t'));

test.each(cases)('a rule that allows %j does not allow %j', async (pattern = '', command = '') => {
  const allow = { run: [pattern, 'ls *', 'echo *'], read: ['.'], write: [], deny: [] };
  expect(await refusal({ command }, allow)).not.toBe('');
});
