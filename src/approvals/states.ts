// The life of a question, as pure functions: what an answer, a claim, the deadline or a cancellation makes of it. The
// store runs them while nobody else can change the question, so each sees the truth of its moment.
// pending → approved | declined | expired | cancelled; approved → consumed. Nothing else.

import { jsonCopy } from '../kernel/canonical.ts';
import { draftRecord } from '../kernel/record-draft.ts';
import type { QuestionChange, QuestionState, RecordDraft, StoredAnswer, StoredQuestion } from '../kernel/store.ts';
import { type Person, whyNotAnswer } from './people.ts';

/** What a person says. `digest` is that of the question they saw. */
export interface Reply {
  readonly kind: 'approve' | 'decline';
  readonly digest: string;
  readonly reason: string;
}

/** What came of a reply. */
export type Replied =
  | { readonly kind: 'counted'; readonly state: QuestionState; readonly missing: number }
  | { readonly kind: 'refused'; readonly because: string };

/** When a change happens, and how secrets are kept out of its record. */
export interface Moment {
  readonly now: number;
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
    return { next: null, record: null, result: { kind: 'refused', because: refusal } };
  }
  const answer: StoredAnswer = { person: person.id, kind: reply.kind, reason: reply.reason, at: moment.now };
  const answers = [...current.answers, answer];
  const missing = Math.max(0, current.question.sealed.decision.terms.count - approvers({ ...current, answers }).length);
  const state: QuestionState = reply.kind === 'decline' ? 'declined' : missing === 0 ? 'approved' : 'pending';
  const said = { answer: reply.kind, by: person.id, reason: reply.reason, state };
  return {
    next: { ...current, answers, state },
    record: answerRecord(current, said, moment),
    result: { kind: 'counted', state, missing },
  };
}

/** The call uses its approval: once, for its own digest, before the deadline, given by people who may still give it. */
export function claimed(
  current: Current,
  digest: string,
  people: readonly Person[],
  now: number,
): QuestionChange<boolean> {
  const isOpen =
    current?.state === 'approved' && current.question.sealed.digest === digest && now < current.question.deadline;
  if (!isOpen) return { next: null, record: null, result: false };
  const { terms } = current.question.sealed.decision;
  const { requestedBy } = current.question.caller;
  const standing = approvers(current).filter((id) => {
    const person = people.find((known) => known.id === id);
    return whyNotAnswer(person, terms, requestedBy) === '';
  });
  if (standing.length < terms.count) return { next: null, record: null, result: false };
  return { next: { ...current, state: 'consumed' }, record: null, result: true };
}

/** Ends a question that is still pending; hands back how it stands afterwards. */
export function ended(
  current: Current,
  state: 'expired' | 'cancelled',
  because: string,
  moment: Moment,
): QuestionChange<Current> {
  if (current?.state !== 'pending') return { next: null, record: null, result: current };
  const next: StoredQuestion = { ...current, state };
  return {
    next,
    record: answerRecord(current, { answer: state, by: '', reason: because, state }, moment),
    result: next,
  };
}

/** The different people who approved. */
export const approvers = ({ answers }: StoredQuestion): readonly string[] => [
  ...new Set(answers.filter(({ kind }) => kind === 'approve').map(({ person }) => person)),
];

/** The question as it stands at `now`: a pending one whose deadline passed is expired, whoever notices first. */
export const asOf = (stored: StoredQuestion, now: number): StoredQuestion =>
  stored.state === 'pending' && now >= stored.question.deadline ? { ...stored, state: 'expired' } : stored;

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
  // Who approved may still decline while others are asked: stopping is always possible.
  const isAgain = reply.kind === 'approve' && answers.some((answer) => answer.person === person?.id);
  return isAgain ? `you approved \`${id}\` already; it needs ${terms.count} different people` : '';
}

/** Why a question takes no answer any more, or ''. */
function settledText({ question, state, answers }: StoredQuestion): string {
  const { id } = question;
  const by = answers
    .filter(({ kind }) => kind === (state === 'declined' ? 'decline' : 'approve'))
    .map(({ person }) => person);
  switch (state) {
    case 'pending':
      return '';
    case 'approved':
    case 'declined':
      return `approval \`${id}\` was ${state} by ${by.join(', ')} already`;
    case 'consumed':
      return `approval \`${id}\` was approved by ${by.join(', ')} already, and used`;
    case 'expired':
      return `approval \`${id}\` expired at ${new Date(question.deadline).toISOString()}: the call was declined and has to ask anew`;
    case 'cancelled':
      return `approval \`${id}\` was cancelled: the call that asked no longer waits`;
    default:
      return state satisfies never;
  }
}

function answerRecord(
  { question }: StoredQuestion,
  said: { readonly [key: string]: string },
  { now, redact }: Moment,
): RecordDraft {
  const { id, callId, caller, sealed } = question;
  const body = { approval: id, call: callId, run: caller.run, digest: sealed.digest, ...said };
  return draftRecord({ type: 'approval-answered', body: jsonCopy(body, redact) }, now);
}
