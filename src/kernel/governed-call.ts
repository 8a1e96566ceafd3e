// The one passage. Every tool call of every front goes through `governedCall`: classify, decide, approve, intend, execute,
// finish. Expected ends are values (refused, failed, unknown); a ledger that cannot be written halts by throwing, and then
// nothing was told to the model. A permit exists only behind a durable intent, and works once, for one purpose. Where a rule
// asks with `preview`, the call runs on a copy before people are asked, and what they approve is what it changed there. A
// call that a person changed, or that is another one by the time it is approved, starts again from the first step.

import { type Approved, approve } from './approve.ts';
import { carryOut } from './carry-out.ts';
import { checkedOutcome, unknown } from './checked.ts';
import { judge, lookForSandbox } from './judge.ts';
import { markFiles } from './mark-files.ts';
import type { CallPorts } from './ports.ts';
import {
  afterPreview,
  changesFault,
  checkedPreview,
  discardChanges,
  failedPreview,
  keptPreview,
  whyNoPreview,
  withoutReach,
} from './preview.ts';
import { finishedBody, judged, outputBytesOf, proposed, recorder, resultOf } from './records.ts';
import { withChanges, withImage } from './seal.ts';
import { startStopwatch } from './stopwatch.ts';
import { takeUses } from './take-uses.ts';
import type {
  Call,
  CallEdit,
  Caller,
  CallResult,
  LeftQuestion,
  Outcome,
  Preview,
  Question,
  SealedAction,
} from './types.ts';

/** A call that changes more often than this while people are asked about it is refused. */
const roundsMax = 10;

const minting = Symbol('minting');

/** What a permit is good for: the action itself, a run of it on a copy, or putting in place what that run changed. */
export type Purpose = 'execute' | 'preview' | 'commit';

/** Proof that an action was decided, approved where needed, and recorded. Only this file can make one. */
export class Permit {
  readonly #sealed: SealedAction;
  readonly #purpose: Purpose;
  #isSpent = false;

  constructor(key: symbol, sealed: SealedAction, purpose: Purpose) {
    if (key !== minting) throw new TypeError('could not make a permit: only a governed call can');
    this.#sealed = sealed;
    this.#purpose = purpose;
    Object.freeze(this);
  }

