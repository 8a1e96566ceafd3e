// Time that passes only when everybody waits: hours of deadlines in microseconds, the same way every time.

import type { Clock } from '../../src/kernel/ports.ts';

interface Sleeper {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
}

/** A clock and the driver that moves it. */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #sleepers = new Set<Sleeper>();

  constructor(startMs: number) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const wake = () => {
        this.#sleepers.delete(sleeper);
        resolve();
      };
      this.#order += 1;
      const sleeper: Sleeper = { at: this.#now + ms, order: this.#order, wake };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  /**
   * Lets `work` run to its end, moving time to the next sleeper whenever nothing else can happen.
   * @throws {Error} if everybody waits and nobody sleeps, or more than `stepsMax` steps were needed.
   */
  async drive<T>(work: Promise<T>, stepsMax: number): Promise<T> {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    work.then(over, over);
    for (let step = 0; step < stepsMax; step += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (isOver) return work;
      const next = [...this.#sleepers].sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!next) throw new Error('the world hangs: everybody waits and nobody sleeps');
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
    throw new Error(`the world did not end within ${stepsMax} steps`);
  }
}
