// Virtual time. Events fire in the order of their time, then of their making; between two of them every promise that can
// settle settles, so real asynchronous code runs on it unchanged. Nothing here reads the machine's clock.

export const makeClock = (startMs) => {
  const heap = [];
  let now = startMs;
  let made = 0;

  const isBefore = (a, b) => a.at < b.at || (a.at === b.at && a.seq < b.seq);

  const push = (event) => {
    let index = heap.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(event, heap[parent])) break;
      heap[index] = heap[parent];
      index = parent;
    }
    heap[index] = event;
  };

  const pop = () => {
    const first = heap[0];
    const last = heap.pop();
    if (heap.length > 0) {
      let index = 0;
      for (;;) {
        let child = 2 * index + 1;
        if (child >= heap.length) break;
        if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child += 1;
        if (!isBefore(heap[child], last)) break;
        heap[index] = heap[child];
        index = child;
      }
      heap[index] = last;
    }
    return first;
  };

  const at = (timeMs, fire) => {
    made += 1;
    const event = { at: Math.max(now, timeMs), seq: made, fire };
    push(event);
    return event;
  };

  const timers = {
    setTimeout: (fire, ms) => at(now + ms, fire),
    clearTimeout: (event) => {
      event.fire = undefined;
    },
    setInterval: (fire, ms) => {
      const interval = { isStopped: false };
      const tick = () => {
        if (interval.isStopped) return;
        fire();
        at(now + ms, tick);
      };
      at(now + ms, tick);
      return interval;
    },
    clearInterval: (interval) => {
      interval.isStopped = true;
    },
  };

  return {
    now: () => now,
    iso: () => new Date(now).toISOString(),
    at,
    timers,
    sleep: (ms) => new Promise((resolve) => at(now + ms, resolve)),
    /** Runs every event before `endMs`. What is still in flight then is lost, as it is when a log is cut. */
    runUntil: (endMs) =>
      new Promise((resolve) => {
        let isOver = false;
        const step = () => {
          if (isOver) return;
          isOver = heap.length === 0 || heap[0].at >= endMs;
          if (isOver) {
            now = endMs;
            resolve();
            return;
          }
          const event = pop();
          now = event.at;
          event.fire?.();
        };
        // Promises settle between two immediates; many of them in one turn of the event loop cost less than a turn each.
        const batch = () => {
          for (let count = 0; count < 1_000; count += 1) setImmediate(step);
          if (!isOver) setImmediate(batch);
        };
        batch();
      }),
  };
};
