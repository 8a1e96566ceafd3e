import { expect, test } from 'vitest';
import { createIdempotency, digestOfParams } from '../../src/gateway/idempotency.ts';
import { answered, refused } from '../../src/gateway/protocol/error-shape.ts';
import { clientOf, gatewayBench } from '../fixtures/gateway-bench.ts';
import { handClock } from '../fixtures/hand-clock.ts';
import { temporaryStore } from '../fixtures/temporary-store.ts';

const request = { identity: 'gateway:token', method: 'm', key: 'k', digest: 'd' };

test('the same key with other parameters is refused', async () => {
  const { url, sent } = await gatewayBench();
  const client = await clientOf(url);
  const message = { sessionKey: 's', message: 'one', idempotencyKey: 'k' };
  expect(await client.request('chat.send', message)).toMatchObject({ ok: true });
  expect(await client.request('chat.send', { ...message, message: 'two' })).toMatchObject({
    ok: false,
    error: { code: 'INVALID_REQUEST', details: { reason: 'idempotency-key-reused' } },
  });
  expect(sent).toHaveLength(1);
});

test('a request with effects that needs a key has one or is refused', async () => {
  const { url } = await gatewayBench();
  const client = await clientOf(url);
  for (const method of ['chat.send', 'sallyport.halt', 'sallyport.resume'])
    expect(await client.request(method, { sessionKey: 's', message: 'm' }), method).toMatchObject({ ok: false });
});

test('the same key gives the same result, also after a restart and from another connection', async () => {
  const { url, again } = await gatewayBench();
  const halt = { because: 'stop', idempotencyKey: 'once' };
  const first = await (await clientOf(url)).request('sallyport.halt', halt);
  expect(first.payload).toEqual({ isNew: true });
  const restarted = await again();
  const second = await (await clientOf(`ws://127.0.0.1:${restarted.port}`)).request('sallyport.halt', halt);
  expect(second.payload).toEqual({ isNew: true });
  const third = await (await clientOf(url)).request('sallyport.halt', { ...halt, idempotencyKey: 'other' });
  expect(third.payload).toEqual({ isNew: false });
});

test('two at once are one, a failure is tried again, and keys of others are others', async () => {
  const { store } = await temporaryStore();
  const { once } = createIdempotency(store, handClock(0));
  let made = 0;
  const work = async () => {
    made += 1;
    return made === 1 ? refused('UNAVAILABLE', 'not now') : answered({ made });
  };
  expect(await once(request, work)).toMatchObject({ ok: false });
  const both = await Promise.all([once(request, work), once(request, work)]);
  expect(both).toEqual([answered({ made: 2 }), answered({ made: 2 })]);
  expect(await once({ ...request, identity: 'device:a' }, work)).toEqual(answered({ made: 3 }));
  expect(await once({ ...request, method: 'n' }, work)).toEqual(answered({ made: 4 }));
});

test('keys are kept for a day, and the notes they lie in have an end', async () => {
  const { store } = await temporaryStore();
  const clock = handClock(0);
  const { once } = createIdempotency(store, clock);
  let made = 0;
  const work = async () => answered({ made: ++made });
  expect(await once(request, work)).toEqual(answered({ made: 1 }));
  clock.set(86_399_999);
  expect(await once(request, work)).toEqual(answered({ made: 1 }));
  clock.set(86_400_000);
  expect(await once(request, work)).toEqual(answered({ made: 2 }));
  await Promise.all(Array.from({ length: 1_200 }, (_, key) => once({ ...request, key: `${key}` }, work)));
  const notes = await store.notes('gateway:once:');
  expect(notes.length).toBeLessThanOrEqual(16);
  for (const { document } of notes)
    expect(document.entries).toHaveProperty(
      'length',
      expect.toSatisfy((n) => n <= 64),
    );
});

test('the digest is over everything but the key', () => {
  const of = (more: object) => digestOfParams({ a: 1, ...more });
  expect(of({ idempotencyKey: 'x' })).toBe(of({ idempotencyKey: 'y' }));
  expect(of({ b: 1 })).not.toBe(of({}));
});
