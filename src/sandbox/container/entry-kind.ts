// What a name in a directory stands for, without following it.

import type { Dirent } from 'node:fs';

/** `other`: a pipe, a socket, a device. */
export type EntryKind = 'file' | 'directory' | 'link' | 'other';

/** What a directory entry or the result of `lstat` stands for. */
export function kindOf(entry: Pick<Dirent, 'isFile' | 'isDirectory' | 'isSymbolicLink'>): EntryKind {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'link' : 'other';
}
