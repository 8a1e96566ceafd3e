// Where the time of a call went, step by step.

import type { Clock } from './ports.ts';
import type { CallTimings } from './types.ts';

export type Step = keyof CallTimings;

export interface Stopwatch {
  /** Runs `work` and adds its time to `step`; waits for it if it is a promise. */
  during<T>(step: Step, work: () => T): T;
  /** Milliseconds so far, to a microsecond. */
  read(): CallTimings;
}

/** A stopwatch at zero. */
export function startStopwatch(clock: Clock): Stopwatch {
  const ms = { classify: 0, decide: 0, approve: 0, record: 0, execute: 0 };
  const add = (step: Step, startedAt: number) => {
    ms[step] = Math.round((ms[step] + clock.monotonic() - startedAt) * 1000) / 1000;
  };
  return {
    during(step, work) {
      const startedAt = clock.monotonic();
      const value = work();
      if (value instanceof Promise)
        value.then(
          () => add(step, startedAt),
          () => add(step, startedAt),
        );
      else add(step, startedAt);
      return value;
    },
    read: () => ({ ...ms }),
  };
}
