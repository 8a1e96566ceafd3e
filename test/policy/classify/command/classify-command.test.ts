import { expect, test } from 'vitest';
import { harmless, harmlessPrograms, operator } from './harmless.ts';
import { hostile } from './hostile.ts';
import { read, refusal } from './workspace.ts';

test.each(hostile)('the rules of a sane operator do not allow %j', async (command) => {
  expect(await refusal({ command }, operator)).not.toBe('');
});

test.each(harmless)('the rules of a sane operator allow %j', async (command) => {
  expect(await refusal({ command }, operator)).toBe('');
});

test.each(harmlessPrograms)('a rule for all of a program allows %j', async (command) => {
  const program = command.split(' ')[0] ?? '';
  const allow = { run: [`${program} *`, 'ls *', 'wc *'], read: ['.'], write: ['out/**'], deny: [] };
  expect(await refusal({ command }, allow)).toBe('');
});

test('what is printed means the same when it is read again, and prints the same', async () => {
  for (const command of [...harmless, ...hostile]) {
    const first = await read(command);
    if (first.kind === 'unclear' || !('command' in first.args)) continue;
    const second = await read(first.args.command);
    expect(second, command).toStrictEqual(first);
  }
});
