// Sockets of this machine's services that lie inside what a container sees. A socket is no file: a read-only mount does not
// keep anybody from talking to the service behind it, and no network is needed for that. So they are closed.

import { promises as files } from 'node:fs';
import { isWithin } from '../../kernel/private-places.ts';
import { realPathOf, whatIsAt } from './places.ts';

/**
 * Real paths of the sockets inside `roots` that some process listens on, as Linux lists them. Not seen: sockets of services
 * in a network namespace of their own, and pipes.
 */
export async function hostSocketsIn(roots: readonly string[]): Promise<readonly string[]> {
  if (roots.length === 0) return [];
  const table = await files.readFile('/proc/net/unix', 'utf8');
  const found = new Set<string>();
  for (const line of table.split('\n')) {
    const path = /^(?:\S+\s+){7}(\/.*)$/.exec(line)?.[1];
    if (path === undefined || (await whatIsAt(path)) !== 'other') continue;
    const real = await realPathOf(path);
    if (real !== undefined && roots.some((root) => isWithin(real, root))) found.add(real);
  }
  return [...found];
}
