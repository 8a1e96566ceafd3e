// Places that no grant opens to a container, whatever a rule says.

import { isWithin } from '../../kernel/private-places.ts';
import { workspaceTarget } from './places.ts';
import { Unmountable } from './unmountable.ts';

/** Places of the container's own, or of this machine's kernel: never bound. */
const systemPlaces = ['/proc', '/sys', '/dev', '/etc', '/usr', '/bin', '/sbin', '/lib', '/lib64', workspaceTarget];

/** @throws {Unmountable} if the path is one of the container's own, of the kernel's, private, or holds the workspace. */
export function refuseSystemPlaces(path: string, workspace: string, privatePaths: readonly string[]): void {
  if (path === '/')
    throw new Unmountable('`/` cannot be granted to a container; grant the directories that are needed');
  if (isWithin(path, workspace)) return;
  const system = systemPlaces.find((place) => path === place || (isWithin(path, place) && !sharedPlace(path)));
  if (system !== undefined) {
    throw new Unmountable(`\`${path}\` cannot be granted to a container: it has a \`${system}\` of its own`);
  }
  if (isWithin(workspace, path)) {
    throw new Unmountable(
      `\`${path}\` cannot be granted to a container: it holds the workspace; grant what is needed in it`,
    );
  }
  const closed = privatePaths.find((place) => isWithin(path, place));
  if (closed !== undefined)
    throw new Unmountable(`\`${path}\` cannot be granted to a container: \`${closed}\` is private`);
}

/** Data of this machine that is of use inside and does not replace what the container runs. */
const sharedPlace = (path: string): boolean => isWithin(path, '/usr/share') || isWithin(path, '/usr/local/share');
