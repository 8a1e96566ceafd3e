import { validateAuditListParams } from '@openclaw/gateway-protocol';
import { expect, test } from 'vitest';
import { createDevices } from '../../src/gateway/devices.ts';
import type { AuditRecord } from '../../src/gateway/ports.ts';
import { clientOf, gatewayBench } from '../fixtures/gateway-bench.ts';
import { handClock } from '../fixtures/hand-clock.ts';
import { personWith } from '../fixtures/people.ts';
import { temporaryStore } from '../fixtures/temporary-store.ts';

const wanting = (id: string, scopes: readonly ('operator.read' | 'operator.admin')[] = ['operator.read']) => ({
  ...{ id, publicKey: `key of ${id}`, name: id, platform: 'linux', address: '127.0.0.1' },
  scopes,
});

test('nobody lets a device in with a scope that they lack themselves', async () => {
  const { url, store } = await gatewayBench();
  const devices = createDevices(store, handClock(Date.now()));
  const asked = await devices.pairing(wanting('phone', ['operator.admin']));
  const requestId = asked.kind === 'waiting' ? asked.request.requestId : '';
  const pairing = await clientOf(url, { scopes: ['operator.pairing'] });
  expect(await pairing.request('device.pair.approve', { requestId })).toMatchObject({
    ok: false,
    error: { code: 'FORBIDDEN', details: { missingScope: 'operator.admin' } },
  });
  expect((await devices.book()).devices).toEqual([]);
  expect(await pairing.request('device.pair.reject', { requestId })).toMatchObject({ ok: true });
  expect(await pairing.request('device.pair.approve', { requestId })).toMatchObject({ ok: false });
});

test('a device that wants more waits again, under another request, and keeps what it has', async () => {
  const { store } = await temporaryStore();
  const devices = createDevices(store, handClock(0));
  const first = await devices.pairing(wanting('phone'));
  const again = await devices.pairing(wanting('phone'));
  expect(again).toMatchObject({ kind: 'waiting', isNew: false });
  const more = await devices.pairing(wanting('phone', ['operator.admin']));
  if (first.kind !== 'waiting' || more.kind !== 'waiting') throw new Error('it has to wait');
  expect(more.request.requestId).not.toBe(first.request.requestId);
  expect(await devices.approve(first.request.requestId, 'ann')).toBeNull();
  expect(await devices.approve(more.request.requestId, 'ann')).toMatchObject({ scopes: ['operator.admin'] });
  expect((await devices.pairing(wanting('phone', ['operator.admin']))).kind).toBe('paired');
  // What covers all covers this too.
  expect((await devices.pairing(wanting('phone', ['operator.read']))).kind).toBe('paired');
});

test('those who wait are bounded in number and time, and tokens are kept as hashes', async () => {
  const { store } = await temporaryStore();
  const clock = handClock(0);
  const devices = createDevices(store, clock);
  for (let count = 0; count < 50; count += 1) await devices.pairing(wanting(`device-${count}`));
  expect((await devices.pairing(wanting('one more'))).kind).toBe('full');
  clock.set(3_600_000);
  const asked = await devices.pairing(wanting('one more'));
  if (asked.kind !== 'waiting') throw new Error('it has to wait');
  await devices.approve(asked.request.requestId, 'ann');
  const given = await devices.issueToken('one more');
  expect(await devices.isToken('one more', given)).toBe(true);
  expect(await devices.isToken('another', given)).toBe(false);
  expect(await devices.isToken('one more', '')).toBe(false);
  expect(JSON.stringify(await store.notes(''))).not.toContain(given);
  await devices.revokeTokens('one more');
  expect(await devices.isToken('one more', given)).toBe(false);
  expect(await devices.issueToken('nobody')).toBe('');
});

