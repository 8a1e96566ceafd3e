// What walks saw in directories, so that the next one need not look again where nothing changed: whenever a name comes, goes
// or stands for something else, Linux gives the directory a new change time, which no user can set back. Times come in steps,
// so a directory that changed a moment ago counts as changing still. INVARIANT: what is recalled is what a look would see.
//
// It does not hold on file systems whose server has a clock more than two seconds behind, or that keep no change times.

import { lstatSync } from 'node:fs';
import type { Clock } from '../../kernel/ports.ts';

/** What was seen in one directory. */
export interface Seen {
  /** How many there were in all. */
  readonly entries: number;
  /** Names that were kept, and those of directories to go into. */
  readonly kept: readonly string[];
  readonly entered: readonly string[];
}

/** Remembers what walks saw. */
export interface WalkMemory {
  /** What a look into the directory would see; undefined if that is not known for sure. */
  recall(lookName: string, directory: string): Seen | undefined;
  /** To be called before a look; what it returns takes what was seen, and hands it back. */
  observe(lookName: string, directory: string): (seen: Seen) => Seen;
}

/** Time stamps advance every few milliseconds, on old file systems every two seconds. */
const youngMs = 2_000;
/** Some 200 bytes each. */
const directoriesMax = 50_000;

interface Remembered {
  readonly stamp: string;
  readonly seen: Seen;
}

export function createWalkMemory(clock: Pick<Clock, 'now'>): WalkMemory {
  const looks = new Map<string, Map<string, Remembered>>();
  let count = 0;
  const forgetOldest = () => {
    for (const [name, directories] of looks) {
      if (count < directoriesMax) return;
      looks.delete(name);
      count -= directories.size;
    }
  };
  return {
    recall: (lookName, directory) => {
      const known = looks.get(lookName)?.get(directory);
      return known !== undefined && known.stamp === stampOf(directory)?.text ? known.seen : undefined;
    },
    observe: (lookName, directory) => {
      const observedAt = clock.now();
      const stamp = stampOf(directory);
      return (seen) => {
        if (stamp === undefined || observedAt - stamp.changedMs < youngMs) return seen;
        if (count >= directoriesMax) forgetOldest();
        const directories = looks.get(lookName) ?? new Map<string, Remembered>();
        // Last in the map is last used.
        looks.delete(lookName);
        looks.set(lookName, directories);
        if (!directories.has(directory)) count += 1;
        directories.set(directory, { stamp: stamp.text, seen });
        return seen;
      };
    },
  };
}

interface Stamp {
  readonly text: string;
  readonly changedMs: number;
}

/** Undefined where there is nothing, or this user may not look. */
function stampOf(directory: string): Stamp | undefined {
  try {
    const { dev, ino, ctimeNs, ctimeMs } = lstatSync(directory, { bigint: true });
    return { text: `${dev}:${ino}:${ctimeNs}`, changedMs: Number(ctimeMs) };
  } catch {
    return undefined;
  }
}
