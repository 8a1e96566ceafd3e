// The life of a question, as pure functions: what an answer, a claim, the intent, the deadline, a cancellation or another
// question in its place makes of it. The store runs them while nobody else can change the question, so each sees the truth of
// its moment. pending → approved | declined | edited | expired | cancelled; approved → claimed → consumed; and what a call
// no longer asks is superseded. Nothing else.

import { jsonCopy } from '../kernel/canonical.ts';
import type { LedgerEntry, LedgerReceipt } from '../kernel/ports.ts';
import { draftRecord } from '../kernel/record-draft.ts';
import type { QuestionChange, QuestionState, RecordDraft, StoredAnswer, StoredQuestion } from '../kernel/store.ts';
import type { AnswerScope, JsonObject } from '../kernel/types.ts';
import { type Person, whyNotAnswer } from './people.ts';

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
export interface Moment {
  readonly now: number;
  readonly instance: string;
  readonly isAlive: (instance: string) => boolean;
  readonly redact: (text: string) => string;
}

type Current = StoredQuestion | null;

const reasonLettersMax = 2_000;

/** A person answers. */
export function answered(
  current: Current,
  id: string,
  reply: Reply,
  person: Person | undefined,
  moment: Moment,
): QuestionChange<Replied> {
  const refusal = refusalOf(current, id, reply, person, moment.now);
  if (current === null || person === undefined || refusal !== '') {
    return unchanged<Replied>({ kind: 'refused', because: refusal });
  }
  const { kind, reason, scope, pattern, proof, args } = reply;
  const answer: StoredAnswer = { person: person.id, kind, reason, at: moment.now, scope, pattern, proof, args };
  const answers = [...current.answers, answer];
  const missing = Math.max(0, current.question.sealed.decision.terms.count - approvers({ ...current, answers }).length);
  const state = stateAfter(kind, missing);
  const said = { answer: kind, by: person.id, reason, scope, pattern, proof, args: args ?? undefined, state };
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
  people: readonly Person[],
  moment: Moment,
): QuestionChange<boolean> {
  const { now, instance, isAlive } = moment;
  const isFree = current?.state === 'approved' || (current?.state === 'claimed' && !isAlive(current.instance));
  const isOpen = isFree && current.question.sealed.digest === digest && now < current.question.deadline;
  if (!isOpen || !isStanding(current, people)) return unchanged(false);
  return {
    next: { ...current, state: 'claimed', instance },
    record: draftOf('approval-claimed', current, { by: approvers(current), instance }, moment),
    result: () => true,
  };
}

/** Enough of those who approved may still do so. */
function isStanding(stored: StoredQuestion, people: readonly Person[]): boolean {
  const { terms } = stored.question.sealed.decision;
  const { requestedBy } = stored.question.caller;
  const standing = approvers(stored).filter((id) => {
    const person = people.find((known) => known.id === id);
    return whyNotAnswer(person, terms, requestedBy) === '';
  });
  return standing.length >= terms.count;
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

function refusalOf(stored: Current, id: string, reply: Reply, person: Person | undefined, now: number): string {
  if (stored === null) return `there is no approval \`${id}\`: see \`sallyport approvals list\``;
  const { question, answers } = stored;
  const { terms } = question.sealed.decision;
  const settled = settledText(asOf(stored, now));
  if (settled !== '') return settled;
  const mayNot = whyNotAnswer(person, terms, question.caller.requestedBy);
  if (mayNot !== '') return `could not answer approval \`${id}\`: ${mayNot}`;
  if (reply.digest !== question.sealed.digest) {
    return `approval \`${id}\` is for another action than the one you saw: look again with \`sallyport approvals show ${id}\``;
  }
  if (reply.reason.length > reasonLettersMax)
    return `the reason is longer than ${reasonLettersMax} characters: shorten it`;
  if (reply.kind === 'edit' && reply.args === null) return 'an edit needs the arguments that the call shall have';
  // Who approved may still decline while others are asked: stopping is always possible.
  const isAgain = reply.kind === 'approve' && answers.some((answer) => answer.person === person?.id);
  return isAgain ? `you approved \`${id}\` already; it needs ${terms.count} different people` : '';
}

/** Why a question takes no answer any more, or ''. */
function settledText({ question, state, answers }: StoredQuestion): string {
  const { id } = question;
  const kindOf = { declined: 'decline', edited: 'edit' } as const;
  const settling = state === 'declined' || state === 'edited' ? kindOf[state] : 'approve';
  const by = answers.filter(({ kind }) => kind === settling).map(({ person }) => person);
  switch (state) {
    case 'pending':
      return '';
    case 'approved':
    case 'declined':
    case 'edited':
      return `approval \`${id}\` was ${state} by ${by.join(', ')} already`;
    case 'claimed':
    case 'consumed':
      return `approval \`${id}\` was approved by ${by.join(', ')} already, and used`;
    case 'expired':
      return `approval \`${id}\` expired at ${new Date(question.deadline).toISOString()}: the call was declined and has to ask anew`;
    case 'cancelled':
      return `approval \`${id}\` was cancelled: the call that asked no longer waits`;
    case 'superseded':
      return `approval \`${id}\` was replaced by another question, because the call changed: see \`sallyport approvals list\``;
    default:
      return state satisfies never;
  }
}

const answerRecord = (stored: StoredQuestion, said: object, moment: Moment): RecordDraft =>
  draftOf('approval-answered', stored, said, moment);

function draftOf(type: LedgerEntry['type'], { question }: StoredQuestion, said: object, moment: Moment): RecordDraft {
  const { id, callId, caller, sealed } = question;
  const body = { approval: id, call: callId, run: caller.run, digest: sealed.digest, ...said };
  return draftRecord({ type, body: jsonCopy(body, moment.redact) }, moment.now);
}
