// One kernel process after another on the same state home, from the side of the soak: hands out calls, hears how they end,
// kills. A call that was handed to a process which died is `interrupted`: nobody knows more than the ledger.

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Gauge, Order, Report } from './messages.ts';
import type { PlannedCall } from './planned-calls.ts';
import type { SoakPlace } from './soak-place.ts';

/** How a call ended, as far as its caller knows. */
export interface CallEnd {
  readonly outcome: 'ok' | 'failed' | 'unknown' | 'refused' | 'threw' | 'interrupted' | 'silent';
  readonly because: string;
}

/** An end, and when the call was handed over and ended, as `performance.now()` has it. */
export interface TimedEnd {
  readonly end: CallEnd;
  readonly from: number;
  readonly until: number;
}

/** The kernel under soak, whichever process it is now. */
export interface SoakedKernel {
  /** Process ids of all kernels so far. */
  readonly pids: readonly number[];
  /** The text by which the kernel of now names itself; '' while there is none. */
  readonly instance: string;
  /** Runs a call in the process of now, or in the next one. Never rejects. */
  run(call: PlannedCall): Promise<TimedEnd>;
  /** What the process uses. */
  gauge(): Promise<Gauge>;
  /** Kills the process of now, in whatever state it is, and starts the next one. */
  kill(): void;
  /** Ends the process of now as a command would. @throws {Error} if it does not end well. */
  close(): Promise<void>;
}

/** Longer than any call of a soak may take: all have limits of seconds. */
const patienceMs = 120_000;
const entry = join(import.meta.dirname, 'kernel-process.ts');

export function startSoakedKernel(place: SoakPlace): SoakedKernel {
  const pids: number[] = [];
  const ends = new Map<string, (end: CallEnd) => void>();
  let instance = '';
  let isClosing = false;
  let gauged: (gauge: Gauge) => void = () => {};

  const hear = (report: Report) => {
    if (report.kind === 'ready') instance = report.instance;
    else if (report.kind === 'gauge') gauged(report.gauge);
    else ends.get(report.id)?.(report);
  };
  const start = () => {
    const flags = ['--no-node-snapshot', '--expose-gc', '--disable-warning=ExperimentalWarning'];
    const child = spawn(place.node, [...flags, entry, place.workspace, place.policy], {
      env: place.environment,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    if (child.pid !== undefined) pids.push(child.pid);
    const ready = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<string>();
    child.on('message', (report: Report) => {
      hear(report);
      if (report.kind === 'ready') ready.resolve();
    });
    child.on('exit', (code, signal) => {
      instance = '';
      const how = signal ?? `status ${code}`;
      ended.resolve(how);
      for (const end of ends.values()) end({ outcome: 'interrupted', because: `the kernel ended with ${how}` });
      if (!isClosing) current = start();
    });
    return { child, ready: ready.promise, ended: ended.promise };
  };
  let current = start();

  /** The process that is ready now: while one waits for it, it may be killed, and the next one counts. */
  const readyProcess = async () => {
    for (;;) {
      const process = current;
      await Promise.race([process.ready, process.ended]);
      if (process === current && process.child.connected) return process;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const order = (child: ChildProcess, said: Order) => child.send(said, () => {});

  return {
    pids,
    get instance() {
      return instance;
    },
    run: async (call) => {
      const { child } = await readyProcess();
      const { promise, resolve } = Promise.withResolvers<CallEnd>();
      const silence = setTimeout(() => resolve({ outcome: 'silent', because: `for ${patienceMs} ms` }), patienceMs);
      const from = performance.now();
      ends.set(call.id, resolve);
      order(child, { kind: 'call', call });
      const end = await promise;
      clearTimeout(silence);
      ends.delete(call.id);
      return { end, from, until: performance.now() };
    },
    gauge: async () => {
      const { child } = await readyProcess();
      const { promise, resolve } = Promise.withResolvers<Gauge>();
      gauged = resolve;
      order(child, { kind: 'gauge' });
      return promise;
    },
    kill: () => void current.child.kill('SIGKILL'),
    close: async () => {
      const { child, ended } = await readyProcess();
      isClosing = true;
      order(child, { kind: 'close' });
      const how = await ended;
      if (how !== 'status 0') throw new Error(`the kernel did not close: it ended with ${how}`);
    },
  };
}
