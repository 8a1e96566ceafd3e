// Sockets of this machine's services that lie inside what a container sees. A socket is no file: a read-only mount does not
// keep anybody from talking to the service behind it, and no network is needed for that. So they are closed.
//
// Linux lists sockets by the text each was bound with, which need not be where it lies now. Not seen: sockets of services in
// a network namespace of their own, those that were moved to another directory after they were bound, and pipes.

import { lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isWithin } from '../../kernel/private-places.ts';
import { Unmountable } from './unmountable.ts';
import { type Look, type WalkBudget, walk } from './walk.ts';
import type { WalkMemory } from './walk-memory.ts';

/** Where sockets are looked for: at or below real paths, and how far. */
export interface SocketSearch {
  readonly roots: readonly string[];
  readonly budget: WalkBudget;
  readonly memory: WalkMemory;
}

/**
 * Real paths of the sockets inside the roots that some process has bound.
 * @throws {Unmountable} if there is too much to look through, or one has a name that is not text.
 */
export async function hostSocketsIn(search: SocketSearch): Promise<readonly string[]> {
  const { roots } = search;
  if (roots.length === 0) return [];
  // Many lie in one directory: containers that wait have a socket each.
  const directories = new Map<string, string | undefined>();
  const found = new Set<string>();
  const strayed = new Set<string>();
  for (const path of boundPaths()) {
    const above = dirname(path);
    if (!directories.has(above)) directories.set(above, whereIs(above));
    const directory = directories.get(above);
    if (directory === undefined) strayed.add(basename(path));
    else if (roots.some((root) => isWithin(join(directory, basename(path)), root)))
      for (const socket of socketsFor(directory, basename(path))) found.add(socket);
  }
  if (strayed.size > 0) for (const socket of await socketsNamed(strayed, search)) found.add(socket);
  return [...found].filter((socket) => roots.some((root) => isWithin(socket, root)));
}

/** As they were bound; those that begin with `@` have no place among files. */
function boundPaths(): readonly string[] {
  return readFileSync('/proc/net/unix', 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => /^(?:\S+\s+){7}([^@].*)$/.exec(line)?.[1])
    .filter((path) => path !== undefined);
}

/** '' where this user gets no further; undefined where nobody here knows what is meant: it counts from a place of the service's own. */
function whereIs(directory: string): string | undefined {
  if (!directory.startsWith('/') || isWithin(directory, '/proc')) return undefined;
  try {
    return realpathSync.native(directory);
  } catch (error) {
    const { code } = Object(error);
    if (code === 'EACCES') return '';
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined;
    throw error;
  }
}

/** The socket of that name; where it has been given another name since, all that lie beside it. */
function socketsFor(directory: string, name: string): readonly string[] {
  const path = join(directory, name);
  if (isSocket(path)) return [path];
  const names = unlessGone(() => readdirSync(directory, { withFileTypes: true })) ?? [];
  return names.filter((entry) => entry.isSocket()).map((entry) => join(directory, entry.name));
}

/** The same for every search, so that what was seen counts for the next one. */
const lookForOthers: Look = ({ kind }) => (kind === 'other' ? 'keep' : 'enter');

/** Sockets anywhere in the roots that have one of these names. */
async function socketsNamed(
  names: ReadonlySet<string>,
  { roots, budget, memory }: SocketSearch,
): Promise<readonly string[]> {
  const outermost = roots.filter((root) => !roots.some((other) => other !== root && isWithin(root, other)));
  const found: string[] = [];
  for (const start of outermost) {
    if (names.has(basename(start)) && isSocket(start)) found.push(start);
    const { kept, nameless } = await walk({ start, budget, look: lookForOthers, lookName: 'others', memory });
    found.push(...kept.filter((path) => names.has(basename(path)) && isSocket(path)));
    const odd = nameless.find((path) => names.has(basename(path)));
    if (odd !== undefined)
      throw new Unmountable(`\`${odd}\` may be the socket of a service, and its name is not text (UTF-8); rename it`);
  }
  return found;
}

const isSocket = (path: string): boolean => unlessGone(() => lstatSync(path))?.isSocket() === true;

/** Undefined for what is gone, or out of reach of this user. */
function unlessGone<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes(String(Object(error).code))) return undefined;
    throw error;
  }
}
