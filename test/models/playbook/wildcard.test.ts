import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileWildcard } from '../../../src/models/playbook/wildcard.ts';

test.each([
  ['abc', 'abcd', false],
  ['a*', 'ba', false],
  ['ab*ba', 'aba', false],
  ['*x*', 'abc', false],
  ['', 'a', false],
  ['\\*', 'a', false],
  ['a\\*b', 'axb', false],
  ['abc', 'abc', true],
  ['*', '', true],
  ['*', 'a\nb', true],
  ['*ERROR*', 'a\nERROR\nb', true],
  ['a*b*c', 'a-b-b-c', true],
  ['a\\*b', 'a*b', true],
  ['\\\\*', '\\x', true],
  ['.+', 'ab', false],
])('the wildcard %j on %j is %j', (pattern, text, expected) => {
  expect(compileWildcard(pattern)(text)).toBe(expected);
});

test('it agrees with the plain definition', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
  fc.assert(
    fc.property(letters, fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 }), (pattern, text) => {
      const expected = new RegExp(`^${pattern.replaceAll('*', '[ab]*')}$`).test(text);
      expect(compileWildcard(pattern)(text)).toBe(expected);
    }),
  );
});
