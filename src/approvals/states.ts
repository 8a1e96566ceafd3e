// The life of a question, as pure functions: what an answer, a claim, the intent, the deadline, a cancellation or another
// question in its place makes of it. The store runs them while nobody else can change the question, so each sees the truth of
// its moment. pending → approved | declined | edited | expired | cancelled; approved → claimed → consumed; and what a call
// no longer asks is superseded. Nothing else.

import { digestOf } from '../kernel/canonical.ts';
import { type Discretion, ledgerEntry } from '../kernel/ledger-entry.ts';
import type { Clock, LedgerEntry, LedgerReceipt } from '../kernel/ports.ts';
import { draftRecord } from '../kernel/record-draft.ts';
import type { QuestionChange, QuestionState, RecordDraft, StoredQuestion } from '../kernel/store.ts';
import type { AnswerScope, JsonObject } from '../kernel/types.ts';
import { countedRights } from './counted.ts';
import { judgeReply } from './judge-reply.ts';
import type { Directory, Person } from './people.ts';
import { missing as missingOf } from './rights.ts';

/** What a person says. `digest` is that of the question they saw. */
export interface Reply {
  readonly kind: 'approve' | 'decline' | 'edit';
  readonly digest: string;
  readonly reason: string;
  readonly scope: AnswerScope;
  /** Which pattern of the question is accepted; 0 for none. */
  readonly pattern: number;
  /** What proves it beyond the transport it came through: checked before it gets here, kept as it is. */
  readonly proof: JsonObject;
  /** With `edit`: the arguments it shall have. */
  readonly args: JsonObject | null;
}

/** What came of a reply. */
export type Replied =
  | { readonly kind: 'counted'; readonly state: QuestionState; readonly missing: number }
  | { readonly kind: 'refused'; readonly because: string };

/** When a change happens, by which process, and how secrets are kept out of its record. */
export interface Moment extends Discretion {
  readonly now: number;
  readonly instance: string;
  readonly isAlive: (instance: string) => boolean;
}

/** The moment of a change by this process. */
export const momentOf =
  ({ clock, instance, isAlive, redact, findPrivate }: Omit<Moment, 'now'> & { readonly clock: Pick<Clock, 'now'> }) =>
  (): Moment => ({ now: Math.trunc(clock.now()), instance, isAlive, redact, findPrivate });

type Current = StoredQuestion | null;

/** A person answers. */
export function answered(
  current: Current,
  id: string,
  reply: Reply,
  person: Person | undefined,
  directory: Directory,
  moment: Moment,
): QuestionChange<Replied> {
  const judged = judgeReply(current, id, reply, person, directory, moment.now);
  if (current === null || judged.kind === 'refused') {
    return unchanged<Replied>({ kind: 'refused', because: judged.kind === 'refused' ? judged.because : '' });
  }
  const { answer } = judged;
  const { kind, reason, scope, pattern, proof, args, delegation } = answer;
  const answers = [...current.answers, answer];
  const { terms } = current.question.sealed.decision;
  const missing = missingOf(terms, countedRights({ ...current, answers }, directory, moment.now));
  const state = stateAfter(kind, missing);
  const right = delegation === '' ? {} : { for: answer.authority, delegation };
  const said = {
    answer: kind,
    by: answer.person,
    ...right,
    reason,
    scope,
    pattern,
    proof,
    ...(args === null ? {} : { args, argsDigest: digestOf(args) }),
    state,
  };
  return {
    next: { ...current, answers, state },
    record: answerRecord(current, said, moment),
    result: () => ({ kind: 'counted', state, missing }),
  };
}

function stateAfter(kind: Reply['kind'], missing: number): QuestionState {
  switch (kind) {
    case 'approve':
      return missing === 0 ? 'approved' : 'pending';
    case 'decline':
      return 'declined';
    case 'edit':
      return 'edited';
    default:
      return kind satisfies never;
  }
}

/**
 * A process takes the approval for the call it is about to make: for its own digest, before the deadline, given by people
 * who may still give it. What a process took that has died since may be taken again, for it never got to its intent.
 */
