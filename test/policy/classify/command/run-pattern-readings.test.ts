import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileRunPattern } from '../../../../src/policy/classify/command/run-pattern.ts';
import { run } from '../../situations.ts';

const pattern = (text: string) => {
  const made = compileRunPattern(text);
  if ('error' in made) throw new Error(made.error);
  return made;
};

test.each([
  ['kubectl get pods -n prod', 'kubectl -n prod get pods'],
  ['cat logs/**', 'cat logs/a logs/b'],
  ['git status *', `git ${'--no-optional-locks '.repeat(20)}status`],
  ['kubectl delete *', `kubectl ${'--any '.repeat(40)}delete pod x`],
])('a deny of `%s` catches `%s`', (text, command) => {
  expect(pattern(text).catches(run(command))).toBe(true);
});

test('whatever an allow of a pattern opens, a deny of the same pattern catches', () => {
  const programs = fc.constantFrom('kubectl', 'git', 'cat', 'docker', 'npm', 'sudo', 'prog');
  const words = fc.constantFrom(
    '-n',
    'prod',
    'get',
    'pods',
    'logs/a',
    'logs/**',
    '*',
    '--no-pager',
    'status',
    '-s',
    '-C',
    'sub',
    'x*',
  );
  const text = fc
    .tuple(programs, fc.array(words, { maxLength: 4 }))
    .map(([program, rest]) => [program, ...rest].join(' '));
  const command = fc
    .tuple(programs, fc.array(words, { maxLength: 5 }))
    .map(([program, rest]) => [program, ...rest].join(' ').replaceAll('*', 'z'));
  let opened = 0;
  fc.assert(
    fc.property(text, command, (written, line) => {
      const made = compileRunPattern(written);
      if ('error' in made) return;
      const effect = run(line);
      if (!made.allows(effect)) return;
      opened += 1;
      expect(made.catches(effect)).toBe(true);
    }),
    { numRuns: 40_000 },
  );
  expect(opened).toBeGreaterThan(200);
});
