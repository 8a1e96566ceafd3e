// Checks pages side by side: in threads of their own where there are many, else here. What always holds: a thread that fails
// has found nothing sound, so its pages are looked at record by record.

import { availableParallelism } from 'node:os';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { checkPage, type Page, type SoundPage, type Wanted } from './check-page.ts';

/** Checks pages, several at once. */
export interface PageChecker {
  /** How many pages are worth handing over before the first is awaited. */
  readonly atOnce: number;
  check(page: Page, wanted: Wanted): Promise<SoundPage | null>;
  close(): Promise<void>;
}

/** Checks in this thread. */
export const checkHere: PageChecker = Object.freeze({
  atOnce: 1,
  check: async (page: Page, wanted: Wanted) => checkPage(page, wanted),
  close: async () => {},
});

/** What goes to a thread, and what comes back for it. */
export interface PageJob {
  readonly id: number;
  readonly page: Page;
  readonly wanted: Wanted;
}
export interface PageAnswer {
  readonly id: number;
  readonly found: SoundPage | null;
}

/** Checks in as many threads. Close it when done. */
export function startPageChecker(threads: number): PageChecker {
  const waiting = new Map<number, (found: SoundPage | null) => void>();
  let isClosed = false;
  let jobs = 0;
  const giveUp = (): void => {
    isClosed = true;
    for (const settle of waiting.values()) settle(null);
    waiting.clear();
  };
  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(join(import.meta.dirname, `check-thread${extname(import.meta.filename)}`));
    worker.on('message', ({ id, found }: PageAnswer) => {
      waiting.get(id)?.(found);
      waiting.delete(id);
    });
    worker.on('error', giveUp);
    worker.on('exit', giveUp);
    return worker;
  });
  return {
    atOnce: threads * 2,
    check: (page, wanted) =>
      new Promise((resolve) => {
        if (isClosed) return resolve(null);
        jobs += 1;
        const job: PageJob = { id: jobs, page, wanted };
        waiting.set(job.id, resolve);
        workers[jobs % threads]?.postMessage(job, handedOver(page.text));
      }),
    async close() {
      giveUp();
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** Memory that belongs to the page alone goes to the thread without being copied; nobody looks at it here any more. */
const handedOver = ({ buffer, byteLength }: Uint8Array): ArrayBuffer[] =>
  buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];

/** Threads are worth their start from here on, in bytes of text. */
const manyBytes = 33_554_432;

/** Does work that checks about so many bytes of records. */
export async function withPageChecker<T>(bytes: number, work: (checker: PageChecker) => Promise<T>): Promise<T> {
  const checker = bytes < manyBytes ? checkHere : startPageChecker(Math.min(availableParallelism(), 4));
  try {
    return await work(checker);
  } finally {
    await checker.close();
  }
}
