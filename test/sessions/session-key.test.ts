import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSessionKey, printSessionKey, type SessionKey } from '../../src/sessions/session-key.ts';

test('what is not exactly the text of a key is none', () => {
  const none = [
    '',
    'agent',
    'agent:main',
    'agent:main:',
    'agent::main',
    'Agent:main:main',
    'agent:../x:main',
    'agent:main:a/b',
    'agent:main:%2e',
    'agent:main:..',
    'agent:main:%2E%2e',
    'agent:main:%41',
    'agent:main:%',
    'agent:main:%FF',
    'agent:main:ü',
    'agent:main: main',
    'agent:main:main\n',
    'agent:main:main:',
    'agent:main:telegram:room:1',
    'agent:main:direct:group:1',
    'agent:main:group:direct:1',
    'agent:main:telegram:group:1:topic:',
    'agent:main:telegram:group:1:thread:2',
    'agent:main:telegram:a:b:direct:c:d',
    'agent:main:direct:~',
    'agent:main:direct:~a%20b',
    'agent:main:telegram:group:~a',
    `agent:main:${'a'.repeat(300)}`,
    `agent:main:${'a'.repeat(10_000_000)}`,
  ];
  for (const text of none) expect([text.slice(0, 60), parseSessionKey(text)]).toEqual([text.slice(0, 60), null]);
});

test('ids that are no text, are empty or are too long are in no key', () => {
  for (const name of ['', '\ud800', 'a'.repeat(257)])
    expect(() => printSessionKey({ kind: 'named', agent: 'main', name })).toThrow(RangeError);
  expect(() => printSessionKey({ kind: 'named', agent: 'a:b', name: 'x' })).toThrow(RangeError);
  expect(() =>
    printSessionKey({ kind: 'place', agent: 'a', channel: 'direct', place: 'group', id: '1', topic: '' }),
  ).toThrow(RangeError);
});

test('keys are spelled as people know them', () => {
  const spelled: readonly (readonly [string, SessionKey])[] = [
    ['agent:main:main', { kind: 'named', agent: 'main', name: 'main' }],
    [
      'agent:ops:telegram:group:-1001',
      { kind: 'place', agent: 'ops', channel: 'telegram', place: 'group', id: '-1001', topic: '' },
    ],
    [
      'agent:ops:telegram:group:-1001:topic:7',
      { kind: 'place', agent: 'ops', channel: 'telegram', place: 'group', id: '-1001', topic: '7' },
    ],
    [
      'agent:ops:slack:channel:C01',
      { kind: 'place', agent: 'ops', channel: 'slack', place: 'channel', id: 'C01', topic: '' },
    ],
    [
      'agent:ops:direct:~alice',
      { kind: 'direct', agent: 'ops', scope: { kind: 'anywhere' }, who: { kind: 'person', name: 'alice' } },
    ],
    [
      'agent:ops:signal:direct:+4912',
      {
        kind: 'direct',
        agent: 'ops',
        scope: { kind: 'channel', channel: 'signal' },
        who: { kind: 'id', id: '+4912' },
      },
    ],
    [
      'agent:ops:matrix:bot%3Ahome:direct:@a%3Ahome',
      {
        kind: 'direct',
        agent: 'ops',
        scope: { kind: 'account', channel: 'matrix', account: 'bot:home' },
        who: { kind: 'id', id: '@a:home' },
      },
    ],
  ];
  for (const [text, key] of spelled) {
    expect(printSessionKey(key)).toBe(text);
    expect(parseSessionKey(text)).toEqual(key);
  }
});

const oddId = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).filter((id) => id.isWellFormed()),
  fc.constantFrom(
    ':',
    '..',
    '.',
    '/',
    'a:direct:b',
    '%3A',
    '~alice',
    'Ä',
    'A\u0308',
    'main',
    'MAIN',
    'topic',
    '\0',
    ' ',
  ),
);
const agent = fc.constantFrom('main', 'Main', 'ops', 'direct');
const channel = fc.constantFrom('telegram', 'slack', 'x');
const who = fc.oneof(
  oddId.map((id) => ({ kind: 'id' as const, id })),
  fc.constantFrom('alice', 'main').map((name) => ({ kind: 'person' as const, name })),
);
const scope = fc.oneof(
  fc.constant({ kind: 'anywhere' as const }),
  fc.record({ kind: fc.constant('channel' as const), channel }),
  fc.record({ kind: fc.constant('account' as const), channel, account: oddId }),
);
const anyKey: fc.Arbitrary<SessionKey> = fc.oneof(
  fc.record({ kind: fc.constant('named' as const), agent, name: oddId }),
  fc.record({ kind: fc.constant('direct' as const), agent, scope, who }),
  fc.record({
    kind: fc.constant('place' as const),
    agent,
    channel,
    place: fc.constantFrom('group' as const, 'channel' as const),
    id: oddId,
    topic: fc.oneof(fc.constant(''), oddId),
  }),
);

test('a key and its text are one to one, whatever the ids are', () => {
  fc.assert(
    fc.property(anyKey, (key) => {
      const text = printSessionKey(key);
      expect(parseSessionKey(text)).toEqual(key);
      expect(text).toMatch(/^[A-Za-z0-9._@+%:~-]+$/);
    }),
    { numRuns: 2_000 },
  );
});

test('two keys never have the same text', () => {
  fc.assert(
    fc.property(anyKey, anyKey, (one, other) => {
      const isSame = JSON.stringify(one) === JSON.stringify(other);
      expect(printSessionKey(one) === printSessionKey(other)).toBe(isSame);
    }),
    { numRuns: 2_000 },
  );
});

test('a text that is a key is its only spelling', () => {
  const part = fc.constantFrom(
    ...[
      'agent',
      'main',
      'direct',
      'group',
      'channel',
      'topic',
      'telegram',
      '~a',
      'a%3Ab',
      '%2E',
      '%2E%2E',
      '%61',
      '.',
      '1',
    ],
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const text = ['agent', ...parts].join(':');
      const key = parseSessionKey(text);
      if (key !== null) expect(printSessionKey(key)).toBe(text);
    }),
    { numRuns: 5_000 },
  );
});
