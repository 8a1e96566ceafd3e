// Opens the directory in which a file is to appear, making what is missing of it. What is done in it goes through the open
// descriptor: a link swapped in meanwhile leads nowhere.

import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { canonicalPath, causeOf, codeOf } from './canonical-path.ts';
import { type FileAccess, FileRefused } from './file-access.ts';
import { giveDirectoryAway, newOwnerOf } from './new-owner.ts';
import { type CheckedFile, hasDescriptorPaths, openCanonical } from './open-checked.ts';

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
  return await makeDirectory(above, absolute, path, access);
}

async function makeDirectory(
  above: CheckedFile,
  absolute: string,
  path: string,
  { workspace }: FileAccess,
): Promise<CheckedFile> {
  let isNew = true;
  try {
    await mkdir(join(insideOf(above), basename(absolute)), { mode: 0o755 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw new FileRefused(`could not write \`${path}\`: ${causeOf(error)}`);
    isNew = false;
  }
  const made = await openDirectory(absolute, path);
  try {
    if (isNew) await giveDirectoryAway(made.handle, insideOf(made), await newOwnerOf(absolute, workspace));
    return made;
  } catch (error) {
    await made.handle.close();
    throw new FileRefused(`could not write \`${path}\`: ${causeOf(error)}`);
  }
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
