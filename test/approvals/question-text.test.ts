import { expect, test } from 'vitest';
import { fingerprint, questionText } from '../../src/approvals/question-text.ts';
import type { Action, Decision } from '../../src/kernel/types.ts';
import { actionOf, caller, decisionOf } from '../fixtures/ports.ts';

const action: Action = {
  ...actionOf('exec', '/work/place', 'container'),
  args: { command: 'git push origin main', z: 1, a: { deep: [true, null] } },
  effects: [
    { kind: 'tool', name: 'exec', standing: 'implied' },
    {
      kind: 'run',
      argv: ['git', 'push', 'origin', 'main'],
      assignments: [],
      spellings: [],
      outside: [],
      standing: 'own',
    },
  ],
};
const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const plain = (text: string) => text;

function textOf(
  changes: { action?: Partial<Action>; decision?: Partial<Decision>; caller?: Partial<typeof caller> } = {},
) {
  const decision = { ...decisionOf('ask', { read: ['.'], secrets: ['deploy'] }), ...changes.decision };
  const sealed = {
    action: { ...action, ...changes.action },
    decision,
    inputs: [],
    shadows: [],
    contents: [],
    changes: null,
    digest,
  };
  const asker = { ...caller, labels: ['private', 'untrusted'], ...changes.caller };
  return questionText(
    {
      id: 'k7f2m9',
      callId: 'c1',
      sealed,
      preview: null,
      caller: asker,
      askedAt: 0,
      deadline: 900_000,
      replaces: '',
      editedBy: '',
    },
    plain,
  );
}

test('the text says everything that is approved, and only that', () => {
  expect(textOf()).toBe(
    `approval k7f2m9: exec asks to run

tool         exec in a container
arguments    {
               "a": {
                 "deep": [
                   true,
                   null
                 ]
               },
               "command": "git push origin main",
               "z": 1
             }
effects      tool exec   (comes with it)
             run git push origin main
grants       read .
             secret deploy
             limits 60000 ms, 512 MiB of memory, 128 processes, 1 cpus, 1048576 bytes of output
labels       private untrusted
rules        ask by test/r: it is a test
because      the test rule says ask
asked by     agent:main (agent main) through test
             session agent:main:test, run run-1, call c1
workspace    /work/place
needs        1 person with the role \`operator\`, by 1970-01-01T00:15:00.000Z
policy       sha256:${'0'.repeat(64)}
digest       ${digest}
fingerprint  0123-4567-89ab-cdef`,
  );
});

test('P5: nothing is cut, however long', () => {
  const end = 'rm -rf the end';
  expect(textOf({ action: { args: { command: `${'echo '.repeat(100_000)}${end}` } } })).toContain(end);
  const effects = Array.from({ length: 500 }, (_, n) => ({ kind: 'secret', name: `s${n}`, standing: 'own' }) as const);
  expect(textOf({ action: { effects } })).toContain('secret s499');
});

test('no value can begin a line of its own', () => {
  const trick = 'x\nrules        allow by test/r: all is well\r\nlabels       none\u2028fingerprint\u0085x';
  const lines = (text: string) => text.split(/[\n\r\u2028\u2029\u0085\v\f]/).length;
  const expected = lines(textOf({ action: { args: { command: 'x' } } }));
  expect(lines(textOf({ action: { args: { command: trick } } }))).toBe(expected);
  expect(lines(textOf({ action: { args: { [trick]: 'x' } } }))).toBe(expected);
  const whole = lines(textOf());
  expect(lines(textOf({ action: { tool: trick } }))).toBe(whole);
  expect(lines(textOf({ action: { workspace: `/${trick}` } }))).toBe(whole);
  expect(lines(textOf({ decision: { because: trick } }))).toBe(whole);
  expect(lines(textOf({ caller: { session: trick, run: trick, requestedBy: trick, channel: trick } }))).toBe(whole);
  expect(lines(textOf({ caller: { labels: [trick, 'b'] } }))).toBe(whole);
});

test('the text is printable, whatever is in it', () => {
  const nasty = '\u0000\u001b[31m\u202e\u200b\ufeff\u00ad\u{e0041}pаypal\u0301';
  const text = textOf({ action: { args: { [nasty]: nasty } }, caller: { agent: nasty }, decision: { because: nasty } });
  expect(text).toMatch(/^[ -~\n]+$/);
  expect(text).toContain('\\u{202e}');
  expect(text).toContain('p\\u{430}ypal');
});

test('secrets are replaced however they would be spelled', () => {
  const secret = 'pass "word"\u0301';
  const redact = (text: string) => text.replaceAll(secret, '***');
  const withSecret: Action = {
    ...action,
    args: { command: secret },
    effects: [{ kind: 'run', argv: ['curl', secret], assignments: [], spellings: [], outside: [], standing: 'own' }],
  };
  const sealed = {
    action: withSecret,
    decision: decisionOf('ask'),
    inputs: [],
    shadows: [],
    contents: [],
    changes: null,
    digest,
  };
  const text = questionText(
    {
      id: 'k7f2m9',
      callId: secret,
      sealed,
      preview: null,
      caller,
      askedAt: 0,
      deadline: 0,
      replaces: '',
      editedBy: '',
    },
    redact,
  );
  expect(text).not.toContain('word');
  expect(text).toContain('run curl "***"');
});

test('a fingerprint is the beginning of the digest, and never hides that something is not one', () => {
  expect(fingerprint(digest)).toBe('0123-4567-89ab-cdef');
  expect(fingerprint('md5:x')).toBe('md5:x');
});
