import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ParsedReply, parseReply } from '../../../src/approvals/reply/parse-reply.ts';
import { printReply } from '../../../src/approvals/reply/print-reply.ts';
import { replyBounds, type SaidReply, type SaidScope, verbs } from '../../../src/approvals/reply/reply.ts';
import { shortId, shortIdPattern } from '../../../src/approvals/short-id.ts';

const parse = (text: string): ParsedReply => parseReply(text, null);
const once = { scope: { kind: 'once' }, pattern: 0, code: '' } as const;
const approving = (...ids: string[]) => ({ kind: 'reply', reply: { kind: 'approve', ids, ...once } });

test.each([
  'yes',
  'y',
  'ok',
  'yes please, go ahead',
  'I would say yes to that',
  'approve',
  'approve it',
  'yes thanks',
  'approve better',
  'k7f2m9',
  'what is k7f2m9 about?',
  'the build at v2rsnq is good',
  '',
  '   ',
  'approvek7f2m9',
  '{"approve":"k7"}',
  'yesterday it failed',
  'y'.repeat(replyBounds.letters + 1),
])('`%s` is no answer', (text) => {
  expect(parse(text)).toEqual({ kind: 'none' });
});

test.each([
  ['ok approve k7f2m9', ['approve k7f2m9']],
  ["don't approve k7f2m9", ['approve k7f2m9']],
  ['should I approve or decline k7f2m9', ['approve k7f2m9', 'decline k7f2m9 <reason>']],
  ['"approve k7f2m9" is what you write', ['approve k7f2m9']],
  ['approve k7f2m9?', ['approve k7f2m9']],
  ['approve k7f2m9 if the tests pass', ['approve k7f2m9']],
  ['yes k7f2m9 no', ['approve k7f2m9']],
  ['yes, no, k7f2m9', ['approve k7f2m9', 'decline k7f2m9 <reason>']],
  ['approve k7f2m9 once 3 times', ['approve k7f2m9']],
  ['approve k7f2m9 for 2h until 18:00', ['approve k7f2m9']],
  ['approve k7f2m9 0 times', ['approve k7f2m9']],
  ['approve k7f2m9 101 times', ['approve k7f2m9']],
  ['approve k7f2m9 for 8d', ['approve k7f2m9']],
  ['approve k7f2m9 for 5s', ['approve k7f2m9']],
  ['approve k7f2m9 for ever', ['approve k7f2m9']],
  ['approve k7f2m9 until 25:00', ['approve k7f2m9']],
  ['approve k7f2m9 until 2026-02-30T10:00Z', ['approve k7f2m9']],
  ['approve k7f2m9 pattern 1', ['approve k7f2m9']],
  ['approve k7f2m9 p9xab3 pattern 1 for 2h', ['approve k7f2m9 p9xab3']],
  ['approve k7f2m9 p9xab3 code 123456', ['approve k7f2m9 p9xab3']],
  ['approve k7f2m9 code 12345', ['approve k7f2m9']],
  ['approve k7f2m9 code 123456 code 123456', ['approve k7f2m9']],
  ['approve k7f2m9 оnce', ['approve k7f2m9']],
  ['approve k7f2m9 once\u200b', ['approve k7f2m9']],
  ['approve k7f2m9\n> approval k7f2m9: exec asks to run', ['approve k7f2m9']],
  ['approve\nk7f2m9', ['approve k7f2m9']],
  ['approve k7f2m9\np9xab3', ['approve k7f2m9 p9xab3']],
  ['approve k7f2m9\n\n5 times', ['approve k7f2m9']],
  ['approve k7f2m9\u2028for this session', ['approve k7f2m9']],
  ['decline k7f2m9 too risky\n> exec asks to run', ['decline k7f2m9 <reason>']],
  ['decline k7f2m9 but yes p9xab3', ['decline k7f2m9 <reason>']],
  [`decline k7f2m9 ${'x'.repeat(2_001)}`, ['decline k7f2m9 <reason>']],
  ['always k7f2m9 p9xab3', ['always k7f2m9']],
  ['always k7f2m9 please', ['always k7f2m9']],
  ['edit k7f2m9', ['edit k7f2m9 {"argument": "value"}']],
  ['edit k7f2m9 [1]', ['edit k7f2m9 {"argument": "value"}']],
  ['edit k7f2m9 {"a":1,"a":2}', ['edit k7f2m9 {"argument": "value"}']],
  ['edit k7f2m9 {“a”:1}', ['edit k7f2m9 {"argument": "value"}']],
  ['/approve', []],
  ['/approve k7f2m', []],
] as const)('`%s` is unclear, and the nearest right form is named', (text, nearest) => {
  expect(parse(text)).toMatchObject({ kind: 'unclear', nearest, because: expect.stringMatching(/./) });
});