test('agents are halted by any client that may write, and let go by people alone', async () => {
  const { url } = await gatewayBench({ owner: personWith('ann', ['*']) });
  const client = await clientOf(url);
  expect(await client.request('sallyport.halt', { agent: 'ci', because: 'odd', idempotencyKey: '1' })).toMatchObject({
    payload: { isNew: true },
  });
  expect(await client.request('status')).toMatchObject({
    payload: { halts: [{ agent: 'ci', by: 'gateway:token', because: 'odd' }] },
  });
  expect(await client.request('sallyport.resume', { agent: 'ci', idempotencyKey: '2' })).toMatchObject({
    error: { code: 'FORBIDDEN' },
  });
  const owned = await gatewayBench();
  const owner = await clientOf(owned.url);
  await owner.request('sallyport.halt', { idempotencyKey: '1' });
  expect(await owner.request('sallyport.resume', { idempotencyKey: '2' })).toMatchObject({
    payload: { wasHalted: true },
  });
  expect(await owner.request('sallyport.verify')).toMatchObject({ payload: { isSound: true, records: 2 } });
});

test('the ledger is listed page by page, without the contents of calls', async () => {
  const caller = { agent: 'main', session: 'agent:main:main', run: 'r1' };
  const record = (seq: number, type: string, body: object): AuditRecord =>
    JSON.parse(JSON.stringify({ seq, at: seq, type, hash: `sha256:${seq}`, body: { caller, ...body } }));
  const records = [
    record(5, 'run-ended', { run: 'r1', phase: 'aborted' }),
    record(4, 'call-refused', { call: 'c2', tool: 'exec' }),
    record(3, 'call-finished', { call: 'c1', outcome: 'ok', output: 'a secret of the output' }),
    record(2, 'call-intended', { call: 'c1', tool: 'exec', args: { command: 'a secret of the command' } }),
    record(1, 'run-started', { run: 'r1', message: 'a secret of the message' }),
  ];
  const { url } = await gatewayBench({
    ports: {
      ledger: {
        list: async ({ before, limit }) => records.filter(({ seq }) => seq < (before ?? 99)).slice(0, limit),
        verify: async () => ({ isSound: true, records: 5, because: '' }),
      },
    },
  });
  const client = await clientOf(url);
  const whole = await client.request('audit.list');
  expect(JSON.stringify(whole)).not.toContain('secret');
  const { events } = JSON.parse(JSON.stringify(whole.payload));
  expect(events.map(({ sequence, status }: { sequence: number; status: string }) => [sequence, status])).toEqual([
    [5, 'cancelled'],
    [4, 'blocked'],
    [3, 'succeeded'],
    [2, 'started'],
    [1, 'started'],
  ]);
  const params = { kind: 'tool_action', limit: 2 };
  expect(validateAuditListParams(params)).toBe(true);
  const page = await client.request('audit.list', params);
  expect(page.payload).toMatchObject({ events: [{ sequence: 4 }, { sequence: 3 }], nextCursor: '3' });
  const next = await client.request('audit.list', { ...params, cursor: '3' });
  expect(next.payload).toMatchObject({ events: [{ sequence: 2 }] });
  expect(await client.request('audit.list', { cursor: '../3' })).toMatchObject({ ok: false });
});

test('sessions are found by agent, age and name, and archived ones only when asked for', async () => {
  const session = (key: string, updatedAt: number, isArchived = false) => ({
    ...{ key, agent: key.split(':')[1] ?? '', kind: 'direct' as const, sessionId: 'i', channel: 'cli' },
    ...{ updatedAt, isArchived },
  });
  const now = Date.now();
  const all = [session('agent:main:main', now), session('agent:ci:main', 0), session('agent:ci:old', 0, true)];
  const { url } = await gatewayBench({ ports: { sessions: { list: async () => all } } });
  const client = await clientOf(url);
  const keys = async (params: object) => {
    const { payload } = await client.request('sessions.list', params);
    return JSON.parse(JSON.stringify(payload)).sessions.map(({ key }: { key: string }) => key);
  };
  expect(await keys({})).toEqual(['agent:main:main', 'agent:ci:main']);
  expect(await keys({ agentId: 'ci', archived: 'all' })).toEqual(['agent:ci:main', 'agent:ci:old']);
  expect(await keys({ activeMinutes: 1 })).toEqual(['agent:main:main']);
  expect(await keys({ archived: true, search: 'old' })).toEqual(['agent:ci:old']);
  expect(await keys({ limit: 1, offset: 1 })).toEqual(['agent:ci:main']);
});
