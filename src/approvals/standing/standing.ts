// The life of a standing approval, as pure functions: it is made by the answer that completes an approval, used by claims, and
// ends when it is used up, revoked or over. The store runs them while nobody else can change the question or any of them.

import { canonicalJson } from '../../kernel/canonical.ts';
import { draftRecord } from '../../kernel/record-draft.ts';
import type {
  QuestionChange,
  RecordDraft,
  StandingApproval,
  StandingChange,
  StoredAnswer,
  StoredQuestion,
} from '../../kernel/store.ts';
import type { AnswerScope, Json } from '../../kernel/types.ts';
import { countedRights } from '../counted.ts';
import type { Directory } from '../people.ts';
import { replyBounds } from '../reply/reply.ts';
import { missing } from '../rights.ts';
import type { Moment, Replied, Reply } from '../states.ts';
import { isWithin, patternLine, patternWords, reachOf, whyOnlyOnce } from './offer.ts';

/** Standing approvals that may be open at once. */
export const standingMax = 100;

type Current = StoredQuestion | null;
type Open = readonly StandingApproval[];

/** Why a reply cannot reach as far as it says, or ''. */
export function whyNotSoFar(
  current: Current,
  { kind, scope, pattern }: Pick<Reply, 'kind' | 'scope' | 'pattern'>,
  open: Open,
  now: number,
): string {
  if (current === null || kind !== 'approve' || (scope.kind === 'once' && pattern === 0)) return '';
  const { question } = current;
  const only = whyOnlyOnce(question.sealed);
  if (only !== '') return `\`${question.id}\` can be approved once only: ${only}`;
  if (pattern > 0) {
    const words = patternWords(question.sealed);
    // A line of its own: the same words inside an argument offer nothing.
    const isShown = words !== null && question.text.split('\n').some((line) => line.trim() === patternLine(words));
    if (pattern !== 1 || !isShown) return `\`${question.id}\` shows no pattern ${pattern}`;
    if (scope.kind === 'once') return 'a pattern needs to be told how far, such as `for 2h`';
  }
  if (scope.kind === 'uses' && !(Number.isSafeInteger(scope.max) && scope.max >= 1 && scope.max <= replyBounds.uses))
    return `an approval can be used 1 to ${replyBounds.uses} times`;
  if (scope.kind === 'until' && !(scope.at > now)) return 'an approval cannot end before it begins';
  if (scope.kind === 'until' && scope.at > now + replyBounds.scopeMs) return 'an approval lasts 7 days at most';
  if (open.filter(({ until }) => until > now).length >= standingMax)
    return `${standingMax} standing approvals are open already: revoke some with \`sallyport approvals grants revoke\``;
  return '';
}

/** The answer as it was counted; if it completes an approval that reaches further, with that, in the same transaction. */
export function withStanding(
  counted: QuestionChange<Replied>,
  id: string,
  open: Open,
  moment: Moment,
): StandingChange<Replied> {
  const { next, record } = counted;
  const over = open.filter(({ until }) => until <= moment.now).map((one) => ({ ...one, state: 'over' as const }));
  const made = next?.state === 'approved' && record !== null ? standingFrom(next, id, moment.now) : null;
  if (made === null || record === null) return { ...counted, standing: over };
  const { usesLeft, until, reach } = made;
  const told = { id, usesLeft, until, words: reach.words };
  return { ...counted, record: withMember(record, 'standing', told), standing: [...over, made] };
}

/** What all who approved said at least: the narrowest counts. Null if that is this call alone. */
function standingFrom({ question, answers }: StoredQuestion, id: string, now: number): StandingApproval | null {
  const approvals = answers.filter(({ kind }) => kind === 'approve');
  const scopes = approvals.map(({ scope }) => scope);
  if (approvals.length === 0 || scopes.some(({ kind }) => kind === 'once')) return null;
  const uses = Math.min(...scopes.map(usesOf)) - 1;
  const until = Math.min(now + replyBounds.scopeMs, ...scopes.map(endOf));
  if (uses <= 0 || until <= now) return null;
  return {
    id,
    question: question.id,
    state: 'open',
    tool: question.sealed.action.tool,
    args: question.sealed.action.args,
    reach: reachOf(
      question,
      approvals.every(({ pattern }) => pattern === 1),
    ),
    answers: approvals,
    usesLeft: Number.isFinite(uses) ? uses : null,
    at: now,
    until,
  };
}

