import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalMethod, classifyUrl } from '../../../src/policy/classify/host.ts';

test('text that is not a plain http URL is unclear, with what to do', () => {
  const texts = [
    '',
    'example.com',
    '//example.com',
    'ftp://example.com',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:text/html,x',
    'http:example.com',
    'http:/example.com',
    'http:\\\\example.com',
    'ht\ttp://example.com',
    ' http://example.com',
    'http://example.com\n',
    'http://example.com/a b',
    'http://user@example.com',
    'http://user:pass@example.com/',
    'http://@example.com',
    'http://a\u00adb.com',
    'http://example.com:0/',
    'http://example.com:99999/',
    'http://[fe80::1%25eth0]/',
    'http://*.com/',
    'http://a..b/',
    'http://example.com../',
    'http://xn--a/',
    'http://256.256.256.256/',
    'http://',
    'http:///path',
    `http://example.com/${'x'.repeat(20_000)}`,
    'http://exa\u200bmple.com',
    'http://example.com/\u202e',
  ];
  for (const text of texts) {
    const read = classifyUrl(text);
    expect(read.kind, JSON.stringify(text)).toBe('unclear');
    expect(read.kind === 'unclear' && read.because).toContain('could not read the URL');
  }
});

test('a URL is spelled as what it reaches', () => {
  const spellings = [
    ['HTTP://EXAMPLE.com', 'example.com', 80, 'http://example.com/'],
    ['https://example.com:443/a/../b#x', 'example.com', 443, 'https://example.com/b'],
    ['https://example.com.:8443/%7Ea?q', 'example.com', 8443, 'https://example.com:8443/%7Ea?q'],
    ['http://0x7f.1/', '127.0.0.1', 80, 'http://127.0.0.1/'],
    ['http://2130706433/', '127.0.0.1', 80, 'http://127.0.0.1/'],
    ['http://[::ffff:127.0.0.1]:81/', '127.0.0.1', 81, 'http://127.0.0.1:81/'],
    ['http://[64:ff9b::a9fe:a9fe]/', '169.254.169.254', 80, 'http://169.254.169.254/'],
    ['http://[2002:7f00:1::]/', '127.0.0.1', 80, 'http://127.0.0.1/'],
    ['https://[2606:4700:0:0::1111]/', '2606:4700::1111', 443, 'https://[2606:4700::1111]/'],
    ['https://münchen.example/ü', 'xn--mnchen-3ya.example', 443, 'https://xn--mnchen-3ya.example/%C3%BC'],
  ] as const;
  for (const [text, host, port, url] of spellings)
    expect(classifyUrl(text), text).toEqual({ kind: 'connect', host, port, url });
});

test('reading what was read changes nothing', () => {
  fc.assert(
    fc.property(fc.webUrl({ withFragments: true, withQueryParameters: true }), (text) => {
      const once = classifyUrl(text);
      if (once.kind === 'connect') expect(classifyUrl(once.url)).toEqual(once);
    }),
  );
});

test('a method is one of the plain ones, in upper case', () => {
  expect(canonicalMethod('post')).toBe('POST');
  for (const text of ['', 'TRACE', 'CONNECT', 'GET ', 'GET\r\nX: y', 'FETCH'])
    expect(canonicalMethod(text), text).toBeUndefined();
});
