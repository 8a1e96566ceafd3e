// `audit.list`: runs and calls of the ledger as the reference lists them, without their contents. The records themselves are
// read with `sallyport audit`.

import { z } from 'zod';
import { jsonCopy } from '../../kernel/canonical.ts';
import type { Json, JsonObject } from '../../kernel/types.ts';
import type { AuditRecord, GatewayPorts } from '../ports.ts';
import { answered, refused } from '../protocol/error-shape.ts';
import { type Method, method } from './method.ts';

const kinds = z.enum(['agent_run', 'tool_action']);
const statuses = z.enum(['started', 'succeeded', 'failed', 'cancelled', 'timed_out', 'blocked', 'unknown']);
type Status = z.infer<typeof statuses>;
const id = z.string().min(1).max(512);

const auditEvent = z.strictObject({
  eventId: z.string(),
  sequence: z.int().min(1),
  sourceSequence: z.int().min(1),
  occurredAt: z.int().min(0),
  kind: kinds,
  action: z.enum(['agent.run.started', 'agent.run.finished', 'tool.action.started', 'tool.action.finished']),
  status: statuses,
  errorCode: z.enum(['run_failed', 'run_cancelled', 'tool_failed', 'tool_blocked', 'tool_outcome_unknown']).optional(),
  actor: z.strictObject({ type: z.literal('agent'), id: z.string() }),
  agentId: z.string(),
  sessionKey: z.string().optional(),
  runId: z.string(),
  toolCallId: z.string().optional(),
  toolName: z.string().optional(),
  redaction: z.literal('metadata_only'),
});
type AuditEvent = z.infer<typeof auditEvent>;

/** Records that are looked at for one answer. */
const lookedAtMax = 5_000;
const pageRecords = 500;

export function auditMethods({ ledger }: GatewayPorts): readonly Method[] {
  return [
    method({
      name: 'audit.list',
      summary: 'Runs and calls of the ledger, newest first, without their contents.',
      scope: 'operator.read',
      key: 'none',
      params: z.strictObject({
        agentId: id.optional(),
        sessionKey: id.optional(),
        runId: id.optional(),
        kind: kinds.optional(),
        status: statuses.optional(),
        after: z.int().min(0).optional(),
        before: z.int().min(0).optional(),
        limit: z.int().min(1).max(500).optional(),
        cursor: z.string().min(1).max(64).optional(),
      }),
      result: z.strictObject({ events: z.array(auditEvent), nextCursor: z.string().optional() }),
      work: async (wanted) => {
        const { limit = 100, cursor } = wanted;
        if (cursor !== undefined && !/^\d{1,15}$/.test(cursor))
          return refused('INVALID_REQUEST', 'this cursor is not one of ours: use `nextCursor` of an answer');
        const events: AuditEvent[] = [];
        let before = cursor === undefined ? null : Number(cursor);
        for (let looked = 0; looked < lookedAtMax; ) {
          const filter = {
            limit: pageRecords,
            before,
            type: null,
            run: wanted.runId ?? null,
            call: null,
            digest: null,
          };
          const page = await ledger.list(filter);
          if (page.length === 0) return answered({ events: rows(events) });
          for (const record of page) {
            before = record.seq;
            looked += 1;
            const event = eventOf(record);
            if (event !== null && isWanted(event, wanted)) events.push(event);
            if (events.length >= limit) return answered({ events: rows(events), nextCursor: String(before) });
          }
        }
        return answered({ events: rows(events), nextCursor: String(before) });
      },
    }),
  ];
}

interface Wanted {
  readonly agentId?: string | undefined;
  readonly sessionKey?: string | undefined;
  readonly kind?: AuditEvent['kind'] | undefined;
  readonly status?: Status | undefined;
  readonly after?: number | undefined;
  readonly before?: number | undefined;
}

const isWanted = (event: AuditEvent, wanted: Wanted): boolean =>
  (wanted.agentId ?? event.agentId) === event.agentId &&
  (wanted.sessionKey ?? event.sessionKey) === event.sessionKey &&
  (wanted.kind ?? event.kind) === event.kind &&
  (wanted.status ?? event.status) === event.status &&
  event.occurredAt >= (wanted.after ?? 0) &&
  event.occurredAt <= (wanted.before ?? Number.MAX_SAFE_INTEGER);

type Told = Pick<AuditEvent, 'kind' | 'action' | 'status' | 'errorCode'>;

function eventOf({ seq, at, type, body, hash }: AuditRecord): AuditEvent | null {
  const told = toldBy(type, body);
  if (told === null) return null;
  const caller = objectIn(body.caller);
  const agentId = textIn(caller.agent);
  const [sessionKey, toolCallId, toolName] = [textIn(caller.session), textIn(body.call), textIn(body.tool)];
  return {
    ...{ eventId: hash, sequence: seq, sourceSequence: seq, occurredAt: at, ...told },
    actor: { type: 'agent', id: agentId === '' ? '-' : agentId },
    agentId: agentId === '' ? '-' : agentId,
    ...(sessionKey === '' ? {} : { sessionKey }),
    runId: textIn(body.run) || textIn(caller.run) || '-',
    ...(toolCallId === '' ? {} : { toolCallId }),
    ...(toolName === '' ? {} : { toolName }),
    redaction: 'metadata_only',
  };
}

function toldBy(type: string, body: JsonObject): Told | null {
  switch (type) {
    case 'run-started':
    case 'run-continued':
      return { kind: 'agent_run', action: 'agent.run.started', status: 'started' };
    case 'run-ended':
      return { kind: 'agent_run', action: 'agent.run.finished', ...runStatus(textIn(body.phase)) };
    case 'call-intended':
      return { kind: 'tool_action', action: 'tool.action.started', status: 'started' };
    case 'call-finished':
      return { kind: 'tool_action', action: 'tool.action.finished', ...callStatus(textIn(body.outcome)) };
    case 'call-refused':
      return { kind: 'tool_action', action: 'tool.action.finished', status: 'blocked', errorCode: 'tool_blocked' };
    default:
      return null;
  }
}

function runStatus(phase: string): Pick<Told, 'status' | 'errorCode'> {
  if (phase === 'end') return { status: 'succeeded' };
  return phase === 'aborted'
    ? { status: 'cancelled', errorCode: 'run_cancelled' }
    : { status: 'failed', errorCode: 'run_failed' };
}

function callStatus(outcome: string): Pick<Told, 'status' | 'errorCode'> {
  if (outcome === 'ok') return { status: 'succeeded' };
  return outcome === 'failed'
    ? { status: 'failed', errorCode: 'tool_failed' }
    : { status: 'unknown', errorCode: 'tool_outcome_unknown' };
}

const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');
const objectIn = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});
const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const rows = (events: readonly AuditEvent[]): readonly JsonObject[] => events.map((event) => jsonCopy(event));
