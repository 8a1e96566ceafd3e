// When people are reminded of a question that waits: half-way to its deadline, and once more shortly before it.

import type { Clock } from '../kernel/ports.ts';
import type { Question } from '../kernel/types.ts';

/** Nobody is reminded of something asked, or reminded of, less than this ago. */
const pauseMs = 60_000;
/** The last reminder leaves this part of the time, and no more than an hour. */
const lastPart = 10;
const lastMsMax = 3_600_000;

/** The moments, in milliseconds since the epoch; none for a question that waits for a few minutes only. */
export function reminderTimes({ askedAt, deadline }: Pick<Question, 'askedAt' | 'deadline'>): readonly number[] {
  const wholeMs = deadline - askedAt;
  const wanted = [askedAt + wholeMs / 2, deadline - Math.min(wholeMs / lastPart, lastMsMax)].map(Math.trunc);
  return wanted.filter((at, index) => at - (wanted[index - 1] ?? askedAt) >= pauseMs && deadline - at >= pauseMs / 2);
}

/**
 * Calls `remind` at those moments that are still to come, until `signal` aborts; `remind` is told how many milliseconds are
 * left. Never rejects.
 */
export async function startReminders(
  question: Question,
  clock: Clock,
  remind: (question: Question, leftMs: number) => void,
  signal: AbortSignal,
): Promise<void> {
  for (const at of reminderTimes(question).filter((moment) => moment > clock.now())) {
    // A clock that was set back or a sleep that came short only means another sleep.
    while (!signal.aborted && clock.now() < at) await clock.sleep(at - clock.now(), signal);
    if (signal.aborted) return;
    remind(question, question.deadline - clock.now());
  }
}
