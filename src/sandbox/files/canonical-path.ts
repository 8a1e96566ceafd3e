// Where a path that a guest named really leads. Symbolic links are followed as far as anything exists; what does not exist
// yet keeps its plain names. A link that leads nowhere is not followed: nobody can say where it will lead. INVARIANT: what
// stands in the way is told only of places that are granted: the rest of the machine looks empty and full alike.

import { readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type FileAccess, type FilePurpose, FileRefused } from './file-access.ts';

/** A path, understood. */
export interface CanonicalPath {
  readonly absolute: string;
  readonly exists: boolean;
  /** Why it cannot be used, empty where nothing stands in the way. Then `absolute` is how far it could be followed. */
  readonly obstacle: string;
}

const says = { read: 'outside what this call may read', write: 'outside what this call may write' };

/** The refusal of what is not granted. */
export const outside = (path: string, purpose: FilePurpose): FileRefused =>
  new FileRefused(`\`${path}\` is ${says[purpose]}`);

/**
 * The canonical place of a path that may be used for `purpose`.
 * @throws {FileRefused} if it is not granted, or cannot be told.
 */
export async function grantedPath(path: string, purpose: FilePurpose, access: FileAccess): Promise<CanonicalPath> {
  const place = await canonicalPath(path, access.workspace);
  if (!access.covers(purpose, place.absolute)) throw outside(path, purpose);
  if (place.obstacle !== '') throw new FileRefused(`could not use \`${path}\`: ${place.obstacle}`);
  return place;
}

/**
 * Canonical absolute path of `path`, read from `workspace`.
 * @throws {FileRefused} if it is empty or holds a NUL.
 */
export async function canonicalPath(path: string, workspace: string): Promise<CanonicalPath> {
  if (path === '' || path.includes('\0')) throw new FileRefused('could not use an empty path or one with a NUL in it');
  return follow(resolve(workspace, path));
}

async function follow(absolute: string): Promise<CanonicalPath> {
  let code: string;
  try {
    return { absolute: await realpath(absolute), exists: true, obstacle: '' };
  } catch (error) {
    code = codeOf(error);
  }
  // Where Linux gives up on a circle there is no further place to tell of.
  const target = code === 'ELOOP' ? undefined : await readlink(absolute).catch(() => undefined);
  if (target !== undefined) {
    const above = await follow(dirname(absolute));
    const led = await follow(resolve(above.absolute, target));
    return { ...led, exists: false, obstacle: led.obstacle || 'it is a link that leads nowhere' };
  }
  const parent = await follow(dirname(absolute));
  const obstacle = parent.obstacle || (code === 'ENOENT' ? '' : code);
  return { absolute: join(parent.absolute, basename(absolute)), exists: false, obstacle };
}

/** The system's code of an error (`ENOENT`), or a word that says there is none. Never a path, never a stack. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';

/** What a person can do about an error, for what happens on good machines too. */
const advice: Readonly<Record<string, string>> = {
  ENOSPC: 'a disk is full; make room where the workspace and the state home lie',
  EDQUOT: 'a disk quota is used up; make room, or raise it',
  EROFS: 'the file system is mounted read-only',
};

/** The system's code of an error, with what to do about it where that is known. Never a path, never a stack. */
export const causeOf = (error: unknown): string => {
  const code = codeOf(error);
  return advice[code] === undefined ? code : `${code}: ${advice[code]}`;
};
