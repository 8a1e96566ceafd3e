import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compilePathPattern } from '../../src/kernel/path-patterns.ts';
import { compileConnectRule } from '../../src/policy/connect-pattern.ts';
import { compilePathRule, coversEntry, readPathPatterns } from '../../src/policy/path-pattern.ts';
import { connect, read } from './situations.ts';

const connectRule = (text: string) => {
  const made = compileConnectRule(text);
  if ('error' in made) throw new Error(made.error);
  return made;
};

test('an allow of every host leaves out private ones, a deny does not', () => {
  const any = connectRule('*');
  for (const host of ['localhost', '10.0.0.1', '169.254.169.254', '::1', 'db', 'a.internal']) {
    expect(any.allows(connect(host)), host).toBe(false);
    expect(any.asks(connect(host)), host).toBe(false);
    expect(any.catches(connect(host)), host).toBe(true);
  }
  expect(any.allows(connect('example.com'))).toBe(true);
  expect(connectRule('10.0.0.0/8').allows(connect('10.0.0.1'))).toBe(true);
});

test('a pattern with a method and a path allows no path that servers read in two ways', () => {
  const rule = connectRule('GET https://example.com/api/*');
  expect(rule.allows(connect('example.com', 443, 'GET', '/api/users?x=1'))).toBe(true);
  for (const path of [
    '/api/..%2fadmin',
    '/api/%2e%2e/admin',
    '/api//x',
    '/api/..%5cadmin',
    '/api/a%252fb',
    '/api/x;y',
    '/admin',
    '/api',
  ]) {
    expect(rule.allows(connect('example.com', 443, 'GET', path)), path).toBe(false);
  }
  expect(rule.allows(connect('example.com', 443, 'POST', '/api/x'))).toBe(false);
  expect(rule.allows(connect('example.com', 8443, 'GET', '/api/x'))).toBe(false);
  expect(rule.allows(connect('example.com', 443, 'CONNECT', '/api/x'))).toBe(false);
});

test('a deny of a path sees every reading of it', () => {
  const rule = connectRule('https://example.com/admin*');
  for (const path of ['/admin', '/ADMIN/x', '/admin?x', '/a%2f..%2fadmin', '//admin']) {
    expect(rule.catches(connect('example.com', 443, 'POST', path)), path).toBe(true);
  }
  expect(rule.catches({ ...connect('example.com'), method: 'CONNECT', url: '' })).toBe(true);
  expect(rule.catches(connect('example.com', 443, 'GET', '/public'))).toBe(false);
});

test('a deny sees every letter case, unicode form and whatever lies below', () => {
  const rule = compilePathRule('**/Caf\u00e9');
  for (const path of ['caf\u00e9', 'x/CAFE\u0301', 'x/caf\u00e9/below'])
    expect(rule.catches(read(path)), path).toBe(true);
  expect(rule.allows(read('caf\u00e9'))).toBe(false);
});

test('a relative pattern opens nothing outside, a rooted one sees the workspace by its absolute path', () => {
  expect(compilePathRule('**').allows(read('/etc/passwd'))).toBe(false);
  expect(compilePathRule('.').allows(read('src/a'))).toBe(true);
  expect(compilePathRule('/work/space/src').allows(read('src/a'))).toBe(true);
  expect(compilePathRule('/work/space/**').allows(read('src/a'))).toBe(true);
  expect(compilePathRule('docs').allows(read('docs-2/a'))).toBe(false);
});

test('braces are spelled out, tidied and bounded', () => {
  expect(readPathPatterns('./src//*.{ts,js}/')).toEqual(['src/*.ts', 'src/*.js']);
  expect(readPathPatterns('{a,b,c,d,e,f,g,h,i}{1,2,3,4,5,6,7,8,9}')).toHaveProperty('error');
});

test('whatever a pattern catches, the closed patterns keep from the sandbox', () => {
  const names = fc.constantFrom('a', 'B', '.env', 'x.pem', 'caf\u00e9');
  const pattern = fc.constantFrom('**/.env', '*.pem', '**/a/**', 'a/b', '**/caf\u00e9', 'a', '**', '.', '*', 'a/*');
  fc.assert(
    fc.property(pattern, fc.array(names, { minLength: 1, maxLength: 4 }), (text, parts) => {
      const rule = compilePathRule(text);
      const effect = read(parts.join('/'));
      const closed = rule.closes.inside.some((one) => compilePathPattern(one, '/work/space')(effect.absolute));
      if (rule.allows(effect)) expect(rule.catches(effect)).toBe(true);
      if (parts.every((part) => part === part.toLowerCase())) expect(closed).toBe(rule.catches(effect));
    }),
  );
});

test('an entry that covers another covers every path of it', () => {
  const entry = fc.constantFrom('.', '**', 'a', 'a/**', 'a/b', 'a/*', 'a*', '*.x', '/', '/w/a', 'b/**/c', '/**');
  const path = fc
    .array(fc.constantFrom('a', 'b', 'c', 'a.x'), { maxLength: 4 })
    .map((parts) => ['/w', ...parts].join('/'));
  fc.assert(
    fc.property(entry, entry, path, (outer, inner, absolute) => {
      if (!coversEntry(outer, inner) || !compilePathPattern(inner, '/w')(absolute)) return;
      expect(compilePathPattern(outer, '/w')(absolute)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
