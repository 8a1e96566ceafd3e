// Looks at every entry below a directory, never through a symbolic link, and never at more entries than agreed. What was
// seen in a directory is remembered and counts as long as the directory is the same and unchanged (`walk-memory.ts`).

import { promises as files } from 'node:fs';
import { join } from 'node:path';
import { type EntryKind, kindOf } from './entry-kind.ts';
import { namedIn, noText } from './nameless.ts';
import { Unmountable } from './unmountable.ts';
import type { Seen, WalkMemory } from './walk-memory.ts';

/** One name in a directory. */
export interface WalkedEntry {
  readonly path: string;
  readonly name: string;
  readonly kind: EntryKind;
}

/** How many more entries may be looked at, over all walks of one call. */
export interface WalkBudget {
  left: number;
}

/** Less than half a second of looking. A tree that is larger is refused and not half looked at. */
export const walkEntriesMax = 100_000;

/** So many directories are read at a time; one after the other takes four times as long. */
const directoriesAtOnce = 32;

/** What to do about an entry: go into it, keep its path, or neither. INVARIANT: it depends on the entry alone. */
export type Look = (entry: WalkedEntry) => 'enter' | 'keep' | 'pass';

/** One walk. */
export interface WalkRequest {
  readonly start: string;
  readonly budget: WalkBudget;
  readonly look: Look;
  /** Text that is another one for every other `look`. */
  readonly lookName: string;
  readonly memory: WalkMemory;
}

/** What a walk came to. */
export interface Walked {
  readonly kept: readonly string[];
  /** Directories that this user may not enter. */
  readonly barred: readonly string[];
  /** What would be kept, and has no name that is text: spelled for a person, and no path to anything. */
  readonly nameless: readonly string[];
}

/** @throws {Unmountable} if there are more entries than the budget, or a directory cannot be looked at. */
export async function walk(request: WalkRequest): Promise<Walked> {
  const { start, budget } = request;
  const kept: string[] = [];
  const barred: string[] = [];
  const nameless: string[] = [];
  const pending = [start];
  while (pending.length > 0) {
    const unknown: string[] = [];
    for (const directory of pending.splice(0)) {
      const seen = request.memory.recall(request.lookName, directory);
      if (seen === undefined) unknown.push(directory);
      else take(directory, seen);
    }
    while (unknown.length > 0) {
      const some = unknown.splice(0, directoriesAtOnce);
      const looked = await Promise.all(some.map((directory) => lookInto(directory, request, nameless)));
      for (const [index, directory] of some.entries()) {
        const seen = looked[index];
        if (seen === undefined) barred.push(directory);
        else take(directory, seen);
      }
    }
  }
  return { kept, barred, nameless };

  function take(directory: string, seen: Seen): void {
    budget.left -= seen.entries;
    if (budget.left < 0) {
      const why = 'has too many entries to look through for what the policy keeps closed';
      throw new Unmountable(`\`${start}\` ${why}; grant a smaller directory`);
    }
    for (const name of seen.kept) kept.push(join(directory, name));
    for (const name of seen.entered) pending.push(join(directory, name));
  }
}

/** Undefined for a directory that this user may not enter. */
async function lookInto(
  directory: string,
  { look, lookName, memory, budget }: WalkRequest,
  nameless: string[],
): Promise<Seen | undefined> {
  const remember = memory.observe(lookName, directory);
  try {
    const found = await files.readdir(directory, { withFileTypes: true });
    if (found.some(({ name }) => name.includes(noText))) {
      const named = await namedIn(directory, look, budget);
      nameless.push(...named.nameless);
      // Not remembered: what changes below a name that is no text, no recalled directory would tell.
      return seenOf(named.entries, found.length, look);
    }
    const entries = found.map((entry) => ({
      path: join(directory, entry.name),
      name: entry.name,
      kind: kindOf(entry),
    }));
    return remember(seenOf(entries, found.length, look));
  } catch (error) {
    if (error instanceof Unmountable) throw error;
    const code = String(Object(error).code);
    if (code === 'EACCES') return undefined;
    // Gone meanwhile.
    if (code === 'ENOENT' || code === 'ENOTDIR') return { entries: 0, kept: [], entered: [] };
    throw new Unmountable(`could not look through \`${directory}\`: ${code}`, { cause: error });
  }
}

function seenOf(entries: readonly WalkedEntry[], count: number, look: Look): Seen {
  const kept: string[] = [];
  const entered: string[] = [];
  for (const entry of entries) {
    const answer = look(entry);
    if (answer === 'keep') kept.push(entry.name);
    else if (answer === 'enter' && entry.kind === 'directory') entered.push(entry.name);
  }
  return { entries: count, kept, entered };
}
