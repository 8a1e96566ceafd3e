// Published ways around the allow-lists of other agents and shell servers. Each line is the rule that was walked around and
// the command that did it; the line that starts with `#` above it says where it was published.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { refusal } from '../policy/classify/command/workspace.ts';

const cases = readFileSync(new URL('command-published-bypasses.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split('\t'));

test.each(cases)('a rule that allows %j does not allow %j', async (pattern = '', line = '') => {
  const command = line.replace(/\\([\\n])/g, (_, letter: string) => (letter === 'n' ? '\n' : '\\'));
  const allow = { run: [pattern, 'ls *'], read: ['.'], write: [], deny: [] };
  expect(await refusal({ command }, allow)).not.toBe('');
});

test('the corpus has not shrunk', () => {
  expect(cases.length).toBeGreaterThan(140);
});
