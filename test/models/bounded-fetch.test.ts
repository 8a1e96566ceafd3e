import { expect, test } from 'vitest';
import { boundedFetch } from '../../src/models/bounded-fetch.ts';
import { streamServer } from './stream-server.ts';

test('a response longer than its bound fails, and one within it is whole', async () => {
  await using server = await streamServer((response) => response.end('x'.repeat(1_000)));
  await expect(boundedFetch(fetch, 999)(server.url).then((response) => response.text())).rejects.toThrow(
    'longer than 999',
  );
  expect(await boundedFetch(fetch, 1_000)(server.url).then((response) => response.text())).toHaveLength(1_000);
});
