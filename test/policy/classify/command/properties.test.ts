import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Effect } from '../../../../src/kernel/types.ts';
import { classifyCommand } from '../../../../src/policy/classify/command/classify-command.ts';
import { place, read } from './workspace.ts';

const word = fc.oneof(
  fc.constantFrom(
    'a.txt',
    'logs/*.log',
    '"$X"',
    '$X',
    "'it''s'",
    '"a b"',
    '{a,b}',
    '~',
    '/etc',
    '..',
    '-n',
    '--',
    '*',
    '$(ls)',
    '"$(date)"',
    '`pwd`',
    "$'\\x61'",
    '\\;',
    '$((1+2))',
    '\x24{X%t}',
    '<(ls)',
    '',
    '[ab].txt',
    'x=1',
    '"\\$"',
    '"\'"',
  ),
  fc.stringMatching(/^[ -~]{0,8}$/),
);
const program = fc.constantFrom(
  'ls',
  'cat',
  'echo',
  'git',
  'find',
  'xargs',
  'sed',
  'awk',
  'env',
  'sh -c',
  'timeout 5',
  'tar',
  'foo',
  'cd',
  'export',
  'test',
  'X=a',
  'for f in',
  'rm',
  'python3',
  'eval',
);
const simple = fc.tuple(program, fc.array(word, { maxLength: 4 })).map(([name, words]) => [name, ...words].join(' '));
const join = fc.constantFrom('; ', ' && ', ' || ', ' | ', ' & ', '\n', ' > out.txt; ', ' 2>&1 | ');
const script = fc
  .array(fc.tuple(simple, join), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.map(([text, end]) => text + end).join(''));

const known = fc.oneof(
  fc.constantFrom('a.txt', '-n', 'x y', "it's", '$X', '*', ';', '', '--', '..'),
  fc.stringMatching(/^[ -~]{0,8}$/),
);
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const plainCommand = fc
  .tuple(
    fc.constantFrom('ls', 'cat', 'git', 'sed', 'awk', 'grep', 'foo', 'find', 'tar', 'sort'),
    fc.array(known, { maxLength: 4 }),
  )
  .map((words) => words.flat().map(quoted).join(' '));

const keys = (effects: readonly Effect[]): string[] =>
  effects.map(({ standing: _standing, ...effect }) => JSON.stringify(effect));

test('reading what was printed gives the same text and the same effects', async () => {
  await fc.assert(
    fc.asyncProperty(script, async (command) => {
      const first = await read(command);
      if (first.kind === 'unclear' || !('command' in first.args)) return;
      expect(await read(first.args.command)).toStrictEqual(first);
    }),
    { numRuns: 300 },
  );
});

test('no command is unclear only because it does not mean the same once it is written plainly', async () => {
  await fc.assert(
    fc.asyncProperty(script, async (command) => {
      const reading = await read(command);
      if (reading.kind === 'unclear') expect(reading.because).not.toContain('written plainly');
    }),
    { numRuns: 300 },
  );
});

test('a composition has all effects of its parts', async () => {
  const compose = fc.constantFrom(
    (a: string, b: string) => `${a}; ${b}`,
    (a: string, b: string) => `${a} && ${b}`,
    (a: string, b: string) => `${a} || ${b}`,
    (a: string, b: string) => `${a} | ${b}`,
    (a: string, b: string) => `${a} & ${b}`,
    (a: string, b: string) => `(${a}); { ${b}; }`,
    (a: string, b: string) => `if ${a}; then ${b}; fi`,
    (a: string, b: string) => `while ${a}; do ${b}; done`,
    (a: string, b: string) => `echo "$(${a})" <(${b})`,
    (a: string, b: string) => `case x in a) ${a};; *) ${b};; esac`,
    (a: string, b: string) => `bash -c ${quoted(`${a}; ${b}`)}`,
    (a: string, b: string) => `for f in 1 2; do ${a}; ${b}; done`,
  );
  await fc.assert(
    fc.asyncProperty(plainCommand, plainCommand, compose, async (left, right, build) => {
      const [a, b, both] = [await read(left), await read(right), await read(build(left, right))];
      if (a.kind === 'unclear' || b.kind === 'unclear') return;
      expect(both.kind).toBe('understood');
      if (both.kind === 'unclear') return;
      expect(keys(both.effects)).toEqual(expect.arrayContaining([...keys(a.effects), ...keys(b.effects)]));
    }),
    { numRuns: 120 },
  );
});

test('words without a shell and the same words in quotes have the same effects', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('ls', 'git', 'foo', 'cat', 'sed', 'env', 'timeout'),
      fc.array(known, { maxLength: 4 }),
      async (name, words) => {
        const argv = [name, ...words];
        const [plain, shell] = [await classifyCommand({ argv }, place), await read(argv.map(quoted).join(' '))];
        if (plain.kind === 'unclear' || shell.kind === 'unclear') expect(plain.kind).toBe(shell.kind);
        else expect(keys(plain.effects)).toEqual(keys(shell.effects));
      },
    ),
    { numRuns: 200 },
  );
});

test('canonical words stay as they are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(known, { minLength: 1, maxLength: 5 }), async (argv) => {
      const first = await classifyCommand({ argv }, place);
      if (first.kind === 'unclear' || !('argv' in first.args)) return;
      expect(await classifyCommand(first.args, place)).toStrictEqual(first);
    }),
    { numRuns: 200 },
  );
});
