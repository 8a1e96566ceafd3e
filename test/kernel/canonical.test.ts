import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, digestOf, frozenCopy, jsonCopy } from '../../src/kernel/canonical.ts';

const cycle: { self?: unknown } = {};
cycle.self = cycle;

test.each<[string, unknown]>([
  ['undefined', undefined],
  ['a function', () => 1],
  ['a number that is none', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['a big integer', 1n],
  ['undefined in a list', [undefined]],
  ['a date', new Date(0)],
  ['a map', new Map()],
  ['a cycle', cycle],
  ['half a surrogate pair', 'a\ud800'],
  ['half a surrogate pair in a name', { '\udc00': 1 }],
])('%s is refused, spelled or copied', (_name, value) => {
  expect(() => canonicalJson(value)).toThrow(TypeError);
  expect(() => frozenCopy({ value: [value] })).toThrow(TypeError);
});

test('the spelling is that of another implementation of RFC 8785', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      expect(canonicalJson(value)).toBe(canonicalize(value));
    }),
    { numRuns: 2_000 },
  );
});

test('numbers and names are spelled as the examples of the RFC', () => {
  const value = JSON.parse(
    '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001,-0],"\\u20ac":1,"\\r":2,"1":3,"\\ud83d\\ude00":4,"\\ufb33":5}',
  );
  expect(canonicalJson(value)).toBe(
    '{"\\r":2,"1":3,"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27,0],"\u20ac":1,"\ud83d\ude00":4,"\ufb33":5}',
  );
});

test('a copy spells the same, shares nothing and is frozen to its leaves', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const copied = frozenCopy({ value: [value] });
      expect(canonicalJson(copied)).toBe(canonicalJson({ value: [value] }));
      expect(Object.isFrozen(copied) && Object.isFrozen(copied.value)).toBe(true);
      if (typeof value === 'object' && value !== null) expect(copied.value[0]).not.toBe(value);
    }),
  );
});

test('what was spelled or copied before and changed since is spelled and copied anew', () => {
  const paths = ['a'];
  const action = { paths: Object.freeze([paths]) };
  expect([canonicalJson(action), frozenCopy(action)]).toEqual(['{"paths":[["a"]]}', { paths: [['a']] }]);
  paths.push('/etc/shadow');
  const spelled = '{"paths":[["a","/etc/shadow"]]}';
  expect([canonicalJson(action), canonicalJson(frozenCopy(action))]).toEqual([spelled, spelled]);
});

test('redaction reaches the texts of a frozen copy too', () => {
  const copied = frozenCopy({ a: ['s3cret'] });
  expect(canonicalJson(copied)).toBe('{"a":["s3cret"]}');
  expect(jsonCopy(copied, () => '[secret]')).toEqual({ a: ['[secret]'] });
  expect(canonicalJson(jsonCopy(copied, () => '[secret]'))).toBe('{"a":["[secret]"]}');
});

test('a copy is a copy of itself', () => {
  const copied = frozenCopy({ paths: Array.from({ length: 100 }, (_, index) => `path ${index}`) });
  expect(frozenCopy(copied)).toBe(copied);
  expect(frozenCopy({ ...copied, d: 1 }).paths).toBe(copied.paths);
});

test('a member named `__proto__` is copied as data and changes no prototype', () => {
  const copied = frozenCopy(JSON.parse('{"__proto__":{"isAllowed":true}}'));
  expect(copied.isAllowed).toBe(undefined);
  expect(canonicalJson(copied)).toBe('{"__proto__":{"isAllowed":true}}');
});

test('a getter that changes its answer is asked once', () => {
  let asked = 0;
  const copied = frozenCopy({
    get path() {
      asked += 1;
      return asked === 1 ? 'a' : '/etc/shadow';
    },
  });
  expect([copied.path, copied.path]).toEqual(['a', 'a']);
});

test('redaction reaches every text of a record', () => {
  const redact = (text: string) => text.replaceAll('s3cret', '[secret]');
  expect(jsonCopy({ a: 's3cret', b: [{ c: 'x s3cret y' }], d: 1 }, redact)).toEqual({
    a: '[secret]',
    b: [{ c: 'x [secret] y' }],
    d: 1,
  });
});

test('order of names does not change a digest; one more byte does', () => {
  expect(digestOf({ a: 1, b: 'x' })).toBe(digestOf({ b: 'x', a: 1 }));
  expect(digestOf({ a: 1, b: 'x' })).not.toBe(digestOf({ a: 1, b: 'x ' }));
});
