// A few isolate processes, lent to one call at a time, first come, first served. Whoever ends a call cleanly gives its
// process back; every other process is killed, and a new one starts when somebody needs it. Where calls wait although the
// usual processes are there, because those wait for the world, further ones start, and end when they are idle.

import type { IsolateProcess } from './process.ts';

/** A process that said `ready` and belongs to one call until it is given back or killed. */
export interface IsolatePool {
  /**
   * The next free process.
   * @throws {Error} if none can be started, or `signal` aborts first; the message is for a person.
   */
  lend(signal: AbortSignal): Promise<IsolateProcess>;
  /** Takes a process back whose call has ended; it is lent again once it says `ready`. */
  giveBack(lent: IsolateProcess): void;
  /** Resolves once a process could be started. @throws {Error} if none can; the message is for a person. */
  started(): Promise<void>;
  /** Starts one ahead where none is alive. */
  warm(): void;
  /** Kills all processes; resolves when they are gone. Nothing can be lent afterwards. */
  close(): Promise<void>;
}

/** How long a process may take to start, and to become ready for the next call: something may go on inside the last one. */
const readyMs = { first: 10_000, again: 1_000 };
/** How long a call waits before it gets a process beyond the usual ones: a short call ends sooner than a process starts. */
const crowdedMs = 50;
/** How long a process beyond the usual ones waits for a call before it ends. */
const surplusMs = 30_000;

/** Processes that are kept, and the most there may be. */
export interface PoolSize {
  readonly usual: number;
  readonly max: number;
}

const ignore = () => {};

interface Waiting {
  readonly resolve: (lent: IsolateProcess) => void;
  readonly reject: (error: Error) => void;
}

/** A pool of processes made by `start`. */
export function createIsolatePool(size: PoolSize, start: () => IsolateProcess): IsolatePool {
  const all = new Set<IsolateProcess>();
  const idle: IsolateProcess[] = [];
  const queue: Waiting[] = [];
  let isClosed = false;

  let crowded: NodeJS.Timeout | undefined;
  let surplus: NodeJS.Timeout | undefined;

  const handOn = (one: IsolateProcess) => {
    const next = queue.shift();
    if (next === undefined) idle.push(one);
    else next.resolve(one);
    watchQueue();
  };

  const becomeReady = (one: IsolateProcess) => {
    if (one.isReady()) return handOn(one);
    const patience = setTimeout(one.kill, one.pid() === 0 ? readyMs.first : readyMs.again);
    const enough = () => clearTimeout(patience);
    one.hear((frame) => {
      if (frame.kind !== 'ready') return;
      enough();
      one.hear(ignore, ignore);
      handOn(one);
    }, enough);
  };

  const startOne = () => {
    const one = start();
    all.add(one);
    becomeReady(one);
    void one.ended.then((lastWords) => {
      all.delete(one);
      if (idle.includes(one)) idle.splice(idle.indexOf(one), 1);
      // One that never became ready would fail for the next call too: that call is told why.
      if (one.pid() === 0) queue.shift()?.reject(new Error(couldNotStart(lastWords)));
      else if (all.size === 0 && !isClosed) startOne();
      serveQueue();
    });
  };

  const serveQueue = () => {
    while (!isClosed && all.size < Math.min(size.usual, queue.length + busyCount())) startOne();
  };
  /** A queue that moves is left alone, however long it is: more processes would not make the processors faster. */
  const watchQueue = () => {
    clearTimeout(crowded);
    if (queue.length > 0 && all.size < size.max) crowded = setTimeout(startBeyond, crowdedMs);
  };
  const startBeyond = () => {
    const startingCount = [...all].filter((one) => one.pid() === 0).length;
    if (isClosed || queue.length === 0) return;
    if (queue.length > startingCount) startOne();
    watchQueue();
    endSurplusLater();
  };
  const endSurplusLater = () => {
    clearTimeout(surplus);
    surplus = setTimeout(() => {
      if (all.size <= size.usual) return;
      idle.shift()?.kill();
      endSurplusLater();
    }, surplusMs).unref();
  };
  const busyCount = () => [...all].filter((one) => one.pid() !== 0 && !idle.includes(one)).length;

  /** One that has nothing else to do; or else one that is still making isolates, where a call would wait a moment. */
  const takeIdle = (): IsolateProcess | undefined => {
    const living = idle.filter((one) => one.isAlive());
    const [taken] = [...living.filter((one) => one.isRested()), ...living];
    if (taken !== undefined) idle.splice(idle.indexOf(taken), 1);
    return taken;
  };

  const lend = (signal: AbortSignal): Promise<IsolateProcess> => {
    if (isClosed) return Promise.reject(new Error('the isolate sandbox is closed'));
    const ready = takeIdle();
    if (ready !== undefined) return Promise.resolve(ready);
    const { promise, resolve, reject } = Promise.withResolvers<IsolateProcess>();
    const waiting = { resolve, reject };
    const leave = () => {
      if (!queue.includes(waiting)) return;
      queue.splice(queue.indexOf(waiting), 1);
      reject(new Error(String(signal.reason)));
    };
    if (signal.aborted) return Promise.reject(new Error(String(signal.reason)));
    signal.addEventListener('abort', leave, { once: true });
    queue.push(waiting);
    serveQueue();
    if (queue.length === 1) watchQueue();
    return promise.finally(() => signal.removeEventListener('abort', leave));
  };

  return {
    lend,
    started: async () => {
      if ([...all].some((one) => one.pid() !== 0)) return;
      handOn(await lend(AbortSignal.timeout(readyMs.first)));
    },
    giveBack: (lent) => {
      if (lent.isAlive()) becomeReady(lent);
    },
    warm: () => {
      if (all.size === 0 && !isClosed) startOne();
    },
    close: async () => {
      isClosed = true;
      clearTimeout(crowded);
      clearTimeout(surplus);
      for (const waiting of queue.splice(0)) waiting.reject(new Error('the isolate sandbox is closed'));
      const ended = [...all].map((one) => one.ended);
      for (const one of all) one.kill();
      await Promise.all(ended);
    },
  };
}

const couldNotStart = (lastWords: string): string => {
  const [line = ''] = lastWords.split('\n').filter((each) => each.trim() !== '');
  return `could not start an isolate process: ${line || 'it ended without a word'}`;
};
