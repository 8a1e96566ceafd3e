// Everyday commands of described programs, each with the rule of an operator that has to allow it.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { refusal } from './workspace.ts';

const cases = readFileSync(new URL('harmless-described.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => line.split('\t'));

test.each(cases)('a rule that allows %j allows %j', async (pattern = '', command = '') => {
  const allow = { run: [pattern, 'ls *', 'echo *'], read: ['.'], write: [], deny: [] };
  expect(await refusal({ command }, allow)).toBe('');
});

test('the corpus has not shrunk', () => {
  expect(cases.length).toBeGreaterThan(300);
});
