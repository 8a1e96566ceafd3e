import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { clientOf, connectWith, gatewayBench, rawClient, token } from '../fixtures/gateway-bench.ts';

// Whatever comes over the wire, the gateway stands: no crash, no unhandled rejection, no connection left behind, and the next
// honest client is served. `SEED` in the name of a failure repeats it.

const seed = 20_261_121;
const run = { seed, numRuns: 60, endOnFailure: true };

const nasty = fc.oneof(
  fc.json(),
  fc.string({ maxLength: 300 }),
  fc.constantFrom(
    '',
    'null',
    '[]',
    '{}',
    '{"type":"req"}',
    '{"__proto__":{"type":"req","id":"1","method":"health"}}',
    '{"type":"req","id":"1","method":"constructor","params":{"__proto__":{"isAdmin":true}}}',
    '{"type":"req","id":"1","method":"__proto__"}',
    '{"type":"req","id":1e999,"method":"health"}',
    '{"type":"req","id":"1","method":"chat.history","params":{"sessionKey":"s","limit":1e308}}',
    '{"type":"req","id":"1","method":"audit.list","params":{"limit":-0.5}}',
    '{"type":"res","id":"1","ok":true}',
    '{"type":"event","event":"connect.challenge"}',
    '{"type":"req","id":"1","method":"connect"}',
    '\u0000\uffff',
    '{"type":"req","id":"1","method":"chat.send","params":{"sessionKey":"\\ud800","message":"\\ud800","idempotencyKey":"\\ud800"}}',
    `${'['.repeat(30_000)}`,
    `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
    `{"type":"req","id":"1","method":"health","params":${'['.repeat(60)}${']'.repeat(60)}}`,
  ),
  fc
    .record({
      type: fc.constantFrom('req', 'res', 'event', 'message'),
      id: fc.oneof(fc.string({ maxLength: 20 }), fc.integer()),
      method: fc.constantFrom(
        'chat.send',
        'approval.resolve',
        'device.pair.approve',
        'sallyport.halt',
        'audit.list',
        'x',
      ),
      params: fc.object({ maxDepth: 3, withNullPrototype: true }),
    })
    .map((frame) => JSON.stringify(frame)),
);

/** Fails the test if a rejection anywhere goes unheard. */
function hearRejections(): unknown[] {
  const heard: unknown[] = [];
  const hear = (error: unknown) => void heard.push(error);
  process.on('unhandledRejection', hear);
  onTestFinished(() => void process.off('unhandledRejection', hear));
  return heard;
}

test(`strangers who send anything get in nowhere and break nothing (SEED ${seed})`, async () => {
  const bench = await gatewayBench();
  const unheard = hearRejections();
  await fc.assert(
    fc.asyncProperty(fc.array(nasty, { minLength: 1, maxLength: 3 }), async (frames) => {
      const client = await rawClient(bench.url);
      for (const frame of frames) client.socket.send(frame);
      expect([1006, 1008]).toContain(await client.closed);
      await expect(client.until(({ ok }) => ok === true)).rejects.toThrow('closed');
    }),
    run,
  );
  expect(unheard).toEqual([]);
  expect(bench.failures).toEqual([]);
  const status = await (await clientOf(bench.url)).request('status');
  expect(status).toMatchObject({ ok: true, payload: { connections: 1 } });
});

test(`a client who sends anything is answered or cut off, and nobody else notices (SEED ${seed})`, async () => {
  const bench = await gatewayBench();
  const unheard = hearRejections();
  const honest = await clientOf(bench.url);
  await fc.assert(
    fc.asyncProperty(fc.array(nasty, { minLength: 1, maxLength: 8 }), async (frames) => {
      const client = await clientOf(bench.url);
      for (const frame of frames) client.socket.send(frame);
      const end = Promise.race([client.closed, client.request('health').catch(() => 'closed')]);
      expect([1008, 'closed', expect.objectContaining({ ok: true })]).toContainEqual(await end);
      client.socket.close();
      await client.closed;
      expect(await honest.request('health')).toMatchObject({ ok: true });
    }),
    run,
  );
  expect(unheard).toEqual([]);
  expect(bench.failures).toEqual([]);
  await expect.poll(async () => (await honest.request('status')).payload).toMatchObject({ connections: 1 });
});

test(`bytes that are no frames at all break nothing (SEED ${seed})`, async () => {
  const bench = await gatewayBench();
  const unheard = hearRejections();
  const upgrade =
    'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';
  const starts = fc.constantFrom('', 'GET / HTTP/1.1\r\n', upgrade, upgrade.slice(0, 70), upgrade.replace('13', '12'));
  await fc.assert(
    fc.asyncProperty(starts, fc.uint8Array({ maxLength: 400 }), async (start, bytes) => {
      const socket = connect(bench.port, '127.0.0.1');
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.write(start);
      socket.end(Buffer.from(bytes));
      socket.resume();
      await once(socket, 'close');
    }),
    run,
  );
  expect(unheard).toEqual([]);
  expect(bench.failures).toEqual([]);
  const honest = await clientOf(bench.url);
  await expect.poll(async () => (await honest.request('status')).payload).toMatchObject({ connections: 1 });
});

test('a frame of binary, one too large, and one nested too deeply end the connection', async () => {
  const { url } = await gatewayBench({ limits: { payloadBytes: 10_000 } });
  const binary = await clientOf(url);
  binary.socket.send(Buffer.from('{"type":"req","id":"1","method":"health"}'));
  expect(await binary.closed).toBe(1003);
  const large = await clientOf(url);
  large.socket.send('x'.repeat(10_001));
  expect(await large.closed).toBe(1009);
  const deep = await clientOf(url);
  deep.socket.send(`{"type":"req","id":"1","method":"health","params":${'['.repeat(70)}${']'.repeat(70)}}`);
  expect(await deep.closed).toBe(1008);
});

test('more requests at once than are allowed are refused one by one, and can be made again', async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const list = async () => {
    await held;
    return [];
  };
  const { url } = await gatewayBench({ limits: { requestsInFlight: 3 }, ports: { sessions: { list } } });
  const client = await clientOf(url);
  const waiting = Array.from({ length: 3 }, () => client.request('sessions.list'));
  expect(await client.request('health')).toMatchObject({ ok: false, error: { retryable: true } });
  release();
  for (const answer of await Promise.all(waiting)) expect(answer).toMatchObject({ ok: true });
  expect(await client.request('health')).toMatchObject({ ok: true });
});

test('many clients are served side by side', async () => {
  const { url, gateway } = await gatewayBench();
  const clients = [];
  for (let batch = 0; batch < 3; batch += 1)
    clients.push(...(await Promise.all(Array.from({ length: 50 }, () => clientOf(url)))));
  gateway.publish('chat', { text: 'hello' });
  const heard = await Promise.all(clients.map((client) => client.next()));
  expect(new Set(heard.map(({ event, seq }) => `${event} ${seq}`))).toEqual(new Set(['chat 1']));
});

test('a port that throws is told to nobody but the log', async () => {
  const list = async () => Promise.reject(new Error(`the store said ${token}`));
  const { url, failures } = await gatewayBench({ ports: { sessions: { list } } });
  const client = await clientOf(url, connectWith());
  const said = await client.request('sessions.list');
  expect(said).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE' } });
  expect(JSON.stringify(said)).not.toContain(token);
  expect(failures).toHaveLength(1);
});
