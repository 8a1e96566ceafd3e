// How a name is really spelled on disk. Some file systems open `ENV` for `env`, or one unicode form for another; a rule
// must see the name that is there. A name that exists nowhere yet gets its composed form (NFC).

import { lstatSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The absolute path of `name` in `directory` (canonical), spelled as the entry that it opens. */
export async function realSpelling(directory: string, name: string): Promise<string> {
  const typed = join(directory, name);
  if (!needsListing(directory, name)) return typed;
  const entries = await list(directory);
  if (entries.includes(name)) return typed;
  const composed = name.normalize('NFC');
  const sameForm = entries.find((entry) => entry.normalize('NFC') === composed);
  if (sameForm !== undefined) return join(directory, sameForm);
  const sameFile = entryOpenedBy(typed, directory, entries);
  return join(directory, sameFile ?? composed);
}

/** Plain names are their own spelling, unless the same file also opens under the other letter case. */
function needsListing(directory: string, name: string): boolean {
  if (!/^[\x20-\x7e]*$/.test(name) || /[. ]$|~/.test(name)) return true;
  const swapped = name === name.toLowerCase() ? name.toUpperCase() : name.toLowerCase();
  if (swapped === name) return false;
  // On most file systems nothing is there, and that is all there is to look at.
  const asSwapped = identity(join(directory, swapped));
  return asSwapped !== undefined && asSwapped === identity(join(directory, name));
}

/** The entry that is the very file which `typed` opens, looked for among names that fold to the same letters. */
function entryOpenedBy(typed: string, directory: string, entries: readonly string[]): string | undefined {
  const wanted = identity(typed);
  if (wanted === undefined) return undefined;
  return entries.find((entry) => identity(join(directory, entry)) === wanted);
}

// Asked in place: a look at an inode takes microseconds, a hop to another thread and back takes many of them.
function identity(path: string): string | undefined {
  try {
    const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return found === undefined ? undefined : `${found.dev}:${found.ino}`;
  } catch {
    return undefined;
  }
}

const list = (directory: string): Promise<readonly string[]> => readdir(directory).catch(() => []);
