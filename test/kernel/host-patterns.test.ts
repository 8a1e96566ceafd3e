import { expect, test } from 'vitest';
import { compileHostPattern, spellHostPort } from '../../src/kernel/host-patterns.ts';

test('what is not a host pattern is refused', () => {
  for (const text of [
    '',
    '*example.com',
    'a.*.com',
    '*.',
    '*.1.2.3',
    'host:0',
    'host:99999',
    'host:',
    'http://a.com',
    'a b',
    '10.0.0.0/99',
    '[::1',
    '::1]:3',
    '*:*',
  ]) {
    expect(compileHostPattern(text), text).toBeUndefined();
  }
});

test('a bare star leaves out private hosts where the public is meant', () => {
  const any = compileHostPattern('*');
  expect(any?.covers('localhost', 80)).toBe(true);
  for (const host of ['localhost', '169.254.169.254', '10.0.0.1', '::1', 'db'])
    expect(any?.coversPublic(host, 80), host).toBe(false);
  expect(any?.coversPublic('example.com', 80)).toBe(true);
});

test('a pattern covers its host, its ports and what is below its name', () => {
  const cases = [
    ['example.com', 'example.com', 1, true],
    ['example.com', 'a.example.com', 1, false],
    ['EXAMPLE.com.:443', 'example.com', 443, true],
    ['example.com:443', 'example.com', 80, false],
    ['*.example.com', 'a.b.example.com', 80, true],
    ['*.example.com', 'example.com', 80, false],
    ['*.example.com', 'badexample.com', 80, false],
    ['0x7f.1', '127.0.0.1', 80, true],
    ['[::1]:80', '::1', 80, true],
    ['::1', '::1', 80, true],
    ['10.0.0.0/8:80', '10.1.1.1', 80, true],
    ['10.0.0.0/8', '11.1.1.1', 80, false],
  ] as const;
  for (const [pattern, host, port, covered] of cases) {
    expect(compileHostPattern(pattern)?.covers(host, port), `${pattern} ${host}:${port}`).toBe(covered);
  }
});

test('an IPv6 host and its port are spelled with brackets', () => {
  expect(spellHostPort('::1', 80)).toBe('[::1]:80');
  expect(compileHostPattern(spellHostPort('2606::1', 443))?.covers('2606::1', 443)).toBe(true);
});
