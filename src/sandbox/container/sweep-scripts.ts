// Copies of scripts that nobody uses any more: of versions and skills that are gone, and what a killed kernel was copying. A
// copy that is needed again is made again, so what goes wrongly is only work. The time of a copy says when it was last used;
// no call is as long as the time after which one goes, so none loses its script in the middle.

import { randomBytes } from 'node:crypto';
import { lstat, readdir, rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';

/** How long a copy is kept that nobody uses: a day. */
const keptMs = 86_400_000;
/** How exactly its last use is known: an hour. Otherwise each call would change the directory that it mounts. */
const exactMs = 3_600_000;

/** A copy, by the digest of its script; with more behind it, one that is being made or removed. */
const copyName = /^[0-9a-f]{64}(-[0-9a-f]{16})?$/;

/** A name for a copy that is not whole. */
export const partName = (name: string): string => `${name.slice(0, 64)}-${randomBytes(8).toString('hex')}`;

/** Notes that the copy at `path` is used; one that is not there is none. */
export async function touchScript(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  const now = new Date();
  if (found?.isDirectory() && now.getTime() - found.mtimeMs > exactMs) await utimes(path, now, now).catch(() => {});
}

/** Removes copies that were not used for a day. Never rejects; what cannot be removed stays. */
export async function sweepScripts(directory: string): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    if (!copyName.test(name)) continue;
    const found = await lstat(join(directory, name)).catch(() => undefined);
    if (!found?.isDirectory() || Date.now() - found.mtimeMs <= keptMs) continue;
    // Under its own name a copy is whole, also for another kernel that looks for it now.
    const going = join(directory, partName(name));
    await rename(join(directory, name), going)
      .then(() => rm(going, { recursive: true, force: true }))
      .catch(() => {});
  }
}
