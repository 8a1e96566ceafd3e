import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { helloOk } from '../../src/gateway/hello.ts';
import { defaultLockoutLimits } from '../../src/gateway/lockout.ts';
import { clientOf, connectWith, gatewayBench, httpGet, rawClient, token } from '../fixtures/gateway-bench.ts';

test('a page of another origin opens no socket, and a rebound name finds nothing', async () => {
  const { url, port } = await gatewayBench();
  await expect(rawClient(url, { origin: 'https://evil.example' })).rejects.toThrow('403');
  await expect(rawClient(url, { origin: 'null' })).rejects.toThrow('403');
  await expect(rawClient(url, { headers: { host: 'evil.example' } })).rejects.toThrow('421');
  await expect(rawClient(`${url}/other`)).rejects.toThrow('404');
  expect((await httpGet(port, '/healthz', { host: 'evil.example' })).status).toBe(421);
  expect((await httpGet(port, '/healthz', { origin: 'https://evil.example' })).status).toBe(403);
  expect((await httpGet(port, '/healthz', { origin: `http://127.0.0.1:${port}` })).status).toBe(200);
});

test('before `connect` nothing else is answered, and the connection ends', async () => {
  const { url } = await gatewayBench();
  const client = await rawClient(url);
  expect(await client.next()).toMatchObject({ type: 'event', event: 'connect.challenge' });
  expect(await client.request('health')).toMatchObject({ ok: false, error: { code: 'INVALID_REQUEST' } });
  expect(await client.closed).toBe(1008);
  // Under another name, the very parameters that open the door open nothing.
  const disguised = await rawClient(url);
  expect(await disguised.request('health', connectWith())).toMatchObject({ ok: false });
});

test('a second frame while the first is judged ends the connection', async () => {
  const { url } = await gatewayBench();
  const client = await rawClient(url);
  client.send({ type: 'req', id: '1', method: 'connect', params: connectWith() });
  client.send({ type: 'req', id: '2', method: 'health' });
  expect(await client.closed).toBe(1008);
});

test('a wrong, a missing and a foreign secret are refused alike, in the words of the reference', async () => {
  const { url } = await gatewayBench();
  const codeOf = async (auth: unknown) => {
    const client = await rawClient(url);
    const said = await client.request('connect', connectWith({ auth }));
    await client.closed;
    return JSON.stringify(said.error);
  };
  expect(await codeOf({ token: 'wrong' })).toContain('AUTH_TOKEN_MISMATCH');
  expect(await codeOf({})).toContain('AUTH_TOKEN_MISSING');
  expect(await codeOf({ password: token })).toContain('AUTH_PASSWORD_MISMATCH');
  expect(await codeOf({ deviceToken: token })).toContain('AUTH_DEVICE_TOKEN_MISMATCH');
  expect(await codeOf({ bootstrapToken: token })).toContain('AUTH_BOOTSTRAP_TOKEN_INVALID');
  expect(await codeOf({ token: '' })).toContain('AUTH_TOKEN_MISSING');
});

test('whoever guesses is locked out from loopback too, and then the right token opens nothing', async () => {
  const { url } = await gatewayBench({ options: { lockout: { ...defaultLockoutLimits, failuresMax: 3 } } });
  const guess = async (secret: string) => {
    const client = await rawClient(url, { origin: url.replace('ws', 'http') });
    return client.request('connect', connectWith({ auth: { token: secret } }));
  };
  for (let tries = 0; tries < 3; tries += 1) expect(await guess('wrong')).toMatchObject({ ok: false });
  const said = await guess(token);
  expect(said).toMatchObject({ ok: false, error: { retryable: true, details: { code: 'AUTH_RATE_LIMITED' } } });
  // A page that guesses does not lock the owner's own commands out.
  expect((await clientOf(url)).socket.readyState).toBe(1);
});

test('an unknown parameter, another protocol version and another role are refused', async () => {
  const { url } = await gatewayBench();
  const say = async (more: Record<string, unknown>) => {
    const client = await rawClient(url);
    return JSON.stringify(await client.request('connect', connectWith(more)));
  };
  expect(await say({ admin: true })).toContain('invalid connect params');
  expect(await say({ minProtocol: 3, maxProtocol: 3 })).toContain('PROTOCOL_MISMATCH');
  expect(await say({ role: 'node' })).toContain('only the role `operator`');
});

test('a stranger sends 64 KiB at most and is not waited for', async () => {
  const { url } = await gatewayBench({ limits: { strangerMs: 50 } });
  const silent = await rawClient(url);
  expect(await silent.closed).toBe(1008);
  const large = await rawClient(url);
  large.send({ type: 'req', id: '1', method: 'connect', params: { userAgent: 'x'.repeat(70_000) } });
  expect(await large.closed).toBe(1006);
});

