import fc from 'fast-check';
import { expect, test } from 'vitest';
import { harmless, jsonText, oneLine } from '../../src/cli/screen.ts';

const steering = '\u001b]0;title\u0007\u001b[2J\u009b31m\u202eevil\u200b\r';

test('text from a tool cannot steer the terminal', () => {
  expect(harmless(`a${steering}b\nc\td`)).not.toMatch(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e]/,
  );
  expect(harmless('plain\n\ttext')).toBe('plain\n\ttext');
});

test('JSON for scripts cannot steer the terminal either, and is the same JSON', () => {
  expect(jsonText({ text: steering })).not.toMatch(/[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u001b]/);
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(jsonText(value, 2))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('a text on one line stays within its columns', () => {
  expect(oneLine('two\n  words', 20)).toBe('two words');
  expect(oneLine('x'.repeat(50), 10)).toBe(`${'x'.repeat(9)}…`);
});
