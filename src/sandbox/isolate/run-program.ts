// Runs one program in one isolate process and says how it ended. The process cannot prolong its own life: time, abort,
// memory and the number of host calls are watched here, and whatever does not end cleanly is killed.

import type { Frame } from './frames.ts';
import { type HostCalls, hostCallLimits } from './host-calls.ts';
import type { IsolateProcess } from './process.ts';
import { tooMuchMemory, watchUse } from './watch-use.ts';

/** What to run. */
export interface IsolateJob {
  /** Body of `async (args, host) => string`. */
  readonly program: string;
  readonly argsJson: string;
  readonly memoryMiB: number;
  /** Processor time of the whole process, the engine's own helpers included. */
  readonly cpuMs: number;
  readonly outputCharsMax: number;
}

/** How a program ended. After `stopped` the process is dead. */
export type IsolateEnd =
  | { readonly kind: 'returned'; readonly text: string; readonly isCut: boolean }
  | { readonly kind: 'threw'; readonly because: string }
  | { readonly kind: 'stopped'; readonly because: string };

/** Runs `job` to its end; never rejects. `signal` stops it, for the reason that the signal carries as text. */
export function runProgram(
  job: IsolateJob,
  lent: IsolateProcess,
  hostCalls: HostCalls,
  signal: AbortSignal,
): Promise<IsolateEnd> {
  const { promise, resolve } = Promise.withResolvers<IsolateEnd>();
  let stopWatching = () => {};
  let isOver = false;
  let open = 0;
  let asked = 0;

  const end = (how: IsolateEnd) => {
    if (isOver) return;
    isOver = true;
    stopWatching();
    signal.removeEventListener('abort', abort);
    lent.hear(ignore, ignore);
    lent.hold(false);
    if (how.kind === 'stopped') lent.kill();
    resolve(how);
  };
  const stop = (because: string) => end({ kind: 'stopped', because });
  const abort = () => stop(String(signal.reason));

  const serve = async (frame: Frame) => {
    asked += 1;
    if (asked > hostCallLimits.calls) return stop(`the program made more than ${hostCallLimits.calls} host calls`);
    open += 1;
    // What is not read yet stays in the memory of the process, where it counts.
    if (open >= hostCallLimits.atOnce) lent.hold(true);
    const answer = await hostCalls(frame.meta, frame.text);
    // INVARIANT: an answer never leaves once its program is over: the next program in this process would get it.
    if (isOver) return;
    if (answer.kind === 'refusal') await lent.send({ kind: 'refusal', id: frame.id, meta: '', text: answer.because });
    else await lent.send({ kind: 'answer', id: frame.id, meta: JSON.stringify(answer.meta), text: answer.text });
    open -= 1;
    if (!isOver && open < hostCallLimits.atOnce) lent.hold(false);
  };
  const hear = (frame: Frame) => {
    switch (frame.kind) {
      case 'request':
        return void serve(frame);
      case 'returned':
        return end({ kind: 'returned', text: frame.text, isCut: frame.id !== 0 });
      case 'threw':
        return end({
          kind: 'threw',
          because: frame.text.slice(0, 8_000) || 'the program threw an error without a message',
        });
      case 'died':
        return stop(
          frame.text === 'memory' ? tooMuchMemory(job.memoryMiB) : `the isolate broke: ${frame.text.slice(0, 500)}`,
        );
      default:
        return stop('the isolate process said something it may not say');
    }
  };

  if (signal.aborted) {
    abort();
    return promise;
  }
  signal.addEventListener('abort', abort, { once: true });
  lent.hear(hear, (lastWords) => stop(causeOfDeath(lastWords, job.memoryMiB)));
  if (!lent.isAlive()) stop(causeOfDeath('', job.memoryMiB));
  const { program, memoryMiB, outputCharsMax } = job;
  void lent.send({
    kind: 'start',
    id: 0,
    meta: JSON.stringify({ program, memoryMiB, outputCharsMax }),
    text: job.argsJson,
  });
  // The process is at rest until the frame is there, so that this look still shows it without the program.
  if (!isOver) stopWatching = watchUse(lent.gauge(), job, stop);
  return promise;
}

const ignore = () => {};

const causeOfDeath = (lastWords: string, memoryMiB: number): string =>
  /out of memory|allocation failed|memory limit/i.test(lastWords)
    ? tooMuchMemory(memoryMiB)
    : 'the isolate process crashed; nothing else was touched';
