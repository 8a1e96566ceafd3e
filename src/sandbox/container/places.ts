// Paths on this machine, and where they are inside a container. They are looked up without waiting: each takes microseconds,
// and handing it to another thread takes longer, most of all on a busy machine.

import { lstatSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import { hasGlob } from '../../kernel/path-patterns.ts';
import { isWithin } from '../../kernel/private-places.ts';
import { type EntryKind, kindOf } from './entry-kind.ts';

/** Where the workspace is inside every container. */
export const workspaceTarget = '/workspace';

/** Where a path of this machine is inside the container: below the workspace, or at the same path. */
export const targetOf = (path: string, workspace: string): string =>
  isWithin(path, workspace) ? join(workspaceTarget, path.slice(workspace.length)) : path;

/** The absolute path of a grant or a pattern, without a slash at its end. */
export function absoluteOf(pattern: string, workspace: string): string {
  const path = normalize(isAbsolute(pattern) ? pattern : join(workspace, pattern));
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** The deepest directory a glob starts at: `/a/b` for `/a/b/*.ts`, the path itself without glob characters. */
export function literalBase(absolute: string): string {
  let base = absolute;
  while (hasGlob(base)) base = dirname(base);
  return base;
}

/** The directory of a pattern that covers everything below one: `/a/b` for `/a/b/**`, else undefined. */
export function wholeDirectoryOf(absolute: string): string | undefined {
  const base = absolute.replace(/\/\*\*(\/\*)?$/, '');
  return base !== absolute && !hasGlob(base) ? base || '/' : undefined;
}

/** The path and everything above it, deepest first. */
export function withAncestors(path: string): readonly string[] {
  const above = dirname(path);
  return above === path ? [path] : [path, ...withAncestors(above)];
}

/** What is at a path, not following a link at its end; undefined if nothing is there. */
export async function whatIsAt(path: string): Promise<EntryKind | undefined> {
  try {
    return kindOf(lstatSync(path));
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(String(Object(error).code))) return undefined;
    throw error;
  }
}

/** The path with every symbolic link resolved; undefined if nothing is there. */
export async function realPathOf(path: string): Promise<string | undefined> {
  try {
    return realpathSync.native(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes(String(Object(error).code))) return undefined;
    throw error;
  }
}

/** Text that is another one for every file and directory there ever was at a path; '' where nothing is. */
export async function fileAt(path: string): Promise<string> {
  try {
    const { dev, ino, birthtimeNs } = lstatSync(path, { bigint: true });
    return `${dev}:${ino}:${birthtimeNs}`;
  } catch {
    return '';
  }
}

/** The path, or the directory above it where this user gets no further; undefined if nothing is there. */
export async function reachedTowards(path: string): Promise<string | undefined> {
  try {
    lstatSync(path);
    return path;
  } catch (error) {
    const { code } = Object(error);
    if (code === 'EACCES' && path !== '/') return reachedTowards(dirname(path));
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
