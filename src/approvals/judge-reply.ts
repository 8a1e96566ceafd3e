// Whether a reply counts as an answer: the question still takes one, the person may give it, it is about what they saw, and it
// comes with the proof that the rule demands.

import type { StoredAnswer, StoredQuestion } from '../kernel/store.ts';
import type { StepUp } from '../kernel/types.ts';
import type { Directory, Person } from './people.ts';
import { isProven } from './proven.ts';
import { askedIn, type Right, standingOf } from './rights.ts';
import { asOf, type Reply } from './states.ts';

export type JudgedReply =
  | { readonly kind: 'counts'; readonly answer: StoredAnswer }
  | { readonly kind: 'refused'; readonly because: string };

type Unproven = Omit<Reply, 'proof'>;

const reasonLettersMax = 2_000;

/** The answer that this reply is, or why it is none. */
export function judgeReply(
  stored: StoredQuestion | null,
  id: string,
  reply: Reply,
  person: Person | undefined,
  directory: Directory,
  now: number,
): JudgedReply {
  const judged = rightOfReply(stored, id, reply, person, directory, now);
  if (judged.kind === 'refused' || stored === null || person === undefined)
    return judged.kind === 'refused' ? judged : refused(noQuestion(id));
  const { authority, delegation } = judged.right;
  const { kind, reason, scope, pattern, proof, args } = reply;
  const answer: StoredAnswer = {
    person: person.id,
    authority,
    delegation,
    kind,
    reason,
    at: now,
    scope,
    pattern,
    proof,
    args,
  };
  // An edit opens nothing by itself: what comes of it is judged anew, and asked about under the same terms.
  if (kind === 'approve' && !isProven(answer, stored, person)) {
    const { stepUp } = stored.question.sealed.decision.terms;
    return refused(`approval \`${id}\` needs ${stepUpText(stepUp)}`);
  }
  return { kind: 'counts', answer };
}

/** With what right the person gives this reply, or why they may not; what proves it is not looked at. */
export function rightOfReply(
  stored: StoredQuestion | null,
  id: string,
  { kind, digest, reason, args }: Unproven,
  person: Person | undefined,
  directory: Directory,
  now: number,
): { readonly kind: 'may'; readonly right: Right } | Extract<JudgedReply, { kind: 'refused' }> {
  if (stored === null) return refused(noQuestion(id));
  const { question, answers } = stored;
  const settled = settledText(asOf(stored, now));
  if (settled !== '') return refused(settled);
  const standing = standingOf(person, askedIn(question), directory, now, takenBy(answers));
  if (standing.kind === 'may-not') return refused(`could not answer approval \`${id}\`: ${standing.because}`);
  if (digest !== question.sealed.digest) {
    return refused(
      `approval \`${id}\` is for another action than the one you saw: look again with \`sallyport approvals show ${id}\``,
    );
  }
  if (reason.length > reasonLettersMax)
    return refused(`the reason is longer than ${reasonLettersMax} characters: shorten it`);
  if (kind === 'edit' && args === null) return refused('an edit needs the arguments that the call shall have');
  // Who approved may still decline while others are asked: stopping is always possible.
  const isAgain = kind === 'approve' && answers.some((answer) => answer.person === person?.id);
  return isAgain
    ? refused(`you approved \`${id}\` already; it needs ${question.sealed.decision.terms.count} different people`)
    : standing;
}

/** The people and authorities whose approval there is. */
const takenBy = (answers: readonly StoredAnswer[]): readonly string[] =>
  answers.filter(({ kind }) => kind === 'approve').flatMap(({ person, authority }) => [person, authority]);

/** What a rule demands, and how to give it. */
function stepUpText(stepUp: StepUp): string {
  const sign = '`--sign`, a signature by your own key (`sallyport keys create`)';
  return stepUp === 'code'
    ? `a step-up: add \`--code\` with the code of your device (\`sallyport keys totp enrol\`), or ${sign}`
    : `a step-up: add ${sign}`;
}

/** Why a question takes no answer any more, or ''. */
function settledText({ question, state, answers }: StoredQuestion): string {
  const { id } = question;
  const kindOf = { declined: 'decline', edited: 'edit' } as const;
  const settling = state === 'declined' || state === 'edited' ? kindOf[state] : 'approve';
  const by = answers.filter(({ kind }) => kind === settling).map(answererText);
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

/** Who answered, and for whom. */
export const answererText = ({ person, authority, delegation }: StoredAnswer): string =>
  delegation === '' ? person : `${person} for ${authority}`;

const noQuestion = (id: string): string => `there is no approval \`${id}\`: see \`sallyport approvals list\``;

const refused = (because: string) => ({ kind: 'refused', because }) as const;
