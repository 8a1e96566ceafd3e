// The records of a run that belong to none of its calls. One that cannot be written ends the run.

import { frozenCopy } from './canonical.ts';
import { ledgerEntry } from './ledger-entry.ts';
import type { Turn } from './model-turn.ts';
import type { CallPorts, LedgerEntry } from './ports.ts';
import type { Caller } from './types.ts';
import { within } from './within.ts';

/** Writes a record, durably; false if that was not possible: the caller ends the run with an error. Never throws. */
export async function recordRun(ports: CallPorts, type: LedgerEntry['type'], body: object): Promise<boolean> {
  const { ledger, clock, limits, redact, recording } = ports;
  const never = new AbortController().signal;
  try {
    const entry = ledgerEntry(type, body, { redact, findPrivate: recording.findPrivate });
    await within(() => ledger.append(entry), 'writing the ledger', limits.ledgerMs, clock, never);
    return true;
  } catch {
    // Without a record there is no run.
    return false;
  }
}

/** Writes down what the model said, before any of its calls is made. */
export function recordTurn(
  caller: Caller,
  turn: number,
  { text, calls, tokens }: Turn,
  ports: CallPorts,
): Promise<boolean> {
  const made = calls.map(({ id, tool, args }) => ({ id, tool, args: asData(args) }));
  return recordRun(ports, 'model-answered', { run: caller.run, turn, text, calls: made, tokens });
}

/** Arguments that are not data stand as null: the call is refused for it. */
function asData(args: unknown): unknown {
  try {
    return frozenCopy(args ?? null);
  } catch {
    return null;
  }
}
