// What the ledger keeps of a call, and what its caller is told. Both are bounded and redacted here, and nowhere else.

import { boundedText } from './bounded-text.ts';
import { jsonCopy } from './canonical.ts';
import { messageOf } from './checked.ts';
import type { CallPorts, LedgerEntry, LedgerReceipt } from './ports.ts';
import type { Stopwatch } from './stopwatch.ts';
import type { Call, CallEdit, Caller, CallResult, SealedAction } from './types.ts';
import { within } from './within.ts';

/** The ledger could not be written: no further call may start, and nothing may be answered. */
export class LedgerHalt extends Error {}

/** Writes records of one call, durably. Its functions throw `LedgerHalt` if the ledger refuses or hangs. */
export interface Recorder {
  record(type: LedgerEntry['type'], body: object): Promise<LedgerReceipt>;
  /** Writes the intent, and with it uses up the approval it rests on; null, and nothing is written, if that is gone. */
  intend(body: { readonly digest: string }, approval: { readonly id: string } | null): Promise<LedgerReceipt | null>;
}

/** The recorder of one call. */
export function recorder(call: Call, caller: Caller, ports: CallPorts, watch: Stopwatch): Recorder {
  const { ledger, approvals, clock, limits, redact } = ports;
  const never = new AbortController().signal;
  const entryOf = (type: LedgerEntry['type'], body: object): LedgerEntry => ({
    type,
    body: jsonCopy({ ...body, call: call.id, caller }, redact),
  });
  const durably = async <T>(write: () => Promise<T>): Promise<T> => {
    try {
      return await watch.during('record', () => within(write, 'writing the ledger', limits.ledgerMs, clock, never));
    } catch (error) {
      throw new LedgerHalt(`could not write the ledger, so nothing more runs: ${messageOf(error)}`, { cause: error });
    }
  };
  return {
    record: (type, body) => durably(async () => ledger.append(entryOf(type, body))),
    intend: (body, approval) =>
      durably(async () => {
        const intent = entryOf('call-intended', body);
        return approval === null ? ledger.append(intent) : approvals.consume(approval.id, body.digest, intent);
      }),
  };
}

/** What was judged, as a record tells it: its digest, and whatever else answers for it. */
export interface JudgedAction {
  readonly digest: string;
  readonly [member: string]: unknown;
}

/** What was judged, as a record tells it. */
export function judged(sealed: SealedAction): JudgedAction {
  const { action, decision, digest } = sealed;
  const { verdict, rules, grants, policyDigest } = decision;
  return {
    ...action,
    verdict,
    rules,
    grants,
    policy: policyDigest,
    inputs: sealed.inputs,
    shadows: sealed.shadows,
    ...(sealed.contents.length === 0 ? {} : { contents: sealed.contents }),
    ...(decision.preview ? { preview: true } : {}),
    ...(sealed.changes === null ? {} : { changes: sealed.changes }),
    digest,
  };
}

/** The arguments as they were proposed, for the record of a call that was not understood. */
export function proposed(call: Call, limitBytes: number): string {
  try {
    return boundedText(JSON.stringify(call.args) ?? 'undefined', limitBytes);
  } catch (error) {
    return `not JSON: ${messageOf(error)}`;
  }
}

/** The end of a call, as its caller hears it: bounded and redacted. */
export function resultOf(
  outcome: CallResult['outcome'],
  output: string,
  because: string,
  sealed: SealedAction,
  edit: CallEdit | null,
  watch: Stopwatch,
  ports: CallPorts,
): CallResult {
  const { action, decision, digest } = sealed;
  const { verdict, rules, grants, labels } = decision;
  const outputBytes = Math.min(grants.limits.outputBytes, ports.limits.outputBytes);
  return {
    outcome,
    output: boundedText(ports.redact(output), outputBytes),
    because: boundedText(ports.redact(because), 8_192),
    effects: action.effects,
    grants,
    digest,
    verdict,
    rules,
    labels: [...new Set([...action.labels, ...labels])].sort(),
    edit,
    ms: watch.read(),
  };
}
