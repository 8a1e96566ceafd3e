// Watches how much memory and processor time a process really uses. The heap limit of an isolate does not count everything
// a guest can hold (a resizable buffer grows past it), the OS limit is coarse; this one fits the grant.

import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** What a process uses at one moment. */
export interface ProcessUse {
  readonly residentBytes: number;
  /** Processor time of all its threads since it began. */
  readonly cpuMs: number;
}

/** Looks at one process; undefined once it is gone, or where the system has no `/proc`. */
export interface ProcessGauge {
  read(): ProcessUse | undefined;
  close(): void;
}

/** What one call may use. */
export interface UseLimits {
  readonly memoryMiB: number;
  readonly cpuMs: number;
}

const everyMs = 10;
/** What the runtime itself may need beyond the guest: compiled code, garbage not yet collected, text on its way. */
const slackMiB = 96;
/** What the runtime's own threads may work beside the program, so that the wall clock ends one that only computes. */
const slackMs = 250;
/** The unit of processor time in `/proc`, on every Linux that Node runs on. */
const tickMs = 10;

/** A gauge that stays open: a look takes microseconds, and never sees another process that got the same number. */
export function openGauge(pid: number): ProcessGauge {
  const bytes = Buffer.allocUnsafe(1_024);
  let fd = -1;
  let pageBytes = 0;
  try {
    pageBytes = pageBytesHere();
    fd = openSync(`/proc/${pid}/stat`, 'r');
  } catch {
    // No /proc: there only the isolate's heap limit, the OS limit and the wall clock hold.
  }
  const close = () => {
    if (fd >= 0) closeSync(fd);
    fd = -1;
  };
  return {
    read: () => {
      if (fd < 0) return undefined;
      try {
        const text = bytes.toString('latin1', 0, readSync(fd, bytes, 0, bytes.length, 0));
        // The fields after the name, which may hold anything; the third field of all comes first.
        const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
        const [user = 0, system = 0, resident = 0] = [fields[11], fields[12], fields[21]].map(Number);
        return { residentBytes: resident * pageBytes, cpuMs: (user + system) * tickMs };
      } catch {
        return undefined;
      }
    },
    close,
  };
}

/** What the system counts memory in: AT_PAGESZ of what it told this process at its start. */
function pageBytesHere(): number {
  const told = readFileSync('/proc/self/auxv');
  for (let at = 0; at + 16 <= told.length; at += 16)
    if (told.readBigUInt64LE(at) === 6n) return Number(told.readBigUInt64LE(at + 8));
  throw new Error('the system did not say how large its pages are');
}

/** Calls `exceeded` once, with the reason, if the process uses more than this from now on. Returns what ends the watch. */
export function watchUse(gauge: ProcessGauge, limits: UseLimits, exceeded: (because: string) => void): () => void {
  const before = gauge.read();
  if (before === undefined) return () => {};
  const bytesMax = before.residentBytes + (limits.memoryMiB + slackMiB) * 1_048_576;
  const timer = setInterval(() => {
    const now = gauge.read();
    const isTooMuch = now !== undefined && now.residentBytes > bytesMax;
    const isTooLong = now !== undefined && now.cpuMs - before.cpuMs > limits.cpuMs + slackMs;
    if (now !== undefined && !isTooMuch && !isTooLong) return;
    clearInterval(timer);
    if (isTooMuch) exceeded(tooMuchMemory(limits.memoryMiB));
    else if (isTooLong) exceeded(`the program used more than its ${limits.cpuMs} ms of processor time`);
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** Why a program was stopped that needed more memory than it was given. */
export const tooMuchMemory = (memoryMiB: number): string => `the program needed more memory than its ${memoryMiB} MiB`;
