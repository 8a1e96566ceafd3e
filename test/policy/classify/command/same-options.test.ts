// Options in another order, glued together or apart: the same command to an allow, and never less to a deny.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunEffect } from '../../../../src/kernel/types.ts';
import { compileRunPattern, type RunPattern } from '../../../../src/policy/classify/command/run-pattern.ts';

function pattern(text: string): RunPattern {
  const compiled = compileRunPattern(text);
  if ('error' in compiled) throw new Error(compiled.error);
  return compiled;
}

const run = (argv: readonly string[], outside: readonly string[] = []): RunEffect => ({
  kind: 'run',
  argv,
  assignments: [],
  spellings: [],
  outside,
  standing: 'own',
});

test.each([
  ['ls -l', 'ls -la'],
  ['ls -l -a', 'ls -l'],
  ['ls -l -l', 'ls -l'],
  ['grep -r *', 'grep -n x src'],
  ['grep -n 5 *', 'grep -r 5 src'],
  ['head -n * a.txt', 'head -n5 b.txt'],
  ['head -n * a.txt', 'head -n5 a.txt b.txt'],
  ['head -n 5 *', 'head -n50 a.txt'],
  ['grep -e foo src/a', 'grep -e foo -f src/b src/a'],
  ['tail -n 5 logs/*', 'tail -f -n 5 logs/x'],
  ['head -n * logs/*', 'head logs/../.env -n 5'],
  ['grep -n x *', 'grep x -n -- -f'],
  ['sort -u *', 'sort -uo x a.txt'],
  ['cp -r a b', 'cp -r b a'],
])('%j does not allow %j', (text, argv) => {
  expect(pattern(text).allows(run(argv.split(' ')))).toBe(false);
});

test.each([
  ['grep -r *', 'grep -rf/etc/x y', '-rf/etc/x'],
  ['head -n * a.txt', 'head -n/etc/x a.txt', '-n/etc/x'],
  ['head -n 5 *', 'head /etc/x -n 5', '/etc/x'],
])('%j does not allow %j, which leads outside', (text, argv, outside) => {
  expect(pattern(text).allows(run(argv.split(' '), [outside]))).toBe(false);
});

test.each([
  ['grep -r *', 'grep -rn x src'],
  ['grep -r -n *', 'grep -nr x src'],
  ['grep -rn * src', 'grep -n x -r src'],
  ['grep -rn TODO *', 'grep TODO src -r -n'],
  ['head -n * a.txt', 'head -n5 a.txt'],
  ['head -n * a.txt', 'head a.txt -n 5'],
  ['ls -l -a', 'ls -la'],
  ['ls -la', 'ls -a -l'],
  ['wc -l *', 'wc a.txt -l'],
  ['grep -A * -n *', 'grep -n -A3 x a.txt'],
])('%j allows %j', (text, argv) => {
  expect(pattern(text).allows(run(argv.split(' ')))).toBe(true);
});

const flag = fc.constantFrom('-n', '-i', '-r', '-l', '-c', '-v');
const operand = fc.stringMatching(/^[a-z]{1,3}$/);
const command = fc.record({ flags: fc.array(flag, { maxLength: 4 }), operands: fc.array(operand, { maxLength: 3 }) });
type GrepCommand = typeof command extends fc.Arbitrary<infer Value> ? Value : never;

/** Any spelling of a command: options anywhere, some of them in one word. */
const spellingOf = ({ flags, operands }: GrepCommand): fc.Arbitrary<readonly string[]> =>
  fc
    .tuple(
      fc.shuffledSubarray(flags, { minLength: flags.length }),
      fc.boolean(),
      fc.array(fc.nat(4), { minLength: 5, maxLength: 5 }),
    )
    .map(([shuffled, isGlued, places]) => {
      const words = [...operands];
      const glued = isGlued && shuffled.length > 1 ? [`-${shuffled.map((one) => one.slice(1)).join('')}`] : shuffled;
      for (const [at, word] of glued.entries()) words.splice(Math.min(places[at] ?? 0, words.length), 0, word);
      return ['grep', ...words];
    });

const multiset = (words: readonly string[]): readonly string[] => [...words].sort();

test('a rule allows a command in every spelling of it, and another one only with the same options and operands', () => {
  fc.assert(
    fc.property(
      fc
        .tuple(command, command)
        .chain(([one, other]) =>
          fc.tuple(fc.constant(one), fc.constant(other), spellingOf(one), spellingOf(one), spellingOf(other)),
        ),
      ([one, other, rule, same, different]) => {
        const compiled = pattern(rule.join(' '));
        if (one.operands.length + one.flags.length > 0) expect(compiled.allows(run(same))).toBe(true);
        if (compiled.allows(run(different))) {
          expect(multiset(other.flags)).toEqual(multiset(one.flags));
          expect(other.operands).toEqual(one.operands);
        }
      },
    ),
  );
});

test('no spelling of a command escapes a deny', () => {
  fc.assert(
    fc.property(
      command.chain((one) => fc.tuple(spellingOf(one), spellingOf(one), fc.boolean())),
      ([rule, spelling, isOpen]) => {
        const compiled = pattern(isOpen ? `${rule.join(' ')} *` : rule.join(' '));
        expect(compiled.catches(run(spelling))).toBe(true);
      },
    ),
  );
});
