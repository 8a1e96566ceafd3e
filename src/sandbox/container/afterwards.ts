// Work that nobody waits for: taking containers down and making others. Both keep an engine and a processor busy for a
// tenth of a second, so they wait for a moment in which no call is under way; for a while, and then they are done all the same.

import type { Clock } from '../../kernel/ports.ts';

/** Puts work off until calls are over. */
export interface Afterwards {
  /** A call is under way until `work` is settled. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Does `work`, which never rejects, once it is quiet. */
  put(work: () => Promise<void>): void;
  /** Puts nothing off any more, and waits for what was put off. */
  settle(): Promise<void>;
}

/** Time for the answer of a call to be recorded and told, and for the next call of a model that asked for several. */
const quietMs = 20;
/** A call that takes long keeps nobody waiting for longer. */
const patienceMs = 1_000;

export function createAfterwards(clock: Clock): Afterwards {
  const closing = new AbortController();
  const pending = new Set<Promise<void>>();
  let underWay = 0;
  let endedAt = 0;

  const untilQuiet = async (): Promise<void> => {
    const deadline = clock.monotonic() + patienceMs;
    for (;;) {
      const now = clock.monotonic();
      const restMs = Math.min(underWay > 0 ? quietMs : endedAt + quietMs - now, deadline - now);
      if (restMs <= 0 || closing.signal.aborted) return;
      await clock.sleep(restMs, closing.signal);
    }
  };

  return {
    during: async (work) => {
      underWay += 1;
      try {
        return await work();
      } finally {
        underWay -= 1;
        endedAt = clock.monotonic();
      }
    },
    put: (work) => {
      const done = untilQuiet().then(work);
      pending.add(done);
      done.finally(() => pending.delete(done));
    },
    settle: async () => {
      closing.abort();
      await Promise.all(pending);
    },
  };
}
