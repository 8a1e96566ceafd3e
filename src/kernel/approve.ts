// Step 3 of the passage: a question about one digest, its answer checked, the world judged once more, the approval used up.

import { messageOf } from './checked.ts';
import { judge } from './judge.ts';
import type { CallPorts } from './ports.ts';
import { withChanges } from './seal.ts';
import { startStopwatch } from './stopwatch.ts';
import type { Answer, Call, Caller, Question, SealedAction, ShownPreview } from './types.ts';
import { within } from './within.ts';

/** People approved this very action, and the approval is used up. */
export interface Approved {
  readonly kind: 'approved';
  readonly id: string;
  readonly by: readonly string[];
}

/** Nobody did, or not for this action as it is now. */
export interface Unapproved {
  readonly kind: 'unapproved';
  readonly because: string;
}

const unapproved = (because: string): Unapproved => ({ kind: 'unapproved', because });

/** Asks people, judges again with the policy of that moment, and uses the approval up. Never throws. */
export async function approve(
  call: Call,
  caller: Caller,
  sealed: SealedAction,
  preview: ShownPreview | null,
  ports: CallPorts,
  signal: AbortSignal,
  shown: (question: Question) => void,
): Promise<Approved | Unapproved> {
  const { approvals, clock, limits } = ports;
  const askedAt = clock.now();
  const deadline = askedAt + sealed.decision.terms.withinMs;
  const patienceMs = sealed.decision.terms.withinMs + limits.graceMs;
  try {
    const ask = (asking: AbortSignal) =>
      approvals.ask({ callId: call.id, sealed, preview, caller, askedAt, deadline }, shown, asking);
    const answer = await within(ask, 'asking for approval', patienceMs, clock, signal);
    const fault = faultOf(answer, sealed, caller, deadline, clock.now() - limits.graceMs);
    if (answer.kind !== 'approved' || fault !== '') return unapproved(fault);
    const again = await judge(call, caller, ports, signal, startStopwatch(clock));
    if (again.decision.verdict === 'deny') return unapproved(`approved, but refused now: ${again.decision.because}`);
    const asThen = sealed.changes === null ? again : withChanges(again, sealed.changes);
    if (asThen.digest !== sealed.digest)
      return unapproved('the action or the policy changed while it waited: ask again');
    const claim = () => approvals.claim(answer.id, sealed.digest);
    const isClaimed = await within(claim, 'using the approval', limits.ledgerMs, clock, signal);
    if (isClaimed !== true) return unapproved('the approval was used, changed or withdrawn before');
    return { kind: 'approved', id: answer.id, by: answer.by };
  } catch (error) {
    return unapproved(`could not get an approval: ${messageOf(error)}`);
  }
}

/** Why an answer does not open this action, or ''. `now` is already reduced by the grace for reading the answer. */
function faultOf(answer: Answer, sealed: SealedAction, caller: Caller, deadline: number, now: number): string {
  switch (answer.kind) {
    case 'expired':
      return 'nobody approved it before the deadline, so it was declined';
    case 'declined':
      return `declined by ${answer.by}: ${answer.reason || 'no reason was given'}`;
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
