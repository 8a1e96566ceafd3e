// Patience with an end: a port that hangs must not hang the call.

import type { Clock } from './ports.ts';

/** A port did not answer in time. */
export class TooLate extends Error {}

/**
 * The answer of `work`, or a rejection after `ms` or when `signal` aborts. `work` gets a signal that aborts then, too.
 * @throws {TooLate} if there was no answer in time; `doing` says what was being waited for.
 */
export async function within<T>(
  work: (signal: AbortSignal) => Promise<T>,
  doing: string,
  ms: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<T> {
  const done = new AbortController();
  const workSignal = AbortSignal.any([signal, done.signal]);
  const expired = clock.sleep(ms, workSignal).then(() => {
    throw new TooLate(signal.aborted ? `${doing} was aborted` : `${doing} gave no answer within ${ms} ms`);
  });
  try {
    return await Promise.race([Promise.resolve(work(workSignal)), expired]);
  } finally {
    expired.catch(() => 'the race is over');
    done.abort();
  }
}

/**
 * Rejects `ms` after `signal` aborts, unless `until` aborts first; never resolves.
 * @throws {TooLate}
 */
export async function afterAbort(signal: AbortSignal, until: AbortSignal, ms: number, clock: Clock): Promise<never> {
  const either = AbortSignal.any([signal, until]);
  if (!either.aborted) await new Promise((resolve) => either.addEventListener('abort', resolve, { once: true }));
  await clock.sleep(ms, until);
  throw new TooLate('it was aborted and did not end in time');
}
