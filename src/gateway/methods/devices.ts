// `device.pair.*` and `device.token.revoke`: people let devices in and out.

import { z } from 'zod';
import type { Device, Devices, PendingDevice } from '../devices.ts';
import { type Answered, answered, refused } from '../protocol/error-shape.ts';
import { covers, knownScopes } from '../protocol/scopes.ts';
import { type Method, method } from './method.ts';

/** Told of what became of devices. */
export interface DeviceNews {
  resolved(requestId: string, deviceId: string, decision: 'approved' | 'rejected'): void;
  /** Its connections end. */
  lost(deviceId: string): void;
}

const id = z.string().min(1).max(128);
const device = z.strictObject({
  deviceId: z.string(),
  displayName: z.string(),
  platform: z.string(),
  role: z.literal('operator'),
  scopes: z.array(z.string()),
  approvedAtMs: z.int(),
});
const pending = z.strictObject({
  requestId: z.string(),
  deviceId: z.string(),
  displayName: z.string(),
  platform: z.string(),
  role: z.literal('operator'),
  scopes: z.array(z.string()),
  remoteIp: z.string(),
  ts: z.int(),
});

export function deviceMethods(devices: Devices, news: DeviceNews, now: () => number): readonly Method[] {
  return [
    method({
      name: 'device.pair.list',
      summary: 'Devices that wait, and those that were let in.',
      scope: 'operator.pairing',
      key: 'none',
      params: z.strictObject({}),
      result: z.strictObject({ pending: z.array(pending), paired: z.array(device) }),
      work: async () => {
        const book = await devices.book();
        return answered({ pending: book.pending.map(pendingRow), paired: book.devices.map(deviceRow) });
      },
    }),
    method({
      name: 'device.pair.approve',
      summary: 'Lets a device in with the scopes that it asked for; nobody gives away a scope they lack.',
      scope: 'operator.pairing',
      key: 'optional',
      params: z.strictObject({ requestId: id, idempotencyKey: id.optional() }),
      result: z.strictObject({ requestId: z.string(), device }),
      work: async ({ requestId }, { client }) => {
        const request = (await devices.book()).pending.find((one) => one.requestId === requestId);
        const lacking = knownScopes(request?.scopes ?? []).find((scope) => !covers(client.scopes, scope));
        if (lacking !== undefined)
          return refused('FORBIDDEN', `missing scope: ${lacking}`, { code: 'MISSING_SCOPE', missingScope: lacking });
        const approved = await devices.approve(requestId, client.identity);
        if (approved === null) return noSuchRequest;
        news.resolved(requestId, approved.id, 'approved');
        return answered({ requestId, device: deviceRow(approved) });
      },
    }),
    method({
      name: 'device.pair.reject',
      summary: 'Turns a waiting device away.',
      scope: 'operator.pairing',
      key: 'optional',
      params: z.strictObject({ requestId: id, idempotencyKey: id.optional() }),
      result: z.strictObject({ requestId: z.string(), deviceId: z.string() }),
      work: async ({ requestId }) => {
        const request = await devices.reject(requestId);
        if (request === null) return noSuchRequest;
        news.resolved(requestId, request.id, 'rejected');
        return answered({ requestId, deviceId: request.id });
      },
    }),
    method({
      name: 'device.pair.remove',
      summary: 'Forgets a device and ends its connections.',
      scope: 'operator.pairing',
      key: 'optional',
      params: z.strictObject({ deviceId: id, idempotencyKey: id.optional() }),
      result: z.strictObject({ deviceId: z.string() }),
      work: async ({ deviceId }) => {
        if (!(await devices.remove(deviceId))) return noSuchDevice;
        news.lost(deviceId);
        return answered({ deviceId });
      },
    }),
    method({
      name: 'device.token.revoke',
      summary:
        'Ends the tokens and the connections of a device; it stays paired and has to show the shared secret again.',
      scope: 'operator.pairing',
      key: 'optional',
      params: z.strictObject({ deviceId: id, role: z.literal('operator'), idempotencyKey: id.optional() }),
      result: z.strictObject({ deviceId: z.string(), role: z.literal('operator'), revokedAtMs: z.int() }),
      work: async ({ deviceId }) => {
        if (!(await devices.revokeTokens(deviceId))) return noSuchDevice;
        news.lost(deviceId);
        return answered({ deviceId, role: 'operator', revokedAtMs: now() });
      },
    }),
  ];
}

const noSuchRequest: Answered = refused('INVALID_REQUEST', 'no such device waits: see `device.pair.list`');
const noSuchDevice: Answered = refused('INVALID_REQUEST', 'there is no such device: see `device.pair.list`');

const pendingRow = ({ requestId, id, name, platform, scopes, address, at }: PendingDevice) => ({
  ...{ requestId, deviceId: id, displayName: name, platform, role: 'operator' as const },
  ...{ scopes, remoteIp: address, ts: at },
});

const deviceRow = ({ id, name, platform, scopes, approvedAt }: Device) => ({
  ...{ deviceId: id, displayName: name, platform, role: 'operator' as const, scopes },
  approvedAtMs: approvedAt,
});
