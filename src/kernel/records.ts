// What the ledger keeps of a call, and what its caller is told. Both are bounded and redacted here, and nowhere else.

import { boundedText } from './bounded-text.ts';
import { canonicalJson } from './canonical.ts';
import { messageOf } from './checked.ts';
import { type AboutArguments, ledgerEntry, privateMarker } from './ledger-entry.ts';
import type { CallPorts, LedgerEntry, LedgerReceipt } from './ports.ts';
import { withoutParts } from './private-parts.ts';
import type { Stopwatch } from './stopwatch.ts';
import type { Call, CallEdit, Caller, CallResult, Outcome, SealedAction } from './types.ts';
import { within } from './within.ts';

const becauseBytesMax = 8_192;

/** The ledger could not be written: no further call may start, and nothing may be answered. */
export class LedgerHalt extends Error {}

/** Writes records of one call, durably. Its functions throw `LedgerHalt` if the ledger refuses or hangs. */
export interface Recorder {
  /** An output in it is cut after `outputBytesMax`. */
  record(type: LedgerEntry['type'], body: object, outputBytesMax?: number): Promise<LedgerReceipt>;
  /** Writes the intent, and with it uses up the approval it rests on; null, and nothing is written, if that is gone. */
  intend(body: { readonly digest: string }, approval: { readonly id: string } | null): Promise<LedgerReceipt | null>;
}

/** The recorder of one call. */
export function recorder(call: Call, caller: Caller, ports: CallPorts, watch: Stopwatch): Recorder {
  const { ledger, approvals, clock, limits, redact, recording } = ports;
  const { findPrivate, program } = recording;
  const never = new AbortController().signal;
  /** What is private in any arguments this call ever had stays out of each of its records. */
  const about: AboutArguments[] = [{ tool: call.tool, args: call.args }];
  const entryOf = (type: LedgerEntry['type'], body: object, output = limits.outputBytes): LedgerEntry => {
    const args: unknown = Reflect.get(body, 'args');
    const isJudged = args !== undefined;
    if (isJudged) about.push({ tool: call.tool, args });
    const sizes = isJudged ? { argumentBytes: Buffer.byteLength(canonicalJson(args)), program, ms: watch.read() } : {};
    const bounds = { output, because: becauseBytesMax, proposed: limits.recordedBytes };
    return ledgerEntry(type, { ...body, ...sizes, call: call.id, caller }, { redact, findPrivate }, about, bounds);
  };
  const durably = async <T>(write: () => Promise<T>): Promise<T> => {
    try {
      return await watch.during('record', () => within(write, 'writing the ledger', limits.ledgerMs, clock, never));
    } catch (error) {
      throw new LedgerHalt(`could not write the ledger, so nothing more runs: ${messageOf(error)}`, { cause: error });
    }
  };
  return {
    record: (type, body, outputBytesMax) => durably(async () => ledger.append(entryOf(type, body, outputBytesMax))),
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
  const { verdict, rules, matched, grants, policyDigest } = decision;
  return {
    ...action,
    verdict,
    rules,
    matched,
    grants,
    policy: policyDigest,
    inputs: sealed.inputs,
    shadows: sealed.shadows,
    ...(sealed.contents.length === 0 ? {} : { contents: sealed.contents }),
    ...(sealed.image === '' ? {} : { image: sealed.image }),
    ...(decision.preview ? { preview: true } : {}),
    ...(sealed.changes === null ? {} : { changes: sealed.changes }),
    digest,
  };
}

/** The arguments as they were proposed, for the record of a call that was not understood. */
export function proposed({ tool, args }: Call, { recording }: CallPorts): string {
  try {
    const text = JSON.stringify(args) ?? 'undefined';
    const paths = recording.findPrivate(tool, args).map(({ path }) => path);
    return paths.length === 0 ? text : JSON.stringify(withoutParts(JSON.parse(text), paths, privateMarker));
  } catch (error) {
    return `not JSON: ${messageOf(error)}`;
  }
}

/** How a call or a preview ended, as its record tells it: what its caller hears, and what only the record holds. */
export function finishedBody(intent: number, outcome: Outcome, { digest, labels, ms }: CallResult): object {
  const [output, isCut] = outcome.kind === 'unknown' ? ['', false] : [outcome.output, outcome.truncated];
  const because = outcome.kind === 'ok' ? '' : outcome.because;
  const sizes = { outputBytes: Buffer.byteLength(output), truncated: isCut };
  return { intent, digest, outcome: outcome.kind, output, because, labels, ...sizes, facts: outcome.facts, ms };
}

/** Bytes of output that a call may have. */
export const outputBytesOf = ({ decision }: SealedAction, { limits }: CallPorts): number =>
  Math.min(decision.grants.limits.outputBytes, limits.outputBytes);

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
  return {
    outcome,
    output: boundedText(ports.redact(output), outputBytesOf(sealed, ports)),
    because: boundedText(ports.redact(because), becauseBytesMax),
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
