// Watches how much memory a process really uses. The heap limit of an isolate does not count everything a guest can hold
// (a resizable buffer grows past it), the OS limit is coarse; this one fits the grant.

import { readFileSync } from 'node:fs';

const everyMs = 10;
/** What the runtime itself may need beyond the guest: compiled code, garbage not yet collected, text on its way. */
const slackMiB = 96;

/**
 * Calls `exceeded` once if the process grows by more than `memoryMiB` and some slack. Returns what ends the watch. Does
 * nothing where the system has no `/proc`: there only the isolate's heap limit and the OS limit hold.
 */
export function watchMemory(pid: number, memoryMiB: number, exceeded: () => void): () => void {
  const before = residentBytes(pid);
  if (before === undefined) return () => {};
  const most = before + (memoryMiB + slackMiB) * 1_048_576;
  const timer = setInterval(() => {
    const now = residentBytes(pid);
    if (now !== undefined && now <= most) return;
    clearInterval(timer);
    if (now !== undefined) exceeded();
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

function residentBytes(pid: number): number | undefined {
  try {
    const [, kibibytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1_024;
  } catch {
    return undefined;
  }
}
