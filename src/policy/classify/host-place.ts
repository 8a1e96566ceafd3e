// What the file system of this machine says about one call. Links of the private directories are followed once for all
// paths of the call.

import { lstatSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { CommandPlace } from './command/place.ts';
import { realPlaces, refusePrivate, resolveAmong } from './path.ts';

/** The place of one call. `privateDirectories` are absolute; what leads to them is unclear. */
export function hostPlace(workspace: string, privateDirectories: readonly string[]): CommandPlace {
  let found: Promise<readonly string[]> | undefined;
  const privates = () => {
    found ??= realPlaces(privateDirectories);
    return found;
  };
  return {
    workspace,
    resolve: async (text, from) => refusePrivate(await resolveAmong(text, from, workspace, privates)),
    mayExist,
    list: (directory) => readdir(directory).catch(() => []),
  };
}

// Asked in place: a look at an inode takes microseconds, a hop to another thread and back takes many of them.
function mayExist(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ENOTDIR');
  }
}
