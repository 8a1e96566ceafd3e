import { expect, test } from 'vitest';
import { mayWiden } from '../../../src/policy/explain/may-widen.ts';

const now = Date.UTC(2026, 10, 21);
const verdict = (command: string) => mayWiden(command.split(' '), now);

test.each(['bash', 'python3', 'python3 -c', 'node -e', 'sudo', 'xargs', 'env', 'npx'])(
  'what begins with `%s` is not offered with any words behind it',
  async (command) => {
    expect(await verdict(command)).toBe(false);
  },
);

test.each(['git push origin', 'npm test', 'ls -l'])('what begins with `%s` may be offered', async (command) => {
  expect(await verdict(command)).toBe(true);
});

test('words that hold stars and quotes stand for themselves', async () => {
  expect(await mayWiden(['echo', '*', '"'], now)).toBe(true);
});
