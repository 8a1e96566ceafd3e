// Writes a whole file, or nothing: into a new file beside it, made durable, then renamed over it, all through an open and
// checked directory. A link or anything else that is not a regular file is never written through or replaced.

import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { canonicalPath, codeOf, grantedPath, outside } from './canonical-path.ts';
import { type FileAccess, FileRefused } from './file-access.ts';
import { type CheckedFile, descriptorPath, hasDescriptorPaths, openCanonical } from './open-checked.ts';

export interface WrittenFile {
  readonly absolute: string;
  readonly bytes: number;
  /** 64 hex digits. */
  readonly sha256: string;
}

/** Writes a whole file; see `writeText`. */
export type WriteText = typeof writeText;

/**
 * Writes `text` to `path`, with missing directories on the way. `taking` is called right before the file appears.
 * @throws {FileRefused} if it is not granted or not possible; then nothing but empty directories may have been made.
 * @throws {Error} of another kind if it was written, but nobody knows whether it lasts.
 */
export async function writeText(
  path: string,
  text: string,
  access: FileAccess,
  taking: (absolute: string) => void,
): Promise<WrittenFile> {
  const { absolute } = await grantedPath(path, 'write', access);
  await using directory = await openParent(dirname(absolute), absolute, path, access);
  const target = join(directory.absolute, basename(absolute));
  if (!access.covers('write', target)) throw outside(path, 'write');
  try {
    return await replace(directory, target, path, text, () => taking(target));
  } catch (error) {
    if (codeOf(error) === 'unknown error') throw error;
    throw new FileRefused(`could not write \`${path}\`: ${codeOf(error)}`);
  }
}

async function replace(
  directory: CheckedFile,
  target: string,
  path: string,
  text: string,
  taking: () => void,
): Promise<WrittenFile> {
  const inside = (name: string) => join(insideOf(directory), name);
  const name = basename(target);
  const mode = await modeOf(inside(name), path);
  const bytes = Buffer.from(text, 'utf8');
  const temporary = inside(`.${randomBytes(9).toString('hex')}.tmp`);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const handle = await open(temporary, flags, 0o600);
  try {
    try {
      await handle.writeFile(bytes);
      await handle.chmod(mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    const real = await descriptorPath(directory.handle, directory.absolute, path);
    if (real !== directory.absolute) throw new FileRefused(`\`${path}\` changed while it was opened`);
    taking();
    await rename(temporary, inside(name));
  } catch (error) {
    await unlink(temporary).catch(() => 'it never appeared under a name that counts');
    throw error;
  }
  await makeDurable(directory);
  return { absolute: target, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** The file is there; whether it survives a power cut is known only after this. */
export async function makeDurable(directory: CheckedFile): Promise<void> {
  try {
    if (hasDescriptorPaths) await directory.handle.sync();
  } catch (error) {
    throw new Error('a file was written, and nobody knows whether it lasts', { cause: error });
  }
}

/** Permission bits of the file that will be replaced, or of a new one. */
async function modeOf(named: string, path: string): Promise<number> {
  try {
    const existing = await lstat(named);
    if (!existing.isFile()) throw new FileRefused(`\`${path}\` is not a regular file`);
    return existing.mode & 0o777;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0o644;
    throw error;
  }
}

/** Opens the directory of a file, making what is missing of it step by step, each step inside the one checked before. */
export async function openParent(
  absolute: string,
  forFile: string,
  path: string,
  access: FileAccess,
): Promise<CheckedFile> {
  const parent = await canonicalPath(absolute, '/');
  if (parent.absolute !== absolute || parent.obstacle !== '')
    throw new FileRefused(`\`${path}\` changed while it was opened`);
  if (parent.exists) return openDirectory(absolute, path);
  if (!access.mayMakeDirectory(absolute, forFile)) {
    throw new FileRefused(`could not write \`${path}\`: its directory is not there, and this call may not make it`);
  }
  await using above = await openParent(dirname(absolute), forFile, path, access);
  try {
    await mkdir(join(insideOf(above), basename(absolute)), { mode: 0o755 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw new FileRefused(`could not write \`${path}\`: ${codeOf(error)}`);
  }
  // Awaited here, before `above` is closed: a refusal must find somebody who handles it.
  return await openDirectory(absolute, path);
}

async function openDirectory(absolute: string, path: string): Promise<CheckedFile> {
  const directory = await openCanonical(absolute, path, (real) => real === absolute, 'write');
  if (directory.kind === 'directory') return directory;
  await directory.handle.close();
  throw new FileRefused(`could not write \`${path}\`: what should be its directory is a file`);
}

/** A path that leads into the open directory, whatever its name leads to by now. */
export const insideOf = (directory: CheckedFile): string =>
  hasDescriptorPaths ? `/proc/self/fd/${directory.handle.fd}` : directory.absolute;