export function claimed(
  current: Current,
  digest: string,
  directory: Directory,
  moment: Moment,
): QuestionChange<boolean> {
  const { now, instance, isAlive } = moment;
  const isFree = current?.state === 'approved' || (current?.state === 'claimed' && !isAlive(current.instance));
  const isOpen = isFree && current.question.sealed.digest === digest && now < current.question.deadline;
  if (!isOpen) return unchanged(false);
  const { terms } = current.question.sealed.decision;
  if (missingOf(terms, countedRights(current, directory, now)) > 0) return unchanged(false);
  return {
    next: { ...current, state: 'claimed', instance },
    record: draftOf('approval-claimed', current, { by: approvers(current), instance }, moment),
    result: () => true,
  };
}

/** The intent goes to disk, and with it the claim of this process is used up. */
export function consumed(
  current: Current,
  digest: string,
  intent: LedgerEntry,
  { now, instance }: Moment,
): QuestionChange<LedgerReceipt | null> {
  const isOurs =
    current?.state === 'claimed' && current.instance === instance && current.question.sealed.digest === digest;
  if (!isOurs) return unchanged(null);
  return {
    next: { ...current, state: 'consumed' },
    record: draftRecord(intent, now),
    result: (place) => place,
  };
}

/** Ends a question that is still pending; hands back how it stands afterwards. */
export function ended(
  current: Current,
  state: 'expired' | 'cancelled',
  because: string,
  moment: Moment,
): QuestionChange<Current> {
  if (current?.state !== 'pending') return unchanged(current);
  const next: StoredQuestion = { ...current, state };
  const record = answerRecord(current, { answer: state, by: '', reason: because, state }, moment);
  return { next, record, result: () => next };
}

/** The call asks something else now: whatever was said to this question opens nothing any more. */
export function superseded(current: Current, because: string, moment: Moment): QuestionChange<boolean> {
  const { state } = current ?? {};
  const isOpen = state === 'pending' || state === 'approved' || (state === 'claimed' && isLeft(current, moment));
  if (current === null || !isOpen) return unchanged(false);
  const said = { answer: 'superseded', by: '', reason: because, state: 'superseded' };
  const record = answerRecord(current, said, moment);
  return { next: { ...current, state: 'superseded' }, record, result: () => true };
}

/** Another process goes on waiting for what a dead one asked; hands back how it stands, null if it is not ours to take. */
export function continued(current: Current, moment: Moment): QuestionChange<Current> {
  if (current === null || !isUnused(current.state) || !isLeft(current, moment)) return unchanged(null);
  if (current.instance === moment.instance) return unchanged(current);
  // A claim stays with the one that is gone, for `claimed` to take over.
  const next = current.state === 'claimed' ? current : { ...current, instance: moment.instance };
  const record = draftOf('approval-continued', current, { instance: moment.instance, state: current.state }, moment);
  return { next, record, result: () => next };
}

/** A call can go on with it: it waits, or was answered and nothing came of that yet. */
export const isUnused = (state: QuestionState): boolean =>
  state === 'pending' || state === 'approved' || state === 'declined' || state === 'claimed';

/** Nobody else waits for it. */
export const isLeft = (stored: StoredQuestion | null, { instance, isAlive }: Moment): boolean =>
  stored !== null && (stored.instance === instance || !isAlive(stored.instance));

/** The different people who approved. */
export const approvers = ({ answers }: StoredQuestion): readonly string[] => [
  ...new Set(answers.filter(({ kind }) => kind === 'approve').map(({ person }) => person)),
];

/** The question as it stands at `now`: a pending one whose deadline passed is expired, whoever notices first. */
export const asOf = (stored: StoredQuestion, now: number): StoredQuestion =>
  stored.state === 'pending' && now >= stored.question.deadline ? { ...stored, state: 'expired' } : stored;

const unchanged = <T>(result: T): QuestionChange<T> => ({ next: null, record: null, result: () => result });

const answerRecord = (stored: StoredQuestion, said: object, moment: Moment): RecordDraft =>
  draftOf('approval-answered', stored, said, moment);

function draftOf(type: LedgerEntry['type'], { question }: StoredQuestion, said: object, moment: Moment): RecordDraft {
  const { id, callId, caller, sealed } = question;
  const body = { approval: id, call: callId, run: caller.run, digest: sealed.digest, ...said };
  return draftRecord(ledgerEntry(type, body, moment, [sealed.action]), moment.now);
}
