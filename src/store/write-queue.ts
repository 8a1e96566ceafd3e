// Group commit: writes that arrive while a transaction is under way share the next one, and with it one fsync.
// What always holds: writes are committed in the order they arrived, and never more wait than the limits allow.

import { StoreError } from './store-error.ts';

/** Bounds of the queue. */
export interface QueueLimits {
  readonly waitingWrites: number;
  readonly waitingBytes: number;
  readonly batchWrites: number;
  readonly batchBytes: number;
}

/** What the queue has to know of a write. */
export interface Queued {
  readonly bytes: number;
  /** Tells the caller that nothing was written. */
  readonly fail: (error: unknown) => void;
}

export interface WriteQueue<Write extends Queued> {
  /** Takes the write, or fails it at once when the queue is full or closed. */
  add(write: Write): void;
  /** Refuses new writes and resolves when the last one is settled. */
  drain(): Promise<void>;
}

/** A queue before `commit`, which gets one batch at a time, settles each of its writes, and never throws. */
export function startWriteQueue<Write extends Queued>(
  limits: QueueLimits,
  commit: (batch: readonly Write[]) => Promise<void>,
): WriteQueue<Write> {
  const waiting: Write[] = [];
  let waitingBytes = 0;
  let isClosed = false;
  let working: Promise<void> | null = null;

  const takeBatch = (): readonly Write[] => {
    let bytes = 0;
    const end = waiting.findIndex((write, index) => {
      bytes += write.bytes;
      return index >= limits.batchWrites || (index > 0 && bytes > limits.batchBytes);
    });
    const batch = waiting.splice(0, end === -1 ? waiting.length : end);
    for (const write of batch) waitingBytes -= write.bytes;
    return batch;
  };

  const work = async (): Promise<void> => {
    // Writes of the same turn of the event loop belong together.
    await Promise.resolve();
    while (waiting.length > 0) await commit(takeBatch());
    working = null;
  };

  return {
    add(write) {
      if (isClosed) return write.fail(new StoreError('could not write: the database was closed'));
      const isFull = waiting.length > 0 && waitingBytes + write.bytes > limits.waitingBytes;
      if (isFull || waiting.length >= limits.waitingWrites) {
        const load = `${waiting.length} writes (${waitingBytes} bytes)`;
        return write.fail(new StoreError(`could not write: ${load} wait already; let some finish, then try again`));
      }
      waiting.push(write);
      waitingBytes += write.bytes;
      working ??= work();
    },
    async drain() {
      isClosed = true;
      await working;
    },
  };
}
