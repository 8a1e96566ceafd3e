// Hands in what was said in the grammar of replies: finds the questions it names, alone or as a plan, and says of each what
// came of it.

import type { ApprovalDesk } from '../approvals/desk.ts';
import { printScope } from '../approvals/reply/print-reply.ts';
import type { SaidReply } from '../approvals/reply/reply.ts';
import { resolveScope } from '../approvals/reply/terms.ts';
import type { Evidence } from '../approvals/step-up.ts';
import type { StoredAnswer, StoredQuestion } from '../kernel/store.ts';
import type { AnswerScope } from '../kernel/types.ts';

/** What became of one question. */
export interface Answered {
  readonly id: string;
  readonly kind: 'counted' | 'refused';
  /** How many more people have to approve. */
  readonly missing: number;
  /** For the person who answered. */
  readonly told: string;
  /** Of the action; empty where there is no such question. */
  readonly digest: string;
}

/** What comes with an answer, and whose it is. */
export interface Shown {
  readonly evidence: Evidence;
  readonly person: string;
}

/** The part of an answer that a signature is over. */
export type SignedAnswer = Pick<StoredAnswer, 'kind' | 'scope' | 'pattern' | 'args'>;

export interface Answering {
  readonly approvals: ApprovalDesk;
  readonly now: () => number;
  /** A code was shown besides, whatever the reply says. */
  readonly hasCode: boolean;
  /** What is shown besides, for each question. */
  readonly shownFor: (stored: StoredQuestion, answer: SignedAnswer) => Promise<Shown>;
  /** Proposes a rule to the operator; says where. */
  readonly propose: (stored: StoredQuestion) => Promise<string>;
}

const batchMax = 1_000;

/** Answers every question that the reply names; none is answered if one of them is not there. */
export async function answerQuestions(said: SaidReply, answering: Answering): Promise<readonly Answered[]> {
  const found = await Promise.all(said.ids.map((id) => questionsOf(id, answering.approvals)));
  const unknown = said.ids.filter((_, index) => found[index]?.length === 0);
  if (unknown.length > 0) return unknown.map((id) => refused(id, '', noSuch(id)));
  const stored = [...new Map(found.flat().map((one) => [one.question.id, one])).values()];
  const alone = stored.length > 1 ? whyAlone(said, answering.hasCode) : '';
  if (alone !== '') return stored.map(({ question }) => refused(question.id, question.sealed.digest, alone));
  const results: Answered[] = [];
  // One after the other: whoever reads the ledger finds them in the order in which they were said.
  for (const one of stored) results.push(await answerOne(one, said, answering));
  return results;
}

/** Why a reply is about one question, so that the id of a plan cannot stand for many; '' if it may be about several. */
function whyAlone(said: SaidReply, hasCode: boolean): string {
  if (said.kind === 'edit') return 'new arguments belong to one call: name its own id';
  if (said.kind === 'always') return 'a rule is proposed for one call: name its own id';
  if (said.kind !== 'approve') return '';
  if (said.pattern > 0) return 'a pattern belongs to one question: name its own id';
  const isCode = hasCode || said.code !== '';
  return isCode ? 'a code answers one question: answer each under its own id, with a code of its own' : '';
}

/** The question of this id, or those of the plan that still wait. */
async function questionsOf(id: string, approvals: ApprovalDesk): Promise<readonly StoredQuestion[]> {
  const stored = await approvals.show(id);
  if (stored !== null) return [stored];
  // Questions that were asked alone have no plan: no id stands for all of them.
  if (id === '') return [];
  const pending = await approvals.list(['pending'], batchMax);
  return pending.filter(({ question }) => question.batch === id).reverse();
}

async function answerOne(stored: StoredQuestion, said: SaidReply, answering: Answering): Promise<Answered> {
  const { id, sealed } = stored.question;
  const { digest } = sealed;
  if (said.kind === 'always') {
    const told = await answering.propose(stored);
    return { id, kind: 'counted', missing: 0, told, digest };
  }
  const scope = said.kind === 'approve' ? resolveScope(said.scope, answering.now()) : onceOnly;
  if (typeof scope === 'string') return refused(id, digest, scope);
  const pattern = said.kind === 'approve' ? said.pattern : 0;
  const reason = said.kind === 'decline' ? said.reason : '';
  const args = said.kind === 'edit' ? said.args : null;
  const shown = await answering.shownFor(stored, { kind: said.kind, scope, pattern, args });
  const evidence: Evidence =
    said.kind === 'approve' && said.code !== '' ? { kind: 'code', code: said.code } : shown.evidence;
  const reply = { kind: said.kind, digest, reason, scope, pattern, args };
  const replied = await answering.approvals.answer(id, reply, { id: shown.person }, evidence);
  if (replied.kind === 'refused') return refused(id, digest, replied.because);
  const { missing } = replied;
  return { id, kind: 'counted', missing, told: toldOf(id, said.kind, scope, missing), digest };
}

const onceOnly: AnswerScope = { kind: 'once' };

function toldOf(id: string, kind: 'approve' | 'decline' | 'edit', scope: AnswerScope, missing: number): string {
  if (kind === 'decline') return `declined ${id}`;
  if (kind === 'edit') return `edited ${id}: the call is judged anew with these arguments, and may ask again`;
  const reach = scope.kind === 'once' ? '' : ` ${printScope(scope)}`;
  return `approved ${id}${reach}${missing > 0 ? `; ${missing} more must approve it` : ''}`;
}

const refused = (id: string, digest: string, told: string): Answered => ({
  id,
  kind: 'refused',
  missing: 0,
  told,
  digest,
});

const noSuch = (id: string): string => `there is no question or plan \`${id}\`: see \`sallyport approvals list --all\``;
