// Lists a checked directory: names and kinds, links not followed, with an end.

import type { Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { FileRefused } from './file-access.ts';
import { type CheckedFile, hasDescriptorPaths } from './open-checked.ts';

export type EntryKind = 'file' | 'directory' | 'link' | 'other';

export interface DirectoryEntry {
  readonly name: string;
  readonly kind: EntryKind;
}

/** Most entries of one listing. */
export const entriesMax = 10_000;

/**
 * Entries of a directory by name. `isWhole` is false where there are more than `entriesMax`.
 * @throws {FileRefused} if it is a file.
 */
export async function listDirectory(
  directory: CheckedFile,
  path: string,
): Promise<{ readonly entries: readonly DirectoryEntry[]; readonly isWhole: boolean }> {
  if (directory.kind !== 'directory') throw new FileRefused(`\`${path}\` is a file`);
  // The descriptor is read, not the name, which may lead elsewhere by now.
  const opened = await opendir(hasDescriptorPaths ? `/proc/self/fd/${directory.handle.fd}` : directory.absolute);
  const entries: DirectoryEntry[] = [];
  let isWhole = true;
  for await (const entry of opened) {
    if (entries.length === entriesMax) {
      isWhole = false;
      break;
    }
    entries.push({ name: entry.name, kind: kindOf(entry) });
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { entries, isWhole };
}

function kindOf(entry: Dirent): EntryKind {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'link' : 'other';
}
