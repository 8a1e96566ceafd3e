// What the file system of this machine says about one call. Links of the private directories are followed once for all
// paths of the call.

import { lstatSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { CommandPlace } from './command/place.ts';
import { refusePrivate, resolveWith, seenBy } from './path.ts';

/** The place of one call. `privateDirectories` are absolute; what leads to them is unclear. */
export function hostPlace(workspace: string, privateDirectories: readonly string[]): CommandPlace {
  const seen = seenBy(privateDirectories);
  return {
    workspace,
    resolve: async (text, from) => refusePrivate(await resolveWith(text, from, workspace, seen)),
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
