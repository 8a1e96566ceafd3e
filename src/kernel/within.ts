// Patience with an end: a port that hangs must not hang the call.

import type { Clock } from './ports.ts';

/** A port did not answer in time. */
export class TooLate extends Error {}

/** Why a signal aborts whose work is done. Made once: making an exception for each call costs more than the call. */
export const over = new TooLate('nobody waits for the answer any more');

/**
 * The answer of `work`, or a rejection after `ms` or when `signal` aborts. The signal that `work` gets aborts then too.
 * @throws {TooLate} if there was no answer in time; `doing` says what was being waited for.
 */
export async function within<T>(
  work: (signal: AbortSignal) => Promise<T>,
  doing: string,
  ms: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<T> {
  const ending = new AbortController();
  const end = () => ending.abort(over);
  if (signal.aborted) end();
  signal.addEventListener('abort', end);
  let isAnswered = false;
  const expired = new Promise<never>((_resolve, reject) => {
    clock.sleep(ms, ending.signal).then(() => {
      if (isAnswered) return;
      reject(new TooLate(signal.aborted ? `${doing} was aborted` : `${doing} gave no answer within ${ms} ms`));
    });
  });
  try {
    return await Promise.race([Promise.resolve(work(ending.signal)), expired]);
  } finally {
    isAnswered = true;
    signal.removeEventListener('abort', end);
    end();
  }
}

/**
 * Rejects `ms` after `signal` aborts, unless `until` aborts first; never resolves.
 * @throws {TooLate}
 */
export function afterAbort(signal: AbortSignal, until: AbortSignal, ms: number, clock: Clock): Promise<never> {
  return new Promise((_resolve, reject) => {
    const wait = () =>
      clock.sleep(ms, until).then(() => {
        if (!until.aborted) reject(new TooLate('it was aborted and did not end in time'));
      });
    if (signal.aborted) wait();
    else signal.addEventListener('abort', wait, { once: true, signal: until });
  });
}
