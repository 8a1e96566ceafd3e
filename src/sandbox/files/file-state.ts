// What is at a path right now: kind, permission bits, and the sha256 of a file's bytes or the text of a link. Links are never
// followed, at the end or on the way: where one is on the way, the path is not what it was judged as.

import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { lstat, open, readlink, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FileState } from '../../kernel/types.ts';
import { codeOf } from './canonical-path.ts';
import { FileRefused } from './file-access.ts';
import { descriptorPath } from './open-checked.ts';

/** Permission bits without setuid, setgid and sticky. */
export const modeBits = 0o777;

/**
 * The state of a canonical absolute path.
 * @throws {FileRefused} if it is neither file, directory nor link, lies behind a link, or cannot be read.
 */
export async function stateAt(absolute: string): Promise<FileState> {
  if (!(await isPlainlyThere(dirname(absolute)))) return { kind: 'absent' };
  return stateOf(absolute, absolute);
}

/** The state of what `place` leads to, which must be the path `absolute`; `place` may go through an open directory. */
export async function stateOf(place: string, absolute: string): Promise<FileState> {
  const stats = await look(place, absolute);
  if (stats === undefined) return { kind: 'absent' };
  const mode = stats.mode & modeBits;
  if (stats.isDirectory()) return { kind: 'directory', mode };
  if (stats.isSymbolicLink()) return { kind: 'link', target: await readlink(place) };
  if (!stats.isFile()) throw new FileRefused(`\`${absolute}\` is neither a file, a directory nor a link`);
  return { kind: 'file', mode, ...(await hashedFile(place, absolute)) };
}

/** Whether two states are the same in everything that is compared. */
export function isSameState(one: FileState, other: FileState): boolean {
  switch (one.kind) {
    case 'absent':
      return other.kind === 'absent';
    case 'file':
      return other.kind === 'file' && one.sha256 === other.sha256 && one.mode === other.mode;
    case 'directory':
      return other.kind === 'directory' && one.mode === other.mode;
    case 'link':
      return other.kind === 'link' && one.target === other.target;
    default:
      return one satisfies never;
  }
}

/** True if a directory is at this path itself; false if nothing is. */
async function isPlainlyThere(directory: string): Promise<boolean> {
  try {
    if ((await realpath(directory)) === directory) return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return false;
    throw new FileRefused(`could not look at \`${directory}\`: ${codeOf(error)}`);
  }
  throw new FileRefused(`\`${directory}\` leads through a symbolic link`);
}

async function look(place: string, absolute: string): Promise<Stats | undefined> {
  try {
    return await lstat(place);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw new FileRefused(`could not look at \`${absolute}\`: ${codeOf(error)}`);
  }
}

async function hashedFile(place: string, absolute: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    await using handle = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if ((await descriptorPath(handle, absolute, absolute)) !== absolute) {
      throw new FileRefused(`\`${absolute}\` changed while it was read`);
    }
    for await (const chunk of handle.createReadStream({ autoClose: false })) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  } catch (error) {
    if (error instanceof FileRefused) throw error;
    throw new FileRefused(`could not read \`${absolute}\`: ${codeOf(error)}`);
  }
  return { bytes, sha256: hash.digest('hex') };
}
