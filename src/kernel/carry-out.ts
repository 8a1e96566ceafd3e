// Step 5 of the passage: work of a sandbox behind a permit. Whatever the sandbox does, this ends within its wall time and
// the grace, and the permit is dead afterwards.

import { messageOf } from './checked.ts';
import type { CallPorts } from './ports.ts';
import type { SealedAction } from './types.ts';
import { afterAbort, over, within } from './within.ts';

/** What the sandbox does, and how its end is read. */
export interface Work<T> {
  /** Hands the permit to the sandbox. */
  run(signal: AbortSignal): Promise<T>;
  /** The end as it counts. */
  checked(reported: T, wasRedeemed: boolean): T;
  /** The end of work whose report never came. */
  broken(because: string, wasRedeemed: boolean): T;
  /** Ends the permit; true if it had been redeemed. */
  revoke(): boolean;
}

/** Does the work, and hands back how it ended. Never throws. */
export async function carryOut<T>(
  work: Work<T>,
  { decision }: SealedAction,
  { clock, limits }: Pick<CallPorts, 'clock' | 'limits'>,
  signal: AbortSignal,
): Promise<T> {
  const patience = new AbortController();
  const patienceMs = decision.grants.limits.wallMs + limits.graceMs;
  try {
    // An abort reaches the sandbox through `signal`; it gets the grace to report how far the call came.
    const aborted = afterAbort(signal, patience.signal, limits.graceMs, clock);
    const run = (deadline: AbortSignal) => work.run(AbortSignal.any([signal, deadline]));
    const reported = await within(
      (deadline) => Promise.race([run(deadline), aborted]),
      'the sandbox',
      patienceMs,
      clock,
      patience.signal,
    );
    return work.checked(reported, work.revoke());
  } catch (error) {
    return work.broken(messageOf(error), work.revoke());
  } finally {
    patience.abort(over);
  }
}
