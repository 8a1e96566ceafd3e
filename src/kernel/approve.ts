// Step 3 of the passage: a question about one digest, its answer checked, the world judged once more, the approval claimed.
// Where the call or the world changed while people thought, or a person changed the call, it has to be judged and asked anew.

import { messageOf } from './checked.ts';
import { judge, lookForSandbox } from './judge.ts';
import type { CallPorts } from './ports.ts';
import { withChanges, withImage } from './seal.ts';
import { startStopwatch } from './stopwatch.ts';
import type { Answer, Call, CallEdit, Caller, Question, SealedAction, ShownPreview } from './types.ts';
import { within } from './within.ts';

/** People approved this very action, and this process has claimed the approval. */
export interface Approved {
  readonly kind: 'approved';
  readonly id: string;
  readonly by: readonly string[];
}

/** What came of asking. */
export type Asked =
  | Approved
  /** Nobody approved it. */
  | { readonly kind: 'unapproved'; readonly because: string }
  /** It is not the action any more that was asked about: as it stands it has to go through the passage from its start. */
  | { readonly kind: 'again'; readonly because: string; readonly edit: CallEdit | null };

const unapproved = (because: string): Asked => ({ kind: 'unapproved', because });

/** Asks people, judges again with the policy of that moment, and claims the approval. Never throws. */
export async function approve(
  call: Call,
  caller: Caller,
  sealed: SealedAction,
  edit: CallEdit | null,
  preview: ShownPreview | null,
  ports: CallPorts,
  signal: AbortSignal,
  shown: (question: Question) => void,
): Promise<Asked> {
  const { approvals, clock, limits } = ports;
  const askedAt = clock.now();
  const deadline = askedAt + sealed.decision.terms.withinMs;
  const patienceMs = sealed.decision.terms.withinMs + limits.graceMs;
  // A question that was left open keeps the deadline it had.
  let until = deadline;
  const shownNow = (question: Question): void => {
    until = Math.min(until, question.deadline);
    shown(question);
  };
  try {
    const question = { callId: call.id, sealed, preview, caller, askedAt, deadline, editedBy: edit?.by ?? '' };
    const ask = (asking: AbortSignal) => approvals.ask(question, shownNow, asking);
    const answer = await within(ask, 'asking for approval', patienceMs, clock, signal);
    const fault = faultOf(answer, sealed, caller, until, clock.now() - limits.graceMs);
    if (answer.kind === 'edited' && fault === '')
      return { kind: 'again', because: `${answer.by} changed its arguments`, edit: editOf(answer) };
    if (answer.kind !== 'approved' || fault !== '') return unapproved(fault);
    const again = await judge(call, caller, ports, signal, startStopwatch(clock));
    if (again.decision.verdict === 'deny') return unapproved(`approved, but refused now: ${again.decision.because}`);
    const place = await lookForSandbox(again, ports, signal);
    if (place.kind === 'missing') return unapproved(`approved, but ${place.because}`);
    const asNow = withImage(again, place.image);
    const asThen = sealed.changes === null ? asNow : withChanges(asNow, sealed.changes);
    if (asThen.digest !== sealed.digest)
      return { kind: 'again', because: 'the action, the policy or the image changed while it waited', edit };
    if (!again.inputs.every((label) => sealed.inputs.includes(label)))
      return { kind: 'again', because: 'the labels of its files changed while it waited', edit };
    const claim = () => approvals.claim(answer.id, sealed.digest);
    const isClaimed = await within(claim, 'using the approval', limits.ledgerMs, clock, signal);
    if (isClaimed !== true) return unapproved('the approval was used, changed or withdrawn before');
    return { kind: 'approved', id: answer.id, by: answer.by };
  } catch (error) {
    return unapproved(`could not get an approval: ${messageOf(error)}`);
  }
}

const editOf = ({ by, args }: Extract<Answer, { kind: 'edited' }>): CallEdit => ({ by, args });

/** Why an answer does not open or change this action, or ''. `now` is already reduced by the grace for reading the answer. */
function faultOf(answer: Answer, sealed: SealedAction, caller: Caller, deadline: number, now: number): string {
  switch (answer.kind) {
    case 'expired':
      return 'nobody approved it before the deadline, so it was declined';
    case 'declined':
      return `declined by ${answer.by}: ${answer.reason || 'no reason was given'}`;
    case 'edited':
      if (answer.digest !== sealed.digest) return 'the answer is for another action';
      return answer.by === caller.requestedBy ? 'it was changed by the one who requested it' : '';
    case 'approved':
      if (answer.digest !== sealed.digest) return 'the approval is for another action';
      if (answer.by.includes(caller.requestedBy)) return 'it was approved by the one who requested it';
      if (new Set(answer.by).size < sealed.decision.terms.count)
        return 'fewer people approved it than the rule asks for';
      return answer.at <= deadline && now <= deadline ? '' : 'the approval came after its deadline';
    default:
      return 'the approval ended in a way nobody knows';
  }
}
