// Removes a directory with all that is in it, also where a command took away the right to look into what it made. No link is
// followed.

import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** @throws {Error} if something cannot be removed. What is not there is no fault. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (Object(error).code !== 'EACCES') throw error;
    await openUp(path);
    await rm(path, { recursive: true, force: true });
  }
}

/** Nothing of the command runs any more, so that what is a directory stays one. */
async function openUp(path: string): Promise<void> {
  if (!(await lstat(path)).isDirectory()) return;
  await chmod(path, 0o700);
  for (const name of await readdir(path)) await openUp(join(path, name));
}
