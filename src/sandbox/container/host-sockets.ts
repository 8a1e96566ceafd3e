// Sockets of this machine's services that lie inside what a container sees. A socket is no file: a read-only mount does not
// keep anybody from talking to the service behind it, and no network is needed for that. So they are closed.

import { lstatSync, readFileSync, realpathSync } from 'node:fs';
import { isWithin } from '../../kernel/private-places.ts';

/**
 * Real paths of the sockets inside `roots` that some process listens on, as Linux lists them. Not seen: sockets of services
 * in a network namespace of their own, and pipes. Asks without waiting: there are dozens, and each question takes microseconds.
 */
export function hostSocketsIn(roots: readonly string[]): readonly string[] {
  if (roots.length === 0) return [];
  const listed = readFileSync('/proc/net/unix', 'utf8')
    .split('\n')
    .map((line) => /^(?:\S+\s+){7}(\/.*)$/.exec(line)?.[1]);
  const found = new Set<string>();
  for (const path of new Set(listed)) {
    const real = path === undefined ? undefined : realSocketAt(path);
    if (real !== undefined && roots.some((root) => isWithin(real, root))) found.add(real);
  }
  return [...found];
}

function realSocketAt(path: string): string | undefined {
  try {
    const found = lstatSync(path);
    const isPlain = found.isFile() || found.isDirectory() || found.isSymbolicLink();
    return isPlain ? undefined : realpathSync.native(path);
  } catch (error) {
    // Gone, or out of reach of this user.
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes(String(Object(error).code))) return undefined;
    throw error;
  }
}
