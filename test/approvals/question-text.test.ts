import { expect, test } from 'vitest';
import { fingerprint, fullText, nothingKnown, questionText } from '../../src/approvals/question-text.ts';
import { patternLine } from '../../src/approvals/standing/offer.ts';
import type { Action, Decision } from '../../src/kernel/types.ts';
import { actionOf, caller, decisionOf } from '../fixtures/ports.ts';
import { pendingOf } from '../fixtures/temporary-store.ts';

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

interface Changes {
  readonly action?: Partial<Action>;
  readonly decision?: Partial<Decision>;
  readonly caller?: Partial<typeof caller>;
  readonly question?: { readonly replaces?: string; readonly editedBy?: string; readonly batch?: string };
  readonly inputs?: readonly string[];
}

function textOf(changes: Changes = {}, known = nothingKnown) {
  const decision = { ...decisionOf('ask', { read: ['.'], secrets: ['deploy'] }), ...changes.decision };
  const sealed = {
    action: { ...action, ...changes.action },
    decision,
    inputs: changes.inputs ?? [],
    shadows: [],
    contents: [],
    image: '',
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
      batch: '',
      ...changes.question,
    },
    plain,
    known,
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
             for someone
             session agent:main:test, run run-1, call c1
workspace    /work/place
needs        1 person with the role \`operator\`, by 1970-01-01T00:15:00.000Z
policy       sha256:${'0'.repeat(64)}
digest       ${digest}
fingerprint  0123-4567-89ab-cdef
answer with  approve k7f2m9
             approve k7f2m9 for this session | 5 times | for 2h
             decline k7f2m9 <reason>
             edit k7f2m9 <new arguments as JSON>
             always k7f2m9   (only proposes a rule)`,
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
    image: '',
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
      batch: '',
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

test('closed patterns beyond a few are counted, and all of them are there for whoever asks', () => {
  const exceptRead = Array.from({ length: 23 }, (_, n) => `private/${n}/**`);
  const decision = { ...decisionOf('ask'), grants: { ...decisionOf('ask').grants, exceptRead } };
  const text = textOf({ decision });
  const { sealed } = { sealed: { ...pendingOf('k7f2m9').question.sealed, decision } };
  expect(text).toContain('but not read "private/0/**"');
  expect(text).toContain('and 18 more: `sallyport approvals show k7f2m9 --full`');
  for (const pattern of exceptRead) expect(fullText({ sealed, preview: null })).toContain(pattern);
  const few = { ...decision, grants: { ...decision.grants, exceptRead: exceptRead.slice(0, 5) } };
  expect(textOf({ decision: few })).not.toContain('more:');
});

test('labels are shown with the call that brought them, and no origin can begin a line of its own', () => {
  const origins = [
    { label: 'private', call: null },
    { label: 'untrusted', call: { id: 'c3\nlabels', what: 'read {"path":"notes\nlabels       none"}' } },
  ];
  const text = textOf({ inputs: ['untrusted'], decision: { labels: ['private'] } }, { origins, words: null });
  expect(text).toContain(`labels       private   from before this run
             untrusted   from call c3 labels: read {"path":"notes labels       none"}
its files    carry untrusted (\`sallyport labels list\`)
its result   will carry private
`);
});

test('a question says that it replaces another, who edited the call, and of which plan it is part', () => {
  const text = textOf({ question: { replaces: 'p9xab3', editedBy: 'alice\nx', batch: 'b2cdef' } });
  expect(text).toContain('replaces     p9xab3: the call is another one now');
  expect(text).toContain('edited by    alice x: the arguments are not those that the model chose');
  expect(text).toContain('plan         b2cdef');
});

test('a pattern is shown with what it would open', () => {
  const text = textOf({}, { origins: [], words: ['git', 'push', 'origin', 'main'] });
  expect(text).toContain(`             approve k7f2m9 pattern 1 for 2h
               ${patternLine(['git', 'push', 'origin', 'main'])}
`);
});

test('only what would count is offered as an answer', () => {
  const { terms } = decisionOf('ask');
  const signed = textOf({ decision: { terms: { ...terms, stepUp: 'signature' } } });
  expect(signed).toContain('answer with  sallyport approvals approve k7f2m9 --sign\n');
  expect(signed).toContain('once only: the rule wants every call proven anew');
  expect(signed).not.toContain('for this session');
  expect(textOf({ decision: { terms: { ...terms, stepUp: 'code' } } })).toContain('approve k7f2m9 code <digits>');
});

test('terms are told whole: how many, of whom, with what proof, and who may answer later', () => {
  const terms = {
    ...decisionOf('ask').terms,
    count: 2,
    operatorsMin: 1,
    stepUp: 'code' as const,
    escalate: [{ afterMs: 600_000, roles: ['lead'] }],
  };
  expect(textOf({ decision: { terms } })).toContain(
    `needs        2 different people with the role \`operator\`, and 1 with the role \`operator\`, who may be the same, each with a code of their own, by 1970-01-01T00:15:00.000Z
             after 10 min also from \`lead\`
`,
  );
});
