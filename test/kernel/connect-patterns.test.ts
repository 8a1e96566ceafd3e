import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  closesConnectEntry,
  compileConnectPattern,
  coversConnectEntry,
  exactUrlEntry,
} from '../../src/kernel/connect-patterns.ts';

test('what is no pattern opens nothing', () => {
  for (const text of ['', 'GET example.com', 'ftp://example.com/', 'GET https:///x', 'a b c'])
    expect(compileConnectPattern(text), text).toBeUndefined();
});

test('a rule that closes a path closes every encoding of it, and an encoding opens nothing', () => {
  const entry = compileConnectPattern('POST https://example.com/admin/*');
  const cafe = compileConnectPattern('https://example.com/café/*');
  const connection = (path: string) => ({
    host: 'example.com',
    port: 443,
    method: 'POST',
    url: `https://example.com${path}`,
  });
  for (const path of ['/%61dmin/x', '/a%64min/x', '/%41DMIN/x', '/%61%64%6d%69%6e/%ff', '/admin/%E0%A4%A']) {
    expect(entry?.catches(connection(path)), path).toBe(true);
    if (!path.startsWith('/admin')) expect(entry?.opens(connection(path)), path).toBe(false);
  }
  for (const path of ['/caf%C3%A9/x', '/CAF%C3%89/x', '/café/x'])
    expect(cafe?.catches(connection(path)), path).toBe(true);
  for (const path of ['/%62dmin/x', '/admin', '/adminx/y']) expect(entry?.catches(connection(path)), path).toBe(false);
});

test('an exact entry opens its own exchange and no other', () => {
  for (const path of ['/', '/a*b', '/a;b?x=*', '/a%2Fb', '/a//b']) {
    const url = `https://example.com${path}`;
    const entry = compileConnectPattern(exactUrlEntry('GET', url));
    const opens = (other: string, method = 'GET') =>
      entry?.opens({ host: 'example.com', port: 443, method, url: other });
    expect(opens(url), url).toBe(true);
    for (const other of ['/aXb', '/a;b?x=1', '/x', '/?y', '/a/b'])
      expect(opens(`https://example.com${other}`), other).toBe(false);
    expect(opens(url, 'POST')).toBe(false);
    expect(opens(url.replace('https', 'http'))).toBe(false);
  }
});

const host = fc.constantFrom('example.com', 'a.example.com', '*.example.com', '*', '10.0.0.1', '10.0.0.0/8', 'db');
const port = fc.constantFrom('', ':443', ':80', ':8443');
const path = fc.constantFrom(
  '',
  '/',
  '/*',
  '/a*',
  '/a/*',
  '/a/b*',
  '/a\\*',
  '/a%2fb',
  '/*/b',
  '/a;b',
  '/a?x=1',
  '/a?*',
);
const scheme = fc.constantFrom('http://', 'https://', 'GET https://', 'POST https://');
const pattern = fc.oneof(
  fc.tuple(host, port).map((parts) => parts.join('')),
  fc.tuple(scheme, host, port, path).map((parts) => parts.join('')),
);
const connection = fc
  .record({
    host: fc.constantFrom('example.com', 'a.example.com', '10.0.0.1', 'db', 'other.test'),
    port: fc.constantFrom(443, 80, 8443),
    method: fc.constantFrom('GET', 'POST', 'CONNECT'),
    protocol: fc.constantFrom('http', 'https'),
    path: fc.constantFrom('/', '/a', '/a/b', '/a*', '/a%2fb', '/a;b', '/a?x=1', '/a//b', '/b/b'),
  })
  .map(({ protocol, path, ...rest }) => ({
    ...rest,
    url: rest.method === 'CONNECT' ? '' : `${protocol}://${rest.host}:${rest.port}${path}`,
  }));

test('an entry that covers another opens every connection that it opens', () => {
  fc.assert(
    fc.property(pattern, pattern, connection, (outer, inner, one) => {
      if (!coversConnectEntry(outer, inner) || !compileConnectPattern(inner)?.opens(one)) return;
      expect(compileConnectPattern(outer)?.opens(one), `${outer} ${inner} ${JSON.stringify(one)}`).toBe(true);
    }),
    { numRuns: 5_000 },
  );
});

test('a rule that closes an entry catches every connection that it opens, and an opener catches what it opens', () => {
  fc.assert(
    fc.property(pattern, pattern, connection, (closing, entry, one) => {
      if (!compileConnectPattern(entry)?.opens(one)) return;
      expect(compileConnectPattern(entry)?.catches(one)).toBe(true);
      if (closesConnectEntry(closing, entry)) expect(compileConnectPattern(closing)?.catches(one)).toBe(true);
    }),
    { numRuns: 5_000 },
  );
});
