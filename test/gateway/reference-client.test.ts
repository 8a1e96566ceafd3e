import { generateKeyPairSync, hash, sign } from 'node:crypto';
import { GatewayClient, type GatewayClientOptions } from '@openclaw/gateway-client';
import { validateApprovalGetResult, validateApprovalResolveResult } from '@openclaw/gateway-protocol';
import { expect, onTestFinished, test } from 'vitest';
import { clientOf, gatewayBench, token } from '../fixtures/gateway-bench.ts';
import { personWith } from '../fixtures/people.ts';

// The client of the reference, unchanged: what it can do here is what its users can do here.

interface Reference {
  readonly client: GatewayClient;
  readonly events: { readonly event: string; readonly payload?: unknown }[];
}

/** Starts a client; resolves with it once it is in, rejects with what it was told otherwise. */
async function reference(url: string, more: Partial<GatewayClientOptions> = {}): Promise<Reference> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const events: Reference['events'] = [];
  const client = new GatewayClient({
    url,
    token,
    onHelloOk: () => resolve(),
    onConnectError: reject,
    onEvent: (event) => void events.push(event),
    ...more,
  });
  onTestFinished(() => client.stopAndWait());
  client.start();
  await promise;
  return { client, events };
}

/** A device as a host of the client keeps it. */
function device() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const kept = { token: '' };
  return {
    id: hash('sha256', raw, 'hex'),
    kept,
    options: {
      deviceIdentity: { deviceId: hash('sha256', raw, 'hex'), publicKeyPem, privateKeyPem },
      hostDeps: {
        signDevicePayload: (pem: string, payload: string) =>
          sign(null, Buffer.from(payload), pem).toString('base64url'),
        publicKeyRawBase64UrlFromPem: () => raw.toString('base64url'),
        storeDeviceAuthToken: (stored: { readonly token: string }) => {
          kept.token = stored.token;
        },
        loadDeviceAuthToken: () => (kept.token === '' ? null : { token: kept.token, scopes: ['operator.read'] }),
      },
    },
  };
}

test('it is refused with a wrong token, and told why', async () => {
  const { url } = await gatewayBench();
  await expect(reference(url, { token: 'wrong' })).rejects.toThrow(/token/);
});

test('it connects, asks how things stand, lists sessions and chats', async () => {
  const { url, gateway, sent } = await gatewayBench();
  const { client, events } = await reference(url);
  expect(await client.request('status', {})).toMatchObject({ version: '0.0.0-test', connections: 1 });
  expect(await client.request('health', {})).toMatchObject({ ok: true });
  expect(await client.request('sessions.list', {})).toMatchObject({ count: 0, sessions: [] });
  const message = { sessionKey: 'agent:main:main', message: 'hello', idempotencyKey: 'k1' };
  expect(await client.request('chat.send', message)).toEqual({ runId: 'run-1', status: 'started' });
  expect(sent).toMatchObject([{ text: 'hello', by: 'ann' }]);
  expect(await client.request('chat.history', { sessionKey: 'agent:main:main' })).toMatchObject({
    messages: [{ role: 'user' }],
  });
  const final = { runId: 'run-1', sessionKey: 'agent:main:main', seq: 0, state: 'final' };
  gateway.publish('chat', final);
  await expect.poll(() => events.find(({ event }) => event === 'chat')).toMatchObject({ payload: final });
  const aborted = await client.request('chat.abort', { sessionKey: 'agent:main:main', runId: 'run-1' });
  expect(aborted).toEqual({ ok: true, aborted: true, runIds: ['run-1'] });
});

test('it sees approvals whole and resolves them, in shapes that its own schemas accept', async () => {
  const { url, ask } = await gatewayBench();
  const { client, events } = await reference(url);
  const [first, second] = [await ask('ls'), await ask('rm -rf build')];
  const listed = await client.request('exec.approval.list', {});
  expect(listed).toMatchObject([{ id: second.id, request: { command: second.text } }, { id: first.id }]);
  expect(await client.request('exec.approval.get', { id: first.id })).toMatchObject({ commandText: first.text });
  expect(await client.request('exec.approval.resolve', { id: first.id, decision: 'allow-once' })).toEqual({ ok: true });
  const denied = await client.request('approval.resolve', { id: second.id, kind: 'exec', decision: 'deny' });
  expect(denied).toMatchObject({ applied: true, approval: { status: 'denied' } });
  expect(validateApprovalResolveResult(denied), JSON.stringify(validateApprovalResolveResult.errors)).toBe(true);
  const got = await client.request('approval.get', { id: first.id });
  expect(got).toMatchObject({ approval: { status: 'allowed', decision: 'allow-once' } });
  expect(validateApprovalGetResult(got), JSON.stringify(validateApprovalGetResult.errors)).toBe(true);
  const again = await client.request('approval.resolve', { id: second.id, kind: 'exec', decision: 'allow-once' });
  expect(again).toMatchObject({ applied: false, approval: { status: 'denied' } });
  await expect.poll(() => events.filter(({ event }) => event === 'exec.approval.resolved').length).toBe(2);
});

test('P6: a client that is nobody answers nothing, and neither does one for good', async () => {
  const { url, ask } = await gatewayBench({ owner: personWith('ann', ['*']) });
  const { client } = await reference(url);
  const { id } = await ask('ls');
  await expect(client.request('exec.approval.resolve', { id, decision: 'allow-once' })).rejects.toThrow(
    /not an identity/,
  );
  await expect(client.request('exec.approval.resolve', { id, decision: 'allow-always' })).rejects.toThrow(/one call/);
  await expect(client.request('exec.approval.resolve', { id: 'nothing', decision: 'deny' })).rejects.toThrow(/no such/);
  const other = { id, kind: 'exec', decision: 'allow-once', digest: 'sha256:of-another' };
  await expect(client.request('approval.resolve', other)).rejects.toThrow(/digest/);
  const reviewer = { channel: 'telegram', accountId: 'a', senderId: 'ann' };
  await expect(client.request('exec.approval.resolve', { id, decision: 'deny', reviewer })).rejects.toThrow(/params/);
  expect(await client.request('exec.approval.list', {})).toHaveLength(1);
});

test('a device waits until people let it in, gets a token, and is out at once when it is removed', async () => {
  const { url } = await gatewayBench();
  const admin = await clientOf(url);
  const { id, kept, options } = device();
  const scopes = ['operator.read'];
  await expect(reference(url, { ...options, scopes })).rejects.toThrow(/pairing required|approve/i);
  const { payload } = await admin.request('device.pair.list');
  const { pending } = JSON.parse(JSON.stringify(payload));
  expect(pending).toMatchObject([{ deviceId: id, scopes, role: 'operator' }]);
  const { requestId } = pending[0];
  expect(await admin.request('device.pair.approve', { requestId })).toMatchObject({ ok: true });
  const { client } = await reference(url, { ...options, scopes });
  expect(kept.token).not.toBe('');
  await expect(client.request('chat.send', {})).rejects.toThrow(/missing scope/);
  // Without the shared token: its own is enough.
  const { token: _none, ...without } = { token: undefined, ...options };
  const own = await reference(url, { ...without, token: '', scopes });
  expect(await own.client.request('health', {})).toMatchObject({ ok: true });
  // More than was approved takes people again.
  await expect(reference(url, { ...options, scopes: ['operator.admin'] })).rejects.toThrow();
  expect(await admin.request('device.pair.remove', { deviceId: id })).toMatchObject({ ok: true });
  await expect(own.client.request('health', {})).rejects.toThrow();
});