  /**
   * Hands out what may run, once.
   * @throws {TypeError} if `permit` is not a permit, is one for another purpose, or was redeemed or revoked before.
   */
  static redeem(permit: Permit, purpose: Purpose = 'execute'): SealedAction {
    if (!(#sealed in permit)) throw new TypeError('could not redeem a permit: this is not one');
    if (permit.#isSpent) throw new TypeError('could not redeem a permit: it was redeemed or revoked before');
    if (permit.#purpose !== purpose) throw new TypeError(`could not redeem a permit: it is not one to ${purpose}`);
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
 * Takes one call through the passage. `shown` hears of a question once it is stored and people can answer it; `left` is
 * what this call left open in a process that died before its intent.
 * @throws {LedgerHalt} if a record could not be made durable: the caller must end the run and tell the model nothing.
 */
export async function governedCall(
  proposal: Call,
  caller: Caller,
  ports: CallPorts,
  signal: AbortSignal,
  shown: (question: Question) => void,
  left: LeftQuestion | null = null,
): Promise<CallResult> {
  const watch = startStopwatch(ports.clock);
  const { record, intend } = recorder(proposal, caller, ports, watch);
  let edit: CallEdit | null = left?.edit ?? null;
  const refuse = async (sealed: SealedAction, because: string): Promise<CallResult> => {
    await discardChanges(sealed, ports);
    if (left !== null) await discardChanges(left.question.sealed, ports);
    const told = { edit: edit ?? undefined, proposed: proposed(proposal, ports), because };
    await record('call-refused', { ...judged(sealed), ...told });
    return resultOf('refused', '', because, sealed, edit, watch, ports);
  };
  const endOf = (sealed: SealedAction, intent: number, outcome: Outcome) => {
    const output = outcome.kind === 'unknown' ? '' : outcome.output;
    const because = outcome.kind === 'ok' ? '' : outcome.because;
    const finished = resultOf(outcome.kind, output, because, sealed, edit, watch, ports);
    return { finished, body: finishedBody(intent, outcome, finished), outputBytes: outputBytesOf(sealed, ports) };
  };

  for (let round = 1; ; round += 1) {
    // 1 classify, 2 decide
    const call = edit === null ? proposal : { ...proposal, args: edit.args };
    const understood = await judge(call, caller, ports, signal, watch);
    const { verdict, preview: isPreviewed, because } = understood.decision;
    if (verdict === 'deny') return refuse(understood, because);
    const executor = ports.executors[understood.action.sandbox];
    const place = await lookForSandbox(understood, ports, signal);
    if (place.kind === 'missing') return refuse(understood, place.because);
    const decided = verdict === 'ask' ? withImage(understood, place.image) : understood;

    // 3 preview where the rule wants it, and approve
    let sealed = decided;
    let preview: Extract<Preview, { kind: 'ok' }> | null = isPreviewed ? keptPreview(decided, left) : null;
    if (preview !== null) sealed = withChanges(decided, preview.changes);
    else if (isPreviewed) {
      const unfit = whyNoPreview(decided);
      if (unfit !== '') return refuse(decided, unfit);
      const onCopy = withoutReach(decided);
      const told = { ...judged(onCopy), permit: 'preview', instance: ports.instance };
      const { seq } = await record('preview-intended', told);
      const permit = new Permit(minting, onCopy, 'preview');
      const run = (until: AbortSignal) => executor.preview(permit, until);
      const work = { run, checked: checkedPreview, broken: failedPreview, revoke: () => Permit.revoke(permit) };
      const seen = await watch.during('execute', () => carryOut(work, onCopy, ports, signal));
      if (seen.kind !== 'ok') {
        const failed = { ...seen, because: `nothing was changed: ${seen.because}` };
        const { finished, body, outputBytes } = endOf(decided, seq, failed);
        await record('preview-finished', body, outputBytes);
        await record('call-finished', body, outputBytes);
        return { ...finished, ms: watch.read() };
      }
      sealed = withChanges(decided, seen.changes);
      preview = seen;
      const { body, outputBytes } = endOf(sealed, seq, seen);
      await record('preview-finished', { ...body, changes: seen.changes }, outputBytes);
    }
    let approval: Approved | null = null;
    if (verdict !== 'allow') {
      const seen = preview === null ? null : { output: preview.output, diff: preview.diff };
      const asked = await watch.during('approve', () =>
        approve(call, caller, sealed, edit, seen, ports, signal, shown),
      );
      if (asked.kind === 'unapproved') return refuse(sealed, asked.because);
      if (asked.kind === 'again' && round === roundsMax) return refuse(sealed, `${asked.because} too often: ask again`);
      if (asked.kind === 'again') {
        await discardChanges(sealed, ports);
        edit = asked.edit;
        continue;
      }
      approval = asked;
    }
    if (signal.aborted) return refuse(sealed, 'the run was aborted before the call started');
    const unready =
      (await changesFault(sealed, ports, signal)) ||
      (await takeUses(sealed, ports)) ||
      (await markFiles(sealed, caller, ports));
    if (unready !== '') return refuse(sealed, unready);

    // 4 intend; what was approved is used up with it
    const purpose = preview === null ? 'execute' : 'commit';
    const told = { ...judged(sealed), edit: edit ?? undefined, approval, permit: purpose, instance: ports.instance };
    const intent = await intend(told, approval);
    if (intent === null) return refuse(sealed, 'the approval was withdrawn before the call started');

    // 5 execute, or put in place what the preview changed
    const permit = new Permit(minting, sealed, purpose);
    const run = (until: AbortSignal) =>
      preview === null ? executor.execute(permit, until) : ports.changes.commit(permit, until);
    const work = { run, checked: checkedOutcome, broken: unfinished, revoke: () => Permit.revoke(permit) };
    const reported = await watch.during('execute', () => carryOut(work, sealed, ports, signal));
    const outcome = preview === null ? reported : afterPreview(preview, reported);

    // 6 finish
    const { finished, body, outputBytes } = endOf(sealed, intent.seq, outcome);
    await record('call-finished', body, outputBytes);
    // What nobody knows the end of is kept for whoever looks into it.
    if (outcome.kind !== 'unknown') await discardChanges(sealed, ports);
    return { ...finished, ms: watch.read() };
  }
}

/** The end of work whose report never came. */
const unfinished = (because: string, wasRedeemed: boolean): Outcome =>
  wasRedeemed ? unknown(because) : { kind: 'failed', because, output: '', truncated: false, facts: {} };
