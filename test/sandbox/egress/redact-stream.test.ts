import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSecretCover } from '../../../src/sandbox/egress/redact-stream.ts';

const secret = 'abcdefgh01234567';
const cover = createSecretCover([secret]);

async function covered(chunks: readonly string[]): Promise<string> {
  const stream = cover.stream();
  const whole = text(stream);
  for (const chunk of chunks) stream.write(Buffer.from(chunk, 'latin1'));
  stream.end();
  return whole;
}

test('a value is covered however it is cut into pieces, and everything else comes through', async () => {
  const piece = fc.constantFrom(secret, 'abcdefgh', 'a', '01234567', ' ', '\n', 'other text');
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), fc.integer({ min: 1, max: 20 }), async (pieces, size) => {
      const said = pieces.join('');
      const chunks = said.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      expect(await covered(chunks)).toBe(said.replaceAll(secret, '*'.repeat(secret.length)));
    }),
  );
});

test('nothing is said where nothing came', async () => {
  expect(await covered([])).toBe('');
});
