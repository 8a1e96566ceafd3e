// Questions as clients of the reference protocol show them. What always holds: the text they show is the very text that people
// are to be shown, whole.

import { z } from 'zod';
import { boundedText } from '../../kernel/bounded-text.ts';
import { describeEffect } from '../../kernel/describe.ts';
import type { QuestionState, StoredQuestion } from '../../kernel/store.ts';

const count = z.int().min(0);

/** `allow-always` is never among them: what reaches further than one call takes a front that shows how far. */
const allowedDecisions = ['allow-once', 'deny'] as const;
const decisions = z.array(z.enum(allowedDecisions));

const common = {
  id: z.string(),
  urlPath: z.string(),
  createdAtMs: count,
  expiresAtMs: count,
  presentation: z.strictObject({
    kind: z.literal('exec'),
    commandText: z.string(),
    commandPreview: z.string(),
    warningText: z.string(),
    agentId: z.string(),
    allowedDecisions: decisions,
  }),
};
const resolved = {
  ...common,
  resolvedAtMs: count,
  source: z.strictObject({ agentId: z.string(), sessionKey: z.string() }),
};

/** An approval as `approval.get` answers it. */
export const approvalSnapshot = z.discriminatedUnion('status', [
  z.strictObject({ ...common, status: z.literal('pending'), sourceSessionKey: z.string() }),
  z.strictObject({
    ...resolved,
    status: z.literal('allowed'),
    decision: z.literal('allow-once'),
    reason: z.literal('user'),
  }),
  z.strictObject({ ...resolved, status: z.literal('denied'), decision: z.literal('deny'), reason: z.literal('user') }),
  z.strictObject({ ...resolved, status: z.literal('expired'), reason: z.literal('timeout') }),
  z.strictObject({ ...resolved, status: z.literal('cancelled'), reason: z.literal('run-aborted') }),
]);

const previewBytes = 512;

/** Writes an approval the way `approval.get` does. */
export function snapshotOf(stored: StoredQuestion): z.infer<typeof approvalSnapshot> {
  const { question, state, answers } = stored;
  const { id, caller, askedAt, deadline } = question;
  const source = { agentId: named(caller.agent), sessionKey: named(caller.session) };
  const shown = {
    ...{ id, urlPath: `/approvals/${id}`, createdAtMs: askedAt, expiresAtMs: deadline },
    presentation: {
      kind: 'exec' as const,
      commandText: question.text,
      commandPreview: previewOf(stored),
      warningText: question.sealed.decision.because,
      agentId: source.agentId,
      allowedDecisions: [...allowedDecisions],
    },
  };
  const ended = { ...shown, resolvedAtMs: answers.at(-1)?.at ?? deadline, source };
  switch (statusOf(state)) {
    case 'pending':
      return { ...shown, status: 'pending', sourceSessionKey: source.sessionKey };
    case 'allowed':
      return { ...ended, status: 'allowed', decision: 'allow-once', reason: 'user' };
    case 'denied':
      return { ...ended, status: 'denied', decision: 'deny', reason: 'user' };
    case 'expired':
      return { ...ended, status: 'expired', reason: 'timeout' };
    default:
      return { ...ended, status: 'cancelled', reason: 'run-aborted' };
  }
}

/** An approval as `exec.approval.list` lists it. */
export const listedApproval = z.strictObject({
  id: z.string(),
  request: z.strictObject({
    command: z.string(),
    commandPreview: z.string(),
    agentId: z.string(),
    sessionKey: z.string(),
    allowedDecisions: decisions,
  }),
  createdAtMs: count,
  expiresAtMs: count,
});

/** Writes an approval the way `exec.approval.list` does. */
export const listedOf = (stored: StoredQuestion): z.infer<typeof listedApproval> => ({
  id: stored.question.id,
  request: {
    command: stored.question.text,
    commandPreview: previewOf(stored),
    agentId: named(stored.question.caller.agent),
    sessionKey: named(stored.question.caller.session),
    allowedDecisions: [...allowedDecisions],
  },
  createdAtMs: stored.question.askedAt,
  expiresAtMs: stored.question.deadline,
});

/** The effects alone, for lists; the whole text is `commandText`. */
export const previewOf = ({ question }: StoredQuestion): string =>
  boundedText(question.sealed.action.effects.map((effect) => describeEffect(effect)).join('; '), previewBytes);

/** The reference wants a text that is not empty. */
const named = (text: string): string => (text === '' ? '-' : text);

/** What a state is called over there; `edited` denies this call, and asks anew for another. */
export function statusOf(state: QuestionState): 'pending' | 'allowed' | 'denied' | 'expired' | 'cancelled' {
  switch (state) {
    case 'pending':
      return 'pending';
    case 'approved':
    case 'claimed':
    case 'consumed':
      return 'allowed';
    case 'declined':
    case 'edited':
      return 'denied';
    case 'expired':
      return 'expired';
    case 'cancelled':
    case 'superseded':
      return 'cancelled';
    default:
      return state satisfies never;
  }
}
