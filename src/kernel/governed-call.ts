// The one passage. Every tool call of every front goes through `governedCall`: classify, decide, approve, intend, execute,
// finish. Expected ends are values (refused, failed, unknown); a ledger that cannot be written halts by throwing, and then
// nothing was told to the model. A permit exists only behind a durable intent, and works once.

import { type Approved, approve } from './approve.ts';
import { checkedOutcome, messageOf, unknown } from './checked.ts';
import { judge, missingSandbox } from './judge.ts';
import { markFiles } from './mark-files.ts';
import type { CallPorts, Executor } from './ports.ts';
import { judged, proposed, recorder, resultOf } from './records.ts';
import { startStopwatch } from './stopwatch.ts';
import { takeUses } from './take-uses.ts';
import type { Call, Caller, CallResult, Outcome, Question, SealedAction } from './types.ts';
import { afterAbort, over, within } from './within.ts';

const minting = Symbol('minting');

/** Proof that an action was decided, approved where needed, and recorded. Only this file can make one. */
export class Permit {
  readonly #sealed: SealedAction;
  #isSpent = false;

  constructor(key: symbol, sealed: SealedAction) {
    if (key !== minting) throw new TypeError('could not make a permit: only a governed call can');
    this.#sealed = sealed;
    Object.freeze(this);
  }

  /**
   * Hands out what may run, once.
   * @throws {TypeError} if `permit` is not a permit, or was redeemed or revoked before.
   */
  static redeem(permit: Permit): SealedAction {
    if (!(#sealed in permit)) throw new TypeError('could not redeem a permit: this is not one');
    if (permit.#isSpent) throw new TypeError('could not redeem a permit: it was redeemed or revoked before');
    permit.#isSpent = true;
    return permit.#sealed;
  }

  /** Ends a permit; true if it had been redeemed. */
  static revoke(permit: Permit): boolean {
    const wasRedeemed = permit.#isSpent;
    permit.#isSpent = true;
    return wasRedeemed;
  }
}

/**
 * Takes one call through the passage. `shown` hears of a question once it is stored and people can answer it.
 * @throws {LedgerHalt} if a record could not be made durable: the caller must end the run and tell the model nothing.
 */
export async function governedCall(
  call: Call,
  caller: Caller,
  ports: CallPorts,
  signal: AbortSignal,
  shown: (question: Question) => void,
): Promise<CallResult> {
  const watch = startStopwatch(ports.clock);
  const record = recorder(call, caller, ports, watch);
  const refuse = async (sealed: SealedAction, because: string): Promise<CallResult> => {
    await record('call-refused', { ...judged(sealed), proposed: proposed(call, ports.limits.recordedBytes), because });
    return resultOf('refused', '', because, sealed, watch, ports);
  };

  // 1 classify, 2 decide
  const sealed = await judge(call, caller, ports, signal, watch);
  if (sealed.decision.verdict === 'deny') return refuse(sealed, sealed.decision.because);
  const executor = ports.executors[sealed.action.sandbox];
  const missing = await missingSandbox(executor, ports, signal);
  if (missing !== '') return refuse(sealed, missing);

  // 3 approve
  let approval: Approved | null = null;
  if (sealed.decision.verdict !== 'allow') {
    const answer = await watch.during('approve', () => approve(call, caller, sealed, ports, signal, shown));
    if (answer.kind !== 'approved') return refuse(sealed, answer.because);
    approval = answer;
  }
  if (signal.aborted) return refuse(sealed, 'the run was aborted before the call started');
  const unready = (await takeUses(sealed, ports)) || (await markFiles(sealed, caller, ports));
  if (unready !== '') return refuse(sealed, unready);

  // 4 intend
  const intent = await record('call-intended', { ...judged(sealed), approval, instance: ports.instance });

  // 5 execute
  const permit = new Permit(minting, sealed);
  const outcome = await watch.during('execute', () => execute(permit, executor, sealed, ports, signal));

  // 6 finish
  const output = outcome.kind === 'unknown' ? '' : outcome.output;
  const because = outcome.kind === 'ok' ? '' : outcome.because;
  const finished = resultOf(outcome.kind, output, because, sealed, watch, ports);
  await record('call-finished', {
    intent: intent.seq,
    digest: sealed.digest,
    outcome: outcome.kind,
    output: finished.output,
    because: finished.because,
    labels: finished.labels,
    facts: outcome.facts,
    ms: watch.read(),
  });
  return { ...finished, ms: watch.read() };
}

/** Step 5. Whatever the sandbox does, this ends within its wall time and the grace, and the permit is dead afterwards. */
async function execute(
  permit: Permit,
  executor: Executor,
  sealed: SealedAction,
  ports: CallPorts,
  signal: AbortSignal,
): Promise<Outcome> {
  const { clock, limits } = ports;
  const patience = new AbortController();
  const patienceMs = sealed.decision.grants.limits.wallMs + limits.graceMs;
  try {
    // An abort reaches the sandbox through `signal`; it gets the grace to report how far the call came.
    const aborted = afterAbort(signal, patience.signal, limits.graceMs, clock);
    const run = (deadline: AbortSignal) => executor.execute(permit, AbortSignal.any([signal, deadline]));
    const outcome = await within(
      (deadline) => Promise.race([run(deadline), aborted]),
      'the sandbox',
      patienceMs,
      clock,
      patience.signal,
    );
    return checkedOutcome(outcome, Permit.revoke(permit));
  } catch (error) {
    const because = messageOf(error);
    return Permit.revoke(permit)
      ? unknown(because)
      : { kind: 'failed', because, output: '', truncated: false, facts: {} };
  } finally {
    patience.abort(over);
  }
}
