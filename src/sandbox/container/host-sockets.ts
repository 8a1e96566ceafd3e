// Sockets of this machine's services that lie inside what a container sees. A socket is no file: a read-only mount does not
// keep anybody from talking to the service behind it, and no network is needed for that. So they are closed.

import { lstatSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isWithin } from '../../kernel/private-places.ts';

/**
 * Real paths of the sockets inside `roots` that some process listens on, as Linux lists them. Not seen: sockets of services
 * in a network namespace of their own, and pipes. Asks without waiting: there are dozens, and each question takes microseconds.
 */
export function hostSocketsIn(roots: readonly string[]): readonly string[] {
  if (roots.length === 0) return [];
  const listed = readFileSync('/proc/net/unix', 'utf8')
    .split('\n')
    .map((line) => /^(?:\S+\s+){7}(\/.*)$/.exec(line)?.[1])
    .filter((path) => path !== undefined);
  // Many lie in one directory: containers that wait have a socket each.
  const directories = new Map<string, string | undefined>();
  const found = new Set<string>();
  for (const path of listed) {
    const above = dirname(path);
    if (!directories.has(above))
      directories.set(
        above,
        unlessOutOfReach(() => realpathSync.native(above)),
      );
    const directory = directories.get(above);
    const real = directory === undefined ? undefined : join(directory, basename(path));
    if (real !== undefined && roots.some((root) => isWithin(real, root)) && isSocket(real)) found.add(real);
  }
  return [...found];
}

/** Neither file nor directory nor link: what a listed name stands for when nobody has replaced it. */
function isSocket(path: string): boolean {
  const found = unlessOutOfReach(() => lstatSync(path));
  return found !== undefined && !found.isFile() && !found.isDirectory() && !found.isSymbolicLink();
}

/** Undefined for what is gone, or out of reach of this user. */
function unlessOutOfReach<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes(String(Object(error).code))) return undefined;
    throw error;
  }
}
