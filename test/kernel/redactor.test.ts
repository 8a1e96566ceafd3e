import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRedactor } from '../../src/kernel/redactor.ts';

const secret = 'ghp_a+b/c"d&e=0123456789';

test('a value too short to be a secret is left alone', () => {
  expect(createRedactor(['short', ''])('a short text')).toBe('a short text');
});

test('a secret is found wherever it stands in base64, in hex, percent-encoded and in JSON', () => {
  const redact = createRedactor([secret]);
  fc.assert(
    fc.property(fc.string({ maxLength: 5 }), fc.string({ maxLength: 5 }), (before, after) => {
      const text = `${before}${secret}${after}`;
      const bytes = Buffer.from(text);
      const ascii = Buffer.from(secret).toString('hex').slice(8, 40);
      for (const spelled of [text, bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex')]) {
        const shown = redact(spelled);
        expect(shown).toContain('[secret]');
        expect(shown).not.toContain('0123456789');
        expect(shown).not.toContain(ascii);
        expect(Buffer.from(shown, 'base64').includes('0123456789')).toBe(false);
      }
    }),
  );
  expect(redact(encodeURIComponent(secret))).toBe('[secret]');
  expect(redact(JSON.stringify({ secret }))).toBe('{"secret":"[secret]"}');
  expect(redact(Buffer.from(`x-access-token:${secret}`).toString('base64'))).toMatch(/^eC1hY2Nlc3MtdG9rZW46\[secret\]/);
});

test('secrets that overlap go together, so that the rest of neither stays', () => {
  const redact = createRedactor(['abcdefgh', 'efghijkl']);
  const cuts: string[] = [];
  expect(redact('xabcdefghijklx abcdefgh', (part) => void cuts.push(part))).toBe('x[secret]x [secret]');
  expect(cuts).toEqual(['abcdefghijkl', 'abcdefgh']);
  expect(createRedactor(['aaaaaaaa'])('a'.repeat(13))).toBe('[secret]');
});

test('a secret is found in what base64, openssl and xxd print, cut into lines and groups', () => {
  const long = `${secret}-and-more-of-it-so-that-it-takes-more-than-one-line-of-base64-wherever-it-stands`;
  const redact = createRedactor([long]);
  const base64 = Buffer.from(`before ${long} after`).toString('base64');
  const hex = Buffer.from(long).toString('hex');
  const cuts = [
    base64.replace(/.{64}/g, '$&\n'),
    base64.replace(/.{76}/g, '$&\r\n'),
    hex.replace(/../g, '$& '),
    hex.replace(/..(?=.)/g, '$&:'),
    hex.toUpperCase().replace(/.{60}/g, '$&\n'),
  ];
  for (const text of cuts) {
    const shown = redact(text);
    expect(shown, text).toContain('[secret]');
    expect(shown.length, text).toBeLessThan(50);
  }
});

test('a secret is found percent-encoded in lower case and as a form sends it', () => {
  const redact = createRedactor(['a/b c=d&e"f']);
  for (const text of ['a%2fb%20c%3dd%26e%22f', 'a%2Fb+c%3Dd%26e%22f']) expect(redact(text)).toBe('[secret]');
});
