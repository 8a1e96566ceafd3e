// What a client is told when it is let in: what the gateway speaks, how it stands, and the limits to keep to.

import { z } from 'zod';
import type { JsonObject } from '../kernel/types.ts';
import type { Client } from './admit.ts';
import type { GatewayLimits } from './limits.ts';
import type { Method } from './methods/method.ts';
import { protocolVersion } from './protocol/frames.ts';
import { covers, type Scope } from './protocol/scopes.ts';

/** The events of the gateway, and the scope it takes to hear them. */
export const events = Object.freeze({
  tick: { scope: 'operator.read', summary: 'A sign of life: `ts`.' },
  shutdown: { scope: 'operator.read', summary: 'The gateway stops: `reason`.' },
  chat: {
    scope: 'operator.read',
    summary: 'What happens in a run: `state` is `delta`, `final`, `aborted` or `error`.',
  },
  agent: { scope: 'operator.read', summary: 'The events of a run: `stream` is `assistant`, `tool` or `lifecycle`.' },
  'exec.approval.requested': { scope: 'operator.approvals', summary: 'A question waits, as in `exec.approval.list`.' },
  'exec.approval.resolved': { scope: 'operator.approvals', summary: 'A question was answered: `id`, `decision`.' },
  'device.pair.requested': { scope: 'operator.pairing', summary: 'A device waits, as in `device.pair.list`.' },
  'device.pair.resolved': { scope: 'operator.pairing', summary: 'A device was let in or turned away.' },
} satisfies Record<string, { readonly scope: Scope; readonly summary: string }>);

export type GatewayEvent = keyof typeof events;

export const helloOk = z.strictObject({
  type: z.literal('hello-ok'),
  protocol: z.literal(protocolVersion),
  server: z.strictObject({ version: z.string(), bootId: z.string(), connId: z.string() }),
  features: z.strictObject({ methods: z.array(z.string()), events: z.array(z.string()) }),
  snapshot: z.strictObject({
    presence: z.array(z.never()),
    health: z.strictObject({ ok: z.literal(true), ts: z.int() }),
    stateVersion: z.strictObject({ presence: z.int(), health: z.int() }),
    uptimeMs: z.int(),
    authMode: z.enum(['token', 'password']),
  }),
  auth: z.strictObject({
    role: z.literal('operator'),
    scopes: z.array(z.string()),
    deviceToken: z.string().optional(),
    issuedAtMs: z.int().optional(),
  }),
  policy: z.strictObject({ maxPayload: z.int(), maxBufferedBytes: z.int(), tickIntervalMs: z.int() }),
});

/** What `hello-ok` is made of. */
export interface HelloParts {
  readonly version: string;
  readonly bootId: string;
  readonly connId: string;
  readonly methods: readonly Method[];
  readonly limits: GatewayLimits;
  readonly authMode: 'token' | 'password';
  readonly now: number;
  readonly uptimeMs: number;
}

/** The payload of `hello-ok` for one client; it lists what this client may use. */
export function helloFor({ scopes, deviceToken }: Client, parts: HelloParts): JsonObject {
  const { version, bootId, connId, methods, limits, authMode, now, uptimeMs } = parts;
  const heard = Object.entries(events).filter(([, { scope }]) => covers(scopes, scope));
  return {
    type: 'hello-ok',
    protocol: protocolVersion,
    server: { version, bootId, connId },
    features: {
      methods: methods.filter(({ scope }) => covers(scopes, scope)).map(({ name }) => name),
      events: heard.map(([name]) => name),
    },
    snapshot: {
      presence: [],
      health: { ok: true, ts: now },
      stateVersion: { presence: 0, health: 0 },
      uptimeMs,
      authMode,
    },
    auth: { role: 'operator', scopes, ...(deviceToken === '' ? {} : { deviceToken, issuedAtMs: now }) },
    policy: { maxPayload: limits.payloadBytes, maxBufferedBytes: limits.bufferedBytes, tickIntervalMs: limits.tickMs },
  };
}
