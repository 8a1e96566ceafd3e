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
