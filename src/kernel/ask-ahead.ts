// A turn with several calls is a plan: people are asked about all of it at once, before the first of them is made. Each call
// still goes through the passage by itself, and finds its question there; one that is another call by then, because an
// earlier one changed the world, is asked about anew.

import { judge } from './judge.ts';
import type { CallPorts } from './ports.ts';
import { startStopwatch } from './stopwatch.ts';
import type { Call, Caller, Question, SealedAction } from './types.ts';
import { within } from './within.ts';

/** Stores the questions of a plan and hands them back; none where fewer than two of its calls ask. Never throws. */
export async function askAhead(
  calls: readonly Call[],
  caller: Caller,
  ports: CallPorts,
  signal: AbortSignal,
): Promise<readonly Question[]> {
  if (calls.length < 2) return [];
  const { approvals, clock, limits } = ports;
  const plan = await Promise.all(
    calls.map(async (call) => ({ call, sealed: await judge(call, caller, ports, signal, startStopwatch(clock)) })),
  );
  const asking = plan.filter(({ sealed }) => isAsked(sealed));
  if (asking.length < 2) return [];
  const askedAt = clock.now();
  const questions = asking.map(({ call, sealed }) => ({
    ...{ callId: call.id, sealed, caller, askedAt },
    preview: null,
    deadline: askedAt + sealed.decision.terms.withinMs,
    editedBy: '',
  }));
  try {
    const ask = () => approvals.askAhead(questions, signal);
    return await within(ask, 'asking for approval', limits.ledgerMs, clock, signal);
  } catch {
    // Each call asks for itself, and says what is wrong.
    return [];
  }
}

/** What is previewed asks once there is something to see. */
const isAsked = ({ decision }: SealedAction): boolean => decision.verdict === 'ask' && !decision.preview;

/** Closes questions of a plan that is not carried out to its end: they wait for nobody. Never throws. */
export async function withdraw(asked: ReadonlySet<string>, { approvals, clock, limits }: CallPorts): Promise<void> {
  if (asked.size === 0) return;
  const never = new AbortController().signal;
  const work = () => approvals.withdraw([...asked]);
  await within(work, 'withdrawing questions', limits.ledgerMs, clock, never).catch(
    () => 'what stays open expires at its deadline and opens nothing',
  );
}
