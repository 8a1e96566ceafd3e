// The processes of this machine that belong to a soak: those that run a program of its folder, or name it in their words.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface FoundProcess {
  readonly pid: number;
  /** The file it runs. */
  readonly program: string;
  readonly words: readonly string[];
}

/** All of them but this one. Zombies have neither file nor words. */
export function processesOf(folder: string): readonly FoundProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(Number)
    .flatMap((pid) => lookAt(pid))
    .filter(({ program, words }) => [program, ...words].some((text) => text.includes(folder)));
}

function lookAt(pid: number): readonly FoundProcess[] {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return [{ pid, program: readlinkSync(`/proc/${pid}/exe`), words }];
  } catch {
    // It has ended meanwhile, or is somebody else's.
    return [];
  }
}
