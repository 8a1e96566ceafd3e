// Opens a file or a directory so that what is opened is what was judged: the path is judged before anything is touched,
// the last link is not followed, and the descriptor itself is asked where it leads. A name swapped in between loses.
// Does not guard against hard links: a second name of a file is a file of its own for every path rule.

import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readlink, realpath } from 'node:fs/promises';
import { codeOf, grantedPath, outside } from './canonical-path.ts';
import { type FileAccess, type FilePurpose, FileRefused } from './file-access.ts';

/** An open descriptor whose path has been checked. Whoever has it closes it. */
export interface CheckedFile extends AsyncDisposable {
  readonly handle: FileHandle;
  /** Canonical and absolute. */
  readonly absolute: string;
  readonly kind: 'file' | 'directory';
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** True where the system tells which path an open descriptor has. */
export const hasDescriptorPaths = process.platform === 'linux';

/**
 * Opens an existing file or directory for reading, under the grants for `purpose`.
 * @throws {FileRefused} if it is not granted, not there, or neither a regular file nor a directory.
 */
export async function openChecked(path: string, purpose: FilePurpose, access: FileAccess): Promise<CheckedFile> {
  const { absolute, exists } = await grantedPath(path, purpose, access);
  if (!exists) throw new FileRefused(`\`${path}\` is not there`);
  return openCanonical(absolute, path, (real) => access.covers(purpose, real), purpose);
}

/** Opens a canonical path whose descriptor must lead to a path that `isGranted`. `path` is its name in messages. */
export async function openCanonical(
  absolute: string,
  path: string,
  isGranted: (real: string) => boolean,
  purpose: FilePurpose,
): Promise<CheckedFile> {
  // Merely opening a device can do something: look before.
  const before = await look(absolute, path);
  if (!before.isFile() && !before.isDirectory()) throw notPlain(path);
  const handle = await openPlainly(absolute, path);
  try {
    const stats = await handle.stat();
    if (!stats.isFile() && !stats.isDirectory()) throw notPlain(path);
    const real = await descriptorPath(handle, absolute, path);
    if (!isGranted(real)) throw outside(path, purpose);
    // A name that was removed or replaced since says nothing about this descriptor.
    const named = await look(real, path);
    if (named.dev !== stats.dev || named.ino !== stats.ino)
      throw new FileRefused(`\`${path}\` changed while it was opened`);
    return {
      handle,
      absolute: real,
      kind: stats.isFile() ? 'file' : 'directory',
      sizeBytes: stats.size,
      modifiedMs: Math.trunc(stats.mtimeMs),
      [Symbol.asyncDispose]: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error instanceof FileRefused ? error : new FileRefused(`could not open \`${path}\`: ${codeOf(error)}`);
  }
}

async function openPlainly(absolute: string, path: string): Promise<FileHandle> {
  try {
    return await open(absolute, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw new FileRefused(`could not open \`${path}\`: ${codeOf(error)}`);
  }
}

async function look(absolute: string, path: string) {
  try {
    return await lstat(absolute);
  } catch (error) {
    throw new FileRefused(`could not open \`${path}\`: ${codeOf(error)}`);
  }
}

/** Where an open descriptor leads. Elsewhere than on Linux the name is resolved again; the inode check does the rest. */
export async function descriptorPath(handle: FileHandle, absolute: string, path: string): Promise<string> {
  try {
    return hasDescriptorPaths ? await readlink(`/proc/self/fd/${handle.fd}`) : await realpath(absolute);
  } catch (error) {
    throw new FileRefused(`could not open \`${path}\`: ${codeOf(error)}`);
  }
}

const notPlain = (path: string) => new FileRefused(`\`${path}\` is neither a regular file nor a directory`);
