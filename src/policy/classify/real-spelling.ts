// How a name is really spelled on disk. Some file systems open `ENV` for `env`, or one unicode form for another; a rule
// must see the name that is there. A name that exists nowhere yet gets its composed form (NFC).

import { lstatSync } from 'node:fs';
import { readdir } from 'node:fs/promises';

/** The names in a directory. */
export interface Listing {
  readonly names: ReadonlySet<string>;
  /** The first name of each composed form. */
  readonly byForm: ReadonlyMap<string, string>;
}

export type ListNames = (directory: string) => Promise<Listing>;

/** Reads a directory; one that cannot be read is empty. */
export const listNames: ListNames = async (directory) => {
  const names = await readdir(directory).catch(() => []);
  const byForm = new Map<string, string>();
  for (const name of names) {
    const form = name.normalize('NFC');
    if (!byForm.has(form)) byForm.set(form, name);
  }
  return { names: new Set(names), byForm };
};

/** The absolute path of `name` in `directory` (canonical), spelled as the entry that it opens. */
export async function realSpelling(directory: string, name: string, list: ListNames): Promise<string> {
  const typed = below(directory, name);
  if (!needsListing(directory, name)) return typed;
  const { names, byForm } = await list(directory);
  if (names.has(name)) return typed;
  const composed = name.normalize('NFC');
  return below(directory, byForm.get(composed) ?? entryOpenedBy(typed, directory, names) ?? composed);
}

/** The path of a name in a canonical directory. */
export const below = (directory: string, name: string): string =>
  directory === '/' ? `/${name}` : `${directory}/${name}`;

/** Plain names are their own spelling, unless the same file also opens under the other letter case. */
function needsListing(directory: string, name: string): boolean {
  if (!/^[\x20-\x7e]*$/.test(name) || /[. ]$|~/.test(name)) return true;
  const swapped = name === name.toLowerCase() ? name.toUpperCase() : name.toLowerCase();
  if (swapped === name) return false;
  // On most file systems nothing is there, and that is all there is to look at.
  const asSwapped = identity(below(directory, swapped));
  return asSwapped !== undefined && asSwapped === identity(below(directory, name));
}

/** The entry that is the very file which `typed` opens, looked for among names that fold to the same letters. */
function entryOpenedBy(typed: string, directory: string, names: ReadonlySet<string>): string | undefined {
  const wanted = identity(typed);
  if (wanted === undefined) return undefined;
  return [...names].find((name) => identity(below(directory, name)) === wanted);
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
