// Looks at every entry below a directory, never through a symbolic link, and never at more entries than agreed.

import { type Dirent, promises as files } from 'node:fs';
import { join } from 'node:path';
import { Unmountable } from './unmountable.ts';

/** What a name stands for, without following it. */
export type EntryKind = 'file' | 'directory' | 'link' | 'other';

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

/**
 * Calls `visit` for each entry below `start`; directories for which it answers true are entered, and those that this user
 * may not enter are handed to `barred`.
 * @throws {Unmountable} if there are more entries than `budget`, or a directory cannot be looked at.
 */
export async function walk(
  start: string,
  budget: WalkBudget,
  visit: (entry: WalkedEntry) => boolean,
  barred: (directory: string) => void = () => {},
): Promise<void> {
  const pending = [start];
  while (pending.length > 0) {
    for (const entries of await Promise.all(
      pending.splice(0, directoriesAtOnce).map((directory) => entriesOf(directory, barred)),
    )) {
      budget.left -= entries.length;
      if (budget.left < 0) {
        const why = 'has too many entries to look through for what the policy keeps closed';
        throw new Unmountable(`\`${start}\` ${why}; grant a smaller directory`);
      }
      for (const entry of entries) if (visit(entry) && entry.kind === 'directory') pending.push(entry.path);
    }
  }
}

async function entriesOf(directory: string, barred: (directory: string) => void): Promise<readonly WalkedEntry[]> {
  try {
    const entries = await files.readdir(directory, { withFileTypes: true });
    return entries.map((entry) => ({ path: join(directory, entry.name), name: entry.name, kind: kindOf(entry) }));
  } catch (error) {
    const code = String(Object(error).code);
    if (code === 'EACCES') barred(directory);
    // Gone meanwhile, or closed to this user, and so to a container until its owner opens it.
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return [];
    throw new Unmountable(`could not look through \`${directory}\`: ${code}`, { cause: error });
  }
}

/** What a directory entry or the result of `lstat` stands for. */
export function kindOf(entry: Pick<Dirent, 'isFile' | 'isDirectory' | 'isSymbolicLink'>): EntryKind {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'link' : 'other';
}
