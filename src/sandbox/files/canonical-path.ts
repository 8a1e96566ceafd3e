// Where a path that a guest named really leads. Symbolic links are followed as far as anything exists; what does not exist
// yet keeps its plain names. A link that leads nowhere is not followed: nobody can say where it will lead.

import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { FileRefused } from './file-access.ts';

/** A path, understood. */
export interface CanonicalPath {
  readonly absolute: string;
  readonly exists: boolean;
}

/**
 * Canonical absolute path of `path`, read from `workspace`.
 * @throws {FileRefused} if it cannot be told.
 */
export async function canonicalPath(path: string, workspace: string): Promise<CanonicalPath> {
  if (path === '' || path.includes('\0')) throw new FileRefused('could not use an empty path or one with a NUL in it');
  return follow(resolve(workspace, path), path);
}

async function follow(absolute: string, path: string): Promise<CanonicalPath> {
  try {
    return { absolute: await realpath(absolute), exists: true };
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw new FileRefused(`could not use \`${path}\`: ${codeOf(error)}`);
  }
  if (await isThere(absolute)) throw new FileRefused(`could not use \`${path}\`: it is a link that leads nowhere`);
  const parent = await follow(dirname(absolute), path);
  return { absolute: join(parent.absolute, basename(absolute)), exists: false };
}

async function isThere(absolute: string): Promise<boolean> {
  try {
    await lstat(absolute);
    return true;
  } catch {
    return false;
  }
}

/** The system's code of an error (`ENOENT`), or a word that says there is none. Never a path, never a stack. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';