test('connections beyond the limits are turned away, and a place that was given back is there again', async () => {
  const { url } = await gatewayBench({ limits: { connectionsMax: 3, strangersPerAddressMax: 2 } });
  const first = await rawClient(url);
  await rawClient(url);
  await expect(rawClient(url)).rejects.toThrow('503');
  expect(await first.request('connect', connectWith())).toMatchObject({ ok: true });
  const third = await rawClient(url);
  await expect(rawClient(url)).rejects.toThrow('503');
  third.socket.terminate();
  await expect.poll(() => rawClient(url).then((client) => client.socket.readyState)).toBe(1);
});

test('a client is told what it may use, and the limits to keep to', async () => {
  const { url } = await gatewayBench();
  const client = await rawClient(url);
  const said = await client.request('connect', connectWith({ scopes: ['operator.read', 'operator.everything'] }));
  const hello = helloOk.parse(said.payload);
  expect(hello.auth.scopes).toEqual(['operator.read']);
  expect(hello.features.methods).toContain('chat.history');
  expect(hello.features.methods).not.toContain('chat.send');
  expect(hello.policy.maxPayload).toBe(4_194_304);
  expect(await client.request('chat.send', {})).toMatchObject({ error: { code: 'FORBIDDEN' } });
  expect(await client.request('__proto__', {})).toMatchObject({ error: { code: 'INVALID_REQUEST' } });
  expect(await client.request('connect', connectWith())).toMatchObject({ ok: false });
});

test('events are numbered without a gap, and only those who hold the scope hear them', async () => {
  const { url, gateway } = await gatewayBench();
  const reader = await clientOf(url, { scopes: ['operator.read'] });
  const admin = await clientOf(url);
  gateway.publish('chat', { runId: 'r', sessionKey: 's', seq: 0, state: 'delta', deltaText: 'a' });
  gateway.publish('exec.approval.requested', { id: 'k2f2m9' });
  gateway.publish('chat', { runId: 'r', sessionKey: 's', seq: 1, state: 'final' });
  expect([await reader.next(), await reader.next()].map(({ event, seq }) => [event, seq])).toEqual([
    ['chat', 1],
    ['chat', 2],
  ]);
  expect([await admin.next(), await admin.next(), await admin.next()].map(({ seq }) => seq)).toEqual([1, 2, 3]);
});

test('a client that reads slowly is cut off, and the others are served', async () => {
  const { url, gateway } = await gatewayBench({ limits: { bufferedBytes: 100_000 } });
  const slow = await clientOf(url);
  const quick = await clientOf(url);
  slow.socket.pause();
  const large = 'x'.repeat(90_000);
  for (let sent = 0; sent < 400; sent += 1) {
    gateway.publish('chat', { text: large });
    await quick.until(({ event }) => event === 'chat');
  }
  slow.socket.resume();
  expect(await slow.closed).toBe(1006);
  expect(await quick.request('health')).toMatchObject({ ok: true });
});

test('a half-open client is reaped', async () => {
  const { url, port } = await gatewayBench({ limits: { tickMs: 30 } });
  const deaf = connect(port, '127.0.0.1');
  const key = 'dGhlIHNhbXBsZSBub25jZQ==';
  deaf.write(
    `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\n` +
      'Sec-WebSocket-Version: 13\r\n\r\n',
  );
  deaf.resume();
  await once(deaf, 'close');
  expect((await clientOf(url)).socket.readyState).toBe(1);
});

test('metrics take the token; health does not', async () => {
  const { url, port } = await gatewayBench();
  const client = await clientOf(url);
  await client.request('health');
  expect((await httpGet(port, '/metrics')).status).toBe(401);
  expect((await httpGet(port, '/metrics', { authorization: 'Bearer wrong' })).status).toBe(401);
  const shown = await httpGet(port, '/metrics', { authorization: `Bearer ${token}` });
  expect(shown.text).toContain('sallyport_gateway_requests_total{method="health",ok="true"} 1');
  expect(shown.text).toContain('sallyport_gateway_connections 1');
  expect(shown.headers['access-control-allow-origin']).toBeUndefined();
  expect((await httpGet(port, '/readyz')).status).toBe(200);
  expect((await httpGet(port, '/nothing')).status).toBe(404);
});

test('whoever guesses at the metrics is locked out as well', async () => {
  const { port } = await gatewayBench({ options: { lockout: { ...defaultLockoutLimits, failuresMax: 2 } } });
  const show = (secret: string) => httpGet(port, '/metrics', { authorization: `Bearer ${secret}` });
  expect([await show('one'), await show('two')].map(({ status }) => status)).toEqual([401, 401]);
  expect(await show(token)).toMatchObject({ status: 429, headers: { 'retry-after': '300' } });
});

test('a gateway that stops tells its clients, answers what is under way, and leaves nothing open', async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const { url, port, gateway } = await gatewayBench({
    ports: {
      sessions: {
        list: async () => {
          await held;
          return [];
        },
      },
    },
  });
  const client = await clientOf(url);
  const answer = client.request('sessions.list');
  await client.request('health');
  const stopped = gateway.stop('restart');
  release();
  expect(await answer).toMatchObject({ ok: true });
  await stopped;
  expect(await client.closed).toBe(1001);
  await expect(httpGet(port, '/healthz')).rejects.toThrow('ECONNREFUSED');
});