test('a look-alike in the word or the id makes it no answer', () => {
  // Cyrillic letters, a Kelvin sign, a long s, full-width letters.
  for (const text of [
    'аpprove k7f2m9',
    'уes k7f2m9',
    'yeſ k7f2m9',
    'yes \u212a7f2m9',
    'ｙｅｓ k7f2m9',
    'yes k７f2m9',
  ]) {
    expect(parse(text).kind).not.toBe('reply');
  }
});

test.each([
  'approve k7f2m9',
  'yes k7f2m9',
  'y k7f2m9',
  '  YES   K7F2M9  ',
  'Approve k7f2m9.',
  'approve k7f2m9!',
  'yes, k7f2m9',
  'approve: k7f2m9',
  '/approve k7f2m9',
  '/approve@sallyport_bot k7f2m9',
  'approve k7f2m9 once',
  'approve k7f2m9 1 times',
  '`approve k7f2m9`',
  '“approve k7f2m9”',
  'approve `k7f2m9`',
  'yes\u00a0k7f2m9',
  'approve k7f2m9 k7f2m9',
])('`%s` approves one question once', (text) => {
  expect(parse(text)).toEqual(approving('k7f2m9'));
});

test('several questions are answered in one go', () => {
  expect(parse('approve k7f2m9 p9xab3')).toEqual(approving('k7f2m9', 'p9xab3'));
  expect(parse('yes k7f2m9, p9xab3 and q2aaaa')).toEqual(approving('k7f2m9', 'p9xab3', 'q2aaaa'));
  const many = Array.from({ length: 21 }, (_, n) => `k2aa${String.fromCharCode(97 + (n % 8))}${2 + Math.floor(n / 8)}`);
  expect(parse(`approve ${many.join(' ')}`)).toMatchObject({ kind: 'unclear' });
});

test.each([
  ['for this session', { kind: 'session' }],
  ['this session', { kind: 'session' }],
  ['5 times', { kind: 'uses', max: 5 }],
  ['for 5 uses', { kind: 'uses', max: 5 }],
  ['for 2h', { kind: 'for', ms: 7_200_000 }],
  ['for 30 minutes', { kind: 'for', ms: 1_800_000 }],
  ['until 18:00', { kind: 'clock', hour: 18, minute: 0, zone: 'local' }],
  ['until 6:05Z', { kind: 'clock', hour: 6, minute: 5, zone: 'utc' }],
  ['until 2026-12-31T18:00Z', { kind: 'until', at: Date.UTC(2026, 11, 31, 18) }],
] as const)('an approval reaches `%s`', (words, scope) => {
  expect(parse(`approve k7f2m9 ${words}`)).toEqual({
    kind: 'reply',
    reply: { kind: 'approve', ids: ['k7f2m9'], ...once, scope },
  });
});

test('an approval accepts a pattern and carries a code', () => {
  expect(parse('approve k7f2m9 pattern 2 for 2h code 123456')).toEqual({
    kind: 'reply',
    reply: { kind: 'approve', ids: ['k7f2m9'], scope: { kind: 'for', ms: 7_200_000 }, pattern: 2, code: '123456' },
  });
});

test('a decline keeps its reason as it was written, on one line', () => {
  const declined = (reason: string) => ({ kind: 'reply', reply: { kind: 'decline', ids: ['k7f2m9'], reason } });
  expect(parse('decline k7f2m9')).toEqual(declined(''));
  expect(parse('no k7f2m9: Too risky\n on Friday!')).toEqual(declined('Too risky on Friday!'));
  expect(parse('/deny k7f2m9 I do not approve of this')).toEqual(declined('I do not approve of this'));
  expect(parse('no k7f2m9 ¿por qué?')).toEqual(declined('¿por qué?'));
});

test('an edit carries arguments, and `always` nothing', () => {
  expect(parse('edit k7f2m9 {\n "command": "ls",\n "__proto__": 1 }')).toMatchObject({
    kind: 'reply',
    reply: { kind: 'edit', ids: ['k7f2m9'], args: JSON.parse('{"command":"ls","__proto__":1}') },
  });
  expect(parse('always k7f2m9.')).toEqual({ kind: 'reply', reply: { kind: 'always', ids: ['k7f2m9'] } });
});

