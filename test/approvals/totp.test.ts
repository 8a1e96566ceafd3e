import { expect, test } from 'vitest';
import { base32, codeAt, enrolmentUri, makeSecret, stepAt, stepOf } from '../../src/approvals/totp.ts';

/** The secret of the vectors in RFC 6238, appendix B. */
const secret = Buffer.from('12345678901234567890');

test('what is no code of now is refused', () => {
  const now = 119_000;
  const right = codeAt(secret, stepAt(now));
  expect(stepOf('', secret, now, -1)).toBeNull();
  expect(stepOf('abcdef', secret, now, -1)).toBeNull();
  expect(stepOf(`${right}0`, secret, now, -1)).toBeNull();
  expect(stepOf('２８７０８２', secret, now, -1)).toBeNull();
  expect(stepOf(codeAt(secret, stepAt(now) - 2), secret, now, -1)).toBeNull();
  expect(stepOf(codeAt(secret, stepAt(now) + 2), secret, now, -1)).toBeNull();
  expect(stepOf(right, makeSecret(), now, -1)).toBeNull();
});

test('a code counts only after the one that was used last', () => {
  const now = 90_000;
  expect(stepOf(codeAt(secret, 3), secret, now, 3)).toBeNull();
  expect(stepOf(codeAt(secret, 2), secret, now, 3)).toBeNull();
  expect(stepOf(codeAt(secret, 4), secret, now, 3)).toBe(4);
});

test('codes are those of RFC 6238', () => {
  for (const [seconds, code] of [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ] as const) {
    expect(codeAt(secret, stepAt(seconds * 1_000)), String(seconds)).toBe(code);
  }
});

test('the code before and the one after count, and so does one typed with a space', () => {
  const now = 90_000;
  expect([2, 3, 4].map((step) => stepOf(codeAt(secret, step), secret, now, -1))).toEqual([2, 3, 4]);
  const code = codeAt(secret, 3);
  expect(stepOf(`${code.slice(0, 3)} ${code.slice(3)}`, secret, now, -1)).toBe(3);
});

test('authenticators read the secret from the link', () => {
  expect(base32(Buffer.from('foobar'))).toBe('MZXW6YTBOI');
  expect(enrolmentUri(secret, 'ann smith', 'sallyport')).toBe(
    'otpauth://totp/sallyport:ann%20smith?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=sallyport&algorithm=SHA1&digits=6&period=30',
  );
  expect(makeSecret()).toHaveLength(20);
});
