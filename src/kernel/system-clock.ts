// The machine's own time.

import type { Clock } from './ports.ts';

/** Longest time a Node timer takes, in milliseconds; longer sleeps are made of several. */
const timerMsMax = 2_147_483_647;

/** Real time; a sleep that is aborted leaves no timer behind. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(ms: number, signal: AbortSignal) {
    const endsAt = performance.now() + ms;
    for (let restMs = ms; restMs > 0 && !signal.aborted; restMs = endsAt - performance.now()) {
      await nap(Math.min(restMs, timerMsMax), signal);
    }
  },
});

function nap(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal.addEventListener('abort', wake);
  });
}