test('at the prompt of a question its id can be left out, and another can still be named', () => {
  expect(parseReply('y', 'k7f2m9')).toEqual(approving('k7f2m9'));
  expect(parseReply('yes p9xab3', 'k7f2m9')).toEqual(approving('p9xab3'));
  expect(parseReply('yes 3 times', 'k7f2m9')).toMatchObject({ reply: { ids: ['k7f2m9'], scope: { max: 3 } } });
  expect(parseReply('no too risky', 'k7f2m9')).toMatchObject({ reply: { kind: 'decline', reason: 'too risky' } });
  expect(parseReply('yes please', 'k7f2m9')).toMatchObject({ kind: 'unclear' });
  expect(parseReply('go ahead', 'k7f2m9')).toEqual({ kind: 'none' });
});

const id = fc.nat().map(() => shortId());
const scope: fc.Arbitrary<SaidScope> = fc.oneof(
  fc.constant({ kind: 'once' } as const),
  fc.constant({ kind: 'session' } as const),
  fc.record({ kind: fc.constant('uses' as const), max: fc.integer({ min: 2, max: 100 }) }),
  fc.record({ kind: fc.constant('until' as const), at: fc.integer({ min: 0, max: 4_102_444_800_000 }) }),
  fc.record({
    kind: fc.constant('for' as const),
    ms: fc.integer({ min: 60, max: 604_800 }).map((seconds) => seconds * 1000),
  }),
  fc.record({
    kind: fc.constant('clock' as const),
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.integer({ min: 0, max: 59 }),
    zone: fc.constantFrom('utc' as const, 'local' as const),
  }),
);
const ids = fc.uniqueArray(id, { minLength: 1, maxLength: 5 });
const reason = fc.string({ unit: 'grapheme', maxLength: 60 });
const reply: fc.Arbitrary<SaidReply> = fc.oneof(
  fc.tuple(ids, scope).map(([some, reach]) => ({ kind: 'approve' as const, ids: some, ...once, scope: reach })),
  fc.tuple(id, scope, fc.integer({ min: 1, max: 9 })).map(([one, reach, pattern]) => ({
    kind: 'approve' as const,
    ids: [one],
    scope: reach.kind === 'once' ? ({ kind: 'session' } as const) : reach,
    pattern,
    code: '123456',
  })),
  fc.tuple(id, fc.dictionary(fc.string(), fc.jsonValue())).map(([one, args]) => ({
    kind: 'edit' as const,
    ids: [one],
    args: JSON.parse(JSON.stringify(args)),
  })),
  id.map((one) => ({ kind: 'always' as const, ids: [one] })),
);

test('what is printed is read as what it was printed from', () => {
  fc.assert(
    fc.property(reply, (said) => {
      expect(parse(printReply(said))).toEqual({ kind: 'reply', reply: said });
    }),
  );
});

test('a reason that was read is printed and read as the same reason', () => {
  fc.assert(
    fc.property(ids, reason, (some, why) => {
      const first = parse(`decline ${some.join(' ')} ${why}`);
      if (first.kind === 'reply') expect(parse(printReply(first.reply))).toEqual(first);
    }),
  );
});

test('no text approves that does not begin with a word of approval and name its question', () => {
  const words = fc.constantFrom(
    ...Object.keys(verbs),
    'k7f2m9',
    'p9xab3',
    'once',
    'for 2h',
    '5 times',
    '\n',
    '>',
    '"',
    "don't",
    'and',
    ',',
    '.',
    '/',
    '@',
    'please',
    'code 123456',
    'pattern 1',
    'ｙes',
  );
  const text = fc.oneof(
    fc.array(words, { maxLength: 6 }).map((some) => some.join(' ')),
    fc.array(words, { maxLength: 3 }).map((some) => `yes k7f2m9 ${some.join(' ')}`),
    fc.string({ unit: 'binary' }),
  );
  const begins = new RegExp(
    `^["'\`“‘«]?\\s*/?(?:approve|yes|y)(?:@\\w+)?[\\s,.!:]+(?:and\\s+)?[\`'"]?${shortIdPattern}`,
    'i',
  );
  let approved = 0;
  fc.assert(
    fc.property(text, (said) => {
      const parsed = parse(said);
      if (parsed.kind !== 'reply' || parsed.reply.kind !== 'approve') return;
      approved += 1;
      expect(said.trim()).toMatch(begins);
    }),
    { numRuns: 5_000 },
  );
  expect(approved).toBeGreaterThan(20);
});

test('ids are random, have the shape that is read, and are never words', () => {
  const made = Array.from({ length: 2_000 }, () => shortId());
  expect(new Set(made).size).toBeGreaterThan(1_990);
  for (const one of made) expect(one).toMatch(new RegExp(`^${shortIdPattern}$`));
  expect(made.join('')).not.toMatch(/[ilo01]/);
});
