// Writes checkpoints while a process has the ledger open: after so many records or minutes, and at a clean end. What always
// holds: no call waits for it, and what goes wrong with it is said and tried again, and stops no call.

import { messageOf } from '../kernel/checked.ts';
import type { Clock } from '../kernel/ports.ts';
import { type CheckpointParts, newestCheckpoint, writeCheckpoint } from './write-checkpoint.ts';

/** When to write one: whichever comes first. */
export interface CheckpointPace {
  readonly everyRecords: number;
  readonly everyMinutes: number;
}

export const usualPace: CheckpointPace = Object.freeze({ everyRecords: 10_000, everyMinutes: 10 });

/** A place outside of the database that checkpoints go to. */
export interface Publisher {
  /** What to call it when it fails. */
  readonly name: string;
  /** Rejects, with what to do, if it could not be put there. */
  publish(note: string): Promise<void>;
}

export interface KeepingCheckpoints {
  /** Writes a last one. Never rejects. */
  close(): Promise<void>;
}

const lookMs = 5_000;

/** Starts writing checkpoints. `tell` hears what goes wrong, each thing once. */
export function keepCheckpoints(
  parts: CheckpointParts,
  pace: CheckpointPace,
  publishers: readonly Publisher[],
  clock: Clock,
  tell: (message: string) => void,
): KeepingCheckpoints {
  const stop = new AbortController();
  const startedAt = clock.now();
  const told = new Set<string>();
  const late = new Map<Publisher, string>();
  const tellOnce = (message: string): void => {
    if (!told.has(message)) tell(message);
    told.add(message);
  };
  const publishLate = async (): Promise<void> => {
    for (const [publisher, note] of late) {
      try {
        await publisher.publish(note);
        late.delete(publisher);
      } catch (error) {
        tellOnce(`could not publish a checkpoint to ${publisher.name}, it is tried again: ${messageOf(error)}`);
      }
    }
  };
  const write = async (): Promise<void> => {
    try {
      const written = await writeCheckpoint(parts);
      if (written?.isNew === true) for (const publisher of publishers) late.set(publisher, written.note);
    } catch (error) {
      tellOnce(messageOf(error));
    }
    await publishLate();
  };
  const isRefused = (error: unknown): boolean => {
    tellOnce(messageOf(error));
    return false;
  };
  const isDue = async (): Promise<boolean> => {
    const head = await parts.store.head();
    const last = await newestCheckpoint(parts.store);
    const records = (head?.seq ?? 0) - (last?.checkpoint.size ?? 0);
    const isLong = clock.now() - (last?.at ?? startedAt) >= pace.everyMinutes * 60_000;
    // The checkpoint itself is a record, too.
    return records > 1 && (isLong || records > pace.everyRecords);
  };
  const watching = (async () => {
    while (!stop.signal.aborted) {
      await clock.sleep(lookMs, stop.signal);
      if (stop.signal.aborted) return;
      if (await isDue().catch(isRefused)) await write();
      else await publishLate();
    }
  })();
  return {
    async close() {
      stop.abort();
      await watching;
      await write();
    },
  };
}
