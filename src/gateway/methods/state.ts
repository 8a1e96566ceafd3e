// `health`, `status` and `sessions.list`: how things stand. They read and change nothing.

import { z } from 'zod';
import type { GatewayPorts } from '../ports.ts';
import { answered } from '../protocol/error-shape.ts';
import { type Method, method } from './method.ts';

/** What the gateway knows of itself. */
export interface Standing {
  readonly version: string;
  readonly uptimeMs: number;
  readonly connections: number;
  readonly isDraining: boolean;
}

const count = z.int().min(0);

export function stateMethods(
  { sessions, halts }: GatewayPorts,
  standing: () => Standing,
  now: () => number,
): readonly Method[] {
  return [
    method({
      name: 'health',
      summary: 'Whether the gateway works.',
      scope: 'operator.read',
      key: 'none',
      params: z.strictObject({ probe: z.boolean().optional(), includeSensitive: z.boolean().optional() }),
      result: z.strictObject({ ok: z.literal(true), ts: count, durationMs: count }),
      work: async () => answered({ ok: true, ts: now(), durationMs: 0 }),
    }),
    method({
      name: 'status',
      summary: 'Version, uptime, connections, and who is halted.',
      scope: 'operator.read',
      key: 'none',
      params: z.strictObject({ includeChannelSummary: z.boolean().optional() }),
      result: z.strictObject({
        version: z.string(),
        uptimeMs: count,
        connections: count,
        isDraining: z.boolean(),
        halts: z.array(z.strictObject({ agent: z.string(), by: z.string(), because: z.string(), at: count })),
      }),
      work: async () => {
        const halted = (await halts.list()).map(({ agent, by, because, at }) => ({ agent, by, because, at }));
        return answered({ ...standing(), halts: halted });
      },
    }),
    method({
      name: 'sessions.list',
      summary: 'Sessions, newest first.',
      scope: 'operator.read',
      key: 'none',
      params: z.strictObject({
        limit: z.int().min(1).max(1_000).optional(),
        offset: count.optional(),
        activeMinutes: z.int().min(1).optional(),
        agentId: z.string().min(1).max(128).optional(),
        search: z.string().max(256).optional(),
        archived: z.union([z.boolean(), z.literal('all')]).optional(),
        includeGlobal: z.boolean().optional(),
        includeUnknown: z.boolean().optional(),
      }),
      result: z.strictObject({
        ts: count,
        count,
        sessions: z.array(
          z.strictObject({
            key: z.string(),
            kind: z.enum(['direct', 'group', 'global', 'unknown']),
            agentId: z.string(),
            sessionId: z.string(),
            channel: z.string(),
            updatedAt: count,
            archived: z.boolean(),
          }),
        ),
      }),
      work: async (wanted) => {
        const since = wanted.activeMinutes === undefined ? 0 : now() - wanted.activeMinutes * 60_000;
        const { archived = false, offset = 0, limit = 200, search = '' } = wanted;
        const found = (await sessions.list()).filter(
          ({ key, agent, kind, updatedAt, isArchived }) =>
            (wanted.agentId === undefined || agent === wanted.agentId) &&
            (archived === 'all' || isArchived === archived) &&
            (wanted.includeGlobal !== false || kind !== 'global') &&
            (wanted.includeUnknown !== false || kind !== 'unknown') &&
            updatedAt >= since &&
            key.includes(search),
        );
        const rows = found.slice(offset, offset + limit).map(({ key, kind, agent, sessionId, channel, ...row }) => ({
          ...{ key, kind, agentId: agent, sessionId, channel },
          updatedAt: row.updatedAt,
          archived: row.isArchived,
        }));
        return answered({ ts: now(), count: found.length, sessions: rows });
      },
    }),
  ];
}
