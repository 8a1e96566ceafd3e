// `approval.*` and `exec.approval.*`: people see questions and answer them. What always holds: an answer is given for the
// person that the connection belongs to, never for one that a parameter names, and to the digest that the id stands for.

import { z } from 'zod';
import type { StoredQuestion } from '../../kernel/store.ts';
import type { Client } from '../admit.ts';
import type { GatewayPorts } from '../ports.ts';
import { type Answered, answered, refused } from '../protocol/error-shape.ts';
import { approvalSnapshot, listedApproval, listedOf, previewOf, snapshotOf, statusOf } from './approval-views.ts';
import { type Method, method } from './method.ts';

/** Told when a question was answered through the gateway. */
export type ApprovalResolved = (id: string, decision: 'allow-once' | 'deny', sessionKey: string) => void;

const id = z.string().min(1).max(128);
const decision = z.enum(['allow-once', 'allow-always', 'deny']);
type Decision = z.infer<typeof decision>;
const listMax = 200;

export function approvalMethods(ports: GatewayPorts, resolved: ApprovalResolved): readonly Method[] {
  const { approvals } = ports;
  const find = async (wanted: string): Promise<StoredQuestion | null> => approvals.show(wanted);
  return [
    method({
      name: 'exec.approval.list',
      summary: 'Questions that wait for people.',
      scope: 'operator.approvals',
      key: 'none',
      params: z.strictObject({}),
      result: z.array(listedApproval),
      work: async () => answered((await approvals.list(['pending'], listMax)).map(listedOf)),
    }),
    method({
      name: 'exec.approval.get',
      summary: 'One question that waits.',
      scope: 'operator.approvals',
      key: 'none',
      params: z.strictObject({ id }),
      result: z.strictObject({
        id: z.string(),
        commandText: z.string(),
        commandPreview: z.string(),
        allowedDecisions: z.array(z.string()),
        agentId: z.string(),
        expiresAtMs: z.int(),
      }),
      work: async ({ id }) => {
        const stored = await find(id);
        if (stored === null || stored.state !== 'pending') return notFound;
        const { presentation, expiresAtMs } = snapshotOf(stored);
        const { commandText, allowedDecisions, agentId } = presentation;
        return answered({ id, commandText, commandPreview: previewOf(stored), allowedDecisions, agentId, expiresAtMs });
      },
    }),
    method({
      name: 'exec.approval.resolve',
      summary: 'Answers a question, once, for the person that the client belongs to.',
      scope: 'operator.approvals',
      key: 'optional',
      params: z.strictObject({ id, decision, idempotencyKey: id.optional() }),
      result: z.strictObject({ ok: z.literal(true) }),
      work: async ({ id, decision }, { client }) => {
        const said = await resolve(await find(id), decision, '', client, ports, resolved);
        return said.kind === 'refused' ? said.answer : answered({ ok: true });
      },
    }),
    method({
      name: 'approval.get',
      summary: 'One question, whatever became of it.',
      scope: 'operator.approvals',
      key: 'none',
      params: z.strictObject({ id }),
      result: z.strictObject({ approval: approvalSnapshot }),
      work: async ({ id }) => {
        const stored = await find(id);
        return stored === null ? notFound : answered({ approval: snapshotOf(stored) });
      },
    }),
    method({
      name: 'approval.history',
      summary: 'Questions that were answered or ended, newest first.',
      scope: 'operator.approvals',
      key: 'none',
      params: z.strictObject({ limit: z.int().min(1).max(100).optional(), kind: z.literal('exec').optional() }),
      result: z.strictObject({ items: z.array(approvalSnapshot) }),
      work: async ({ limit = 50 }) => {
        const ended = (await approvals.list([], listMax)).filter(({ state }) => state !== 'pending');
        return answered({ items: ended.slice(0, limit).map(snapshotOf) });
      },
    }),
    method({
      name: 'approval.resolve',
      summary: 'Answers a question, once; `digest` (ours) binds the answer to what was shown.',
      scope: 'operator.approvals',
      key: 'optional',
      params: z.strictObject({
        id,
        kind: z.literal('exec'),
        decision,
        digest: z.string().max(128).optional(),
        idempotencyKey: id.optional(),
      }),
      result: z.strictObject({ applied: z.boolean(), approval: approvalSnapshot }),
      work: async ({ id, decision, digest = '' }, { client }) => {
        const before = await find(id);
        if (before !== null && before.state !== 'pending')
          return answered({ applied: false, approval: snapshotOf(before) });
        const said = await resolve(before, decision, digest, client, ports, resolved);
        if (said.kind === 'refused') return said.answer;
        const after = await find(id);
        return after === null ? notFound : answered({ applied: true, approval: snapshotOf(after) });
      },
    }),
  ];
}

const notFound: Answered = refused(
  'APPROVAL_NOT_FOUND',
  'there is no such approval that waits: see `exec.approval.list`',
  {
    reason: 'APPROVAL_NOT_FOUND',
  },
);

type Resolved = { readonly kind: 'counted' } | { readonly kind: 'refused'; readonly answer: Answered };
const refuse = (answer: Answered): Resolved => ({ kind: 'refused', answer });

/** The one place of the gateway where an answer comes in. */
async function resolve(
  stored: StoredQuestion | null,
  decision: Decision,
  digest: string,
  { identity }: Client,
  { approvals, people }: GatewayPorts,
  resolved: ApprovalResolved,
): Promise<Resolved> {
  if (stored === null || statusOf(stored.state) !== 'pending') return refuse(notFound);
  if (decision === 'allow-always') {
    const because = 'one call at a time is approved here: decide `allow-once`, or write a rule that allows more';
    return refuse(refused('INVALID_REQUEST', because));
  }
  const { question } = stored;
  if (digest !== '' && digest !== question.sealed.digest)
    return refuse(refused('INVALID_REQUEST', 'the digest is not that of this approval: look at it again'));
  const person = await people.personOf(identity);
  if (person === null) {
    const because = `\`${identity}\` is not an identity of anybody among the \`people\` in config.yaml, so it answers nothing`;
    return refuse(refused('FORBIDDEN', because));
  }
  const kind = decision === 'deny' ? 'decline' : 'approve';
  const scope = { kind: 'once' } as const;
  const said = { kind, digest: question.sealed.digest, reason: '', scope, pattern: 0, args: null } as const;
  const replied = await approvals.answer(question.id, said, { id: person });
  if (replied.kind === 'refused') return refuse(refused('FORBIDDEN', replied.because));
  resolved(question.id, decision, question.caller.session);
  return { kind: 'counted' };
}
