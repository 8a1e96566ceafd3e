// After a crash: every call and run that a dead process left open gets its end on record. What always holds: an effect
// that may have happened becomes `unknown` and is never run again, and each is closed once, whoever finds it first. A
// preview has no effect: it has merely failed. A run that waits for people stays open, for another process to go on with.

import type { Clock, LedgerEntry } from '../kernel/ports.ts';
import { draftRecord } from '../kernel/record-draft.ts';
import type { LedgerRow, Store } from '../kernel/store.ts';
import type { Json, JsonObject } from '../kernel/types.ts';
import { parseRecord } from './record.ts';
import { isRunOpening, openQuestions } from './waiting-runs.ts';

/** What recovery closed, but for previews: nothing came of those. */
export interface Recovered {
  readonly calls: number;
  readonly runs: number;
}

/** Fewer than the store lets wait. What is beyond it is closed at the next start. */
const stepsMax = 5_000;
const because = 'the process that ran it ended before it did';

/** Closes what dead processes left open. `isAlive` judges the `instance` in the opening record's body. */
export async function recoverInterrupted(
  store: Store,
  clock: Clock,
  isAlive: (instance: string) => boolean,
): Promise<Recovered> {
  const recovered = { calls: 0, runs: 0 };
  const close = async (row: LedgerRow): Promise<void> => {
    const { body } = parseRecord(row.text);
    if (typeof body.instance === 'string' && isAlive(body.instance)) return;
    if (isRunOpening(row.type) && (await isWaiting(body.run))) return;
    const draft = draftRecord(endOf(row, body), Math.trunc(clock.now()));
    if ((await store.appendIfOpen(row.seq, draft)) === null) return;
    if (isRunOpening(row.type)) recovered.runs += 1;
    if (row.type === 'call-intended') recovered.calls += 1;
  };
  const isWaiting = async (run: Json | undefined): Promise<boolean> =>
    typeof run === 'string' && (await openQuestions(store, run, clock.now())).length > 0;
  const open = await store.openSteps(stepsMax);
  // Newest first, so that a run ends after its calls; the store keeps the order of what is handed to it together.
  await Promise.all(open.toReversed().map(close));
  return recovered;
}

function endOf(row: LedgerRow, body: JsonObject): LedgerEntry {
  const { run, call, caller, digest } = body;
  if (isRunOpening(row.type)) {
    return {
      type: 'run-ended',
      body: { ...present({ run }), started: row.seq, phase: 'error', because, recovered: true },
    };
  }
  const closing = { ...present({ run, call, caller, digest }), intent: row.seq, output: '', because, recovered: true };
  return row.type === 'preview-intended'
    ? { type: 'preview-finished', body: { ...closing, outcome: 'failed' } }
    : { type: 'call-finished', body: { ...closing, outcome: 'unknown' } };
}

/** The keys that the opening record has. */
const present = (keys: { readonly [key: string]: JsonObject[string] | undefined }): JsonObject =>
  Object.fromEntries(Object.entries(keys).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
