// `chat.send`, `chat.history` and `chat.abort`: conversations, as the reference has them. A message that was answered for here
// is durable. What of the reference's parameters is not served is refused, not ignored.

import { z } from 'zod';
import type { Client } from '../admit.ts';
import type { GatewayPorts } from '../ports.ts';
import { answered } from '../protocol/error-shape.ts';
import { type Method, method } from './method.ts';

const sessionKey = z.string().min(1).max(512);
const name = z.string().min(1).max(128);
const textCharsMax = 262_144;

export function chatMethods({ conversations, people }: GatewayPorts): readonly Method[] {
  const byOf = async ({ identity }: Client): Promise<string> => (await people.personOf(identity)) ?? identity;
  return [
    method({
      name: 'chat.send',
      summary: 'Sends a message to a session; the answer comes in `chat` events with the `runId`.',
      scope: 'operator.write',
      key: 'required',
      params: z.strictObject({
        sessionKey,
        agentId: name.optional(),
        message: z.string().min(1).max(textCharsMax),
        queueMode: z.enum(['steer', 'followup', 'collect', 'interrupt']).optional(),
        timeoutMs: z.int().min(0).max(86_400_000).optional(),
        idempotencyKey: name,
      }),
      result: z.strictObject({ runId: z.string(), status: z.literal('started') }),
      work: async ({ sessionKey, agentId, message, queueMode, timeoutMs, idempotencyKey }, { client }) => {
        const said = await conversations.send({
          sessionKey,
          agent: agentId ?? '',
          text: message,
          by: await byOf(client),
          key: `${client.identity} ${idempotencyKey}`,
          queueMode: queueMode ?? '',
          timeoutMs: timeoutMs ?? 0,
        });
        if (said.kind === 'refused') return { ok: false, error: said.error };
        return answered({ runId: said.value.runId, status: 'started' });
      },
    }),
    method({
      name: 'chat.history',
      summary: 'The newest messages of a session, oldest first.',
      scope: 'operator.read',
      key: 'none',
      params: z.strictObject({
        sessionKey,
        agentId: name.optional(),
        limit: z.int().min(1).max(1_000).optional(),
      }),
      result: z.strictObject({
        sessionKey: z.string(),
        sessionId: z.string(),
        messages: z.array(z.record(z.string(), z.json())),
      }),
      work: async ({ sessionKey, limit = 200 }, { client }) => {
        const said = await conversations.history({ sessionKey, limit, by: await byOf(client) });
        if (said.kind === 'refused') return { ok: false, error: said.error };
        return answered({ sessionKey, ...said.value });
      },
    }),
    method({
      name: 'chat.abort',
      summary: 'Ends one run, or every run of a session.',
      scope: 'operator.write',
      key: 'optional',
      params: z.strictObject({
        sessionKey,
        agentId: name.optional(),
        runId: name.optional(),
        idempotencyKey: name.optional(),
      }),
      result: z.strictObject({ ok: z.literal(true), aborted: z.boolean(), runIds: z.array(z.string()) }),
      work: async ({ sessionKey, runId = '' }, { client }) => {
        const said = await conversations.abort({ sessionKey, runId, by: await byOf(client) });
        if (said.kind === 'refused') return { ok: false, error: said.error };
        return answered({ ok: true, aborted: said.value.length > 0, runIds: said.value });
      },
    }),
  ];
}
