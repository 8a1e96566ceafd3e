// How a name is really spelled on disk. Some file systems open `ENV` for `env`, or one unicode form for another; a rule
// must see the name that is there. A name that exists nowhere yet gets its composed form (NFC).

import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The absolute path of `name` in `directory` (canonical), spelled as the entry that it opens. */
export async function realSpelling(directory: string, name: string): Promise<string> {
  const typed = join(directory, name);
  if (!(await needsListing(directory, name))) return typed;
  const entries = await list(directory);
  if (entries.includes(name)) return typed;
  const composed = name.normalize('NFC');
  const sameForm = entries.find((entry) => entry.normalize('NFC') === composed);
  if (sameForm !== undefined) return join(directory, sameForm);
  const sameFile = await entryOpenedBy(typed, directory, entries);
  return join(directory, sameFile ?? composed);
}

/** Plain names are their own spelling, unless the same file also opens under the other letter case. */
async function needsListing(directory: string, name: string): Promise<boolean> {
  if (!/^[\x20-\x7e]*$/.test(name) || /[. ]$|~/.test(name)) return true;
  const swapped = name === name.toLowerCase() ? name.toUpperCase() : name.toLowerCase();
  if (swapped === name) return false;
  const [asTyped, asSwapped] = await Promise.all([identity(join(directory, name)), identity(join(directory, swapped))]);
  return asTyped !== undefined && asTyped === asSwapped;
}

/** The entry that is the very file which `typed` opens, looked for among names that fold to the same letters. */
async function entryOpenedBy(
  typed: string,
  directory: string,
  entries: readonly string[],
): Promise<string | undefined> {
  const wanted = await identity(typed);
  if (wanted === undefined) return undefined;
  for (const entry of entries) {
    if ((await identity(join(directory, entry))) === wanted) return entry;
  }
  return undefined;
}

async function identity(path: string): Promise<string | undefined> {
  const found = await lstat(path, { bigint: true }).catch(() => undefined);
  return found === undefined ? undefined : `${found.dev}:${found.ino}`;
}

const list = (directory: string): Promise<readonly string[]> => readdir(directory).catch(() => []);