const usesOf = (scope: AnswerScope): number => (scope.kind === 'uses' ? scope.max : Number.POSITIVE_INFINITY);
const endOf = (scope: AnswerScope): number => (scope.kind === 'until' ? scope.at : Number.POSITIVE_INFINITY);

/** Answers a question by an approval that stands, in the names of those who gave it; hands back how it is afterwards. */
export function answeredByStanding(
  current: Current,
  open: Open,
  directory: Directory,
  moment: Moment,
): StandingChange<Current> {
  if (current?.state !== 'pending' || current.answers.length > 0) return unchanged(current);
  const { terms } = current.question.sealed.decision;
  const found = fitting(current, open, moment.now)
    .map((one) => ({ id: one.id, next: answeredBy(current, one, moment.now) }))
    // Where those who gave it may not answer any more, people are asked.
    .find(({ next }) => missing(terms, countedRights(next, directory, moment.now)) === 0);
  if (found === undefined) return unchanged(current);
  const { next } = found;
  const { answers } = next;
  const by = [...new Set(answers.map(({ person }) => person))].join(', ');
  const record = recordOf(
    next,
    'approval-answered',
    { answer: 'approve', by, standing: found.id, state: 'approved' },
    moment,
  );
  return { next, record, standing: [], result: () => next };
}

function answeredBy(current: StoredQuestion, { id, answers }: StandingApproval, now: number): StoredQuestion {
  const given = answers.map(
    (answer): StoredAnswer => ({ ...answer, at: now, proof: { ...answer.proof, standing: id } }),
  );
  return { ...current, answers: given, state: 'approved' };
}

const fitting = ({ question }: StoredQuestion, open: Open, now: number): readonly StandingApproval[] =>
  open.filter((one) => isUsable(one, now) && isWithin(one.reach, question));

const isUsable = ({ state, until, usesLeft }: StandingApproval, now: number): boolean =>
  state === 'open' && until > now && usesLeft !== 0;

/** The claim as it was decided; of a call that a standing approval answered, one use goes with it, or there is no claim. */
export function withUse(
  current: Current,
  claim: QuestionChange<boolean>,
  open: Open,
  { now }: Moment,
): StandingChange<boolean> {
  const id = current === null ? '' : standingIn(current);
  if (current === null || id === '' || claim.next === null || claim.record === null) return { ...claim, standing: [] };
  // Whoever takes over a claim finds its use taken.
  if (current.state !== 'approved') return { ...claim, standing: [] };
  const found = open.find((one) => one.id === id && isUsable(one, now) && isWithin(one.reach, current.question));
  if (found === undefined) return { ...unchanged(false), result: () => false };
  const usesLeft = found.usesLeft === null ? null : found.usesLeft - 1;
  const used: StandingApproval = { ...found, usesLeft, state: usesLeft === 0 ? 'used' : 'open' };
  return { ...claim, record: withMember(claim.record, 'standing', { id, usesLeft }), standing: [used] };
}

/** The standing approval that answered a question, or ''. */
export const standingIn = ({ answers }: StoredQuestion): string => {
  const marked = answers.map(({ proof }) => proof.standing);
  return marked.find((id): id is string => typeof id === 'string') ?? '';
};

/** Ends a standing approval; true if it was open. */
export function revoked(open: Open, id: string, by: string, { now }: Pick<Moment, 'now'>): StandingChange<boolean> {
  const found = open.find((one) => one.id === id && isUsable(one, now));
  if (found === undefined) return unchanged(false);
  const body = { standing: id, approval: found.question, digest: found.reach.digest, by };
  const record = draftRecord({ type: 'standing-revoked', body }, now);
  return { next: null, record, standing: [{ ...found, state: 'revoked' }], result: () => true };
}

const unchanged = <T>(result: T): StandingChange<T> => ({
  next: null,
  record: null,
  standing: [],
  result: () => result,
});

function recordOf(
  { question }: StoredQuestion,
  type: 'approval-answered',
  said: { readonly [key: string]: Json },
  { now }: Moment,
): RecordDraft {
  const { id, callId, caller, sealed } = question;
  const body = { approval: id, call: callId, run: caller.run, digest: sealed.digest, ...said };
  return draftRecord({ type, body }, now);
}

const withMember = (record: RecordDraft, name: string, value: Json): RecordDraft => ({
  ...record,
  body: canonicalJson({ ...JSON.parse(record.body), [name]: value }),
});
