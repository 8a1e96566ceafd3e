// Arguments that try to look like the prompt around them, or to hide a part of themselves from the person who reads it.

import { expect, test } from 'vitest';
import { questionText } from '../../src/approvals/question-text.ts';
import { actionOf, caller, decisionOf } from '../fixtures/ports.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const textOf = (args: object) => {
  const action = { ...actionOf('exec'), args: JSON.parse(JSON.stringify(args)) };
  const sealed = {
    action,
    decision: decisionOf('ask'),
    inputs: [],
    shadows: [],
    contents: [],
    image: '',
    changes: null,
    digest,
  };
  return questionText(
    {
      id: 'k7f2m9',
      callId: 'c',
      sealed,
      preview: null,
      caller,
      askedAt: 0,
      deadline: 0,
      replaces: '',
      editedBy: '',
      batch: '',
    },
    (text) => text,
  );
};

test('keys that JavaScript treats specially are shown', () => {
  const text = textOf(
    JSON.parse('{"__proto__":{"command":"rm -rf /"},"constructor":1,"toString":2,"toJSON":3,"10":4}'),
  );
  for (const part of ['"__proto__"', 'rm -rf /', '"constructor"', '"toString"', '"toJSON"', '"10"']) {
    expect(text).toContain(part);
  }
});

test('a closing quote of another alphabet does not close a string', () => {
  const text = textOf({ command: 'echo hi”,\u00a0 ”safe”: true,\u2028 “x”: “' });
  expect(text).not.toMatch(/[“”\u00a0\u2028]/);
  expect(text).toContain('echo hi\\u{201d},\\u{a0} \\u{201d}safe');
});

test('a written-out escape and the character itself read differently', () => {
  expect(textOf({ command: '\\u{202e}' })).not.toBe(textOf({ command: '\u202e' }));
  expect(textOf({ command: '\\n' })).not.toBe(textOf({ command: '\n' }));
  expect(textOf({ a: '1' })).not.toBe(textOf({ a: 1 }));
});

test('the order in which a model wrote its arguments changes nothing', () => {
  expect(textOf({ b: 1, a: 2 })).toBe(textOf({ a: 2, b: 1 }));
});

test('a wall of spaces or empty lines cannot push the end out of sight unseen', () => {
  const text = textOf({ command: `ls${'\n'.repeat(5_000)}; rm -rf /` });
  expect(text.split('\n').length).toBeLessThan(30);
  expect(text).toContain('; rm -rf /');
});
