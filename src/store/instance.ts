// Names a process so that a later one can tell whether it is still running, also when its number was given to another.

import { readFileSync } from 'node:fs';

interface Instance {
  readonly pid: number;
  /** Start time in clock ticks after boot; '' where the system does not say. */
  readonly started: string;
  /** Identity of the boot; '' where the system does not say. */
  readonly boot: string;
}

/** Names this process. Put it into every intent. */
export const createInstance = (): string => {
  const instance: Instance = { pid: process.pid, started: processState(process.pid)?.started ?? '', boot: bootId() };
  return JSON.stringify(instance);
};

/**
 * Whether the process named by `instance` still runs on this machine. A name nobody can read is not alive. Processes in
 * another process namespace (another container) are not visible and count as ended.
 */
export function isInstanceAlive(instance: string): boolean {
  const { pid, started, boot } = parseInstance(instance);
  if (!Number.isSafeInteger(pid) || pid <= 0 || boot !== bootId()) return false;
  if (started === '') return answersSignals(pid);
  const state = processState(pid);
  // A zombie has ended; only its parent has not noticed yet.
  return state !== null && state.started === started && state.letter !== 'Z' && state.letter !== 'X';
}

function parseInstance(text: string): Instance {
  try {
    const { pid, started, boot } = JSON.parse(text);
    return { pid: Number(pid), started: String(started), boot: String(boot) };
  } catch {
    return { pid: 0, started: '', boot: '' };
  }
}

/** State and start time from `/proc`; null if there is no such process, or no `/proc`. */
function processState(pid: number): { readonly letter: string; readonly started: string } | null {
  const text = readOrNull(`/proc/${pid}/stat`);
  if (text === null) return null;
  // The program's name is in parentheses and may hold anything; the numbered fields start after the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { letter: fields[0] ?? '', started: fields[19] ?? '' };
}

const bootId = (): string => readOrNull('/proc/sys/kernel/random/boot_id')?.trim() ?? '';

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
