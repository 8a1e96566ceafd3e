// What the ledger keeps of a call, and what its caller is told. Both are bounded and redacted here, and nowhere else.

import { boundedText } from './bounded-text.ts';
import { jsonCopy } from './canonical.ts';
import { messageOf } from './checked.ts';
import type { CallPorts, LedgerEntry, LedgerReceipt } from './ports.ts';
import type { Stopwatch } from './stopwatch.ts';
import type { Call, Caller, CallResult, SealedAction } from './types.ts';
import { within } from './within.ts';

/** The ledger could not be written: no further call may start, and nothing may be answered. */
export class LedgerHalt extends Error {}

export type Record = (type: LedgerEntry['type'], body: object) => Promise<LedgerReceipt>;

/**
 * Writes records of one call, durably.
 * @throws {LedgerHalt} from the function it returns, if the ledger refuses or hangs.
 */
export function recorder(call: Call, caller: Caller, ports: CallPorts, watch: Stopwatch): Record {
  const { ledger, clock, limits, redact } = ports;
  const never = new AbortController().signal;
  return async (type, body) => {
    try {
      const entry = { type, body: jsonCopy({ ...body, call: call.id, caller }, redact) };
      return await watch.during('record', () =>
        within(() => ledger.append(entry), 'writing the ledger', limits.ledgerMs, clock, never),
      );
    } catch (error) {
      throw new LedgerHalt(`could not write the ledger, so nothing more runs: ${messageOf(error)}`, { cause: error });
    }
  };
}

/** What was judged, as a record tells it. */
export function judged(sealed: SealedAction): object {
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
    ms: watch.read(),
  };
}
