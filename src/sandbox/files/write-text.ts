// Writes a whole file, or nothing. A link or anything else that is not a regular file is never written through or replaced.

import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { causeOf, codeOf, grantedPath, outside } from './canonical-path.ts';
import { type FileAccess, FileRefused } from './file-access.ts';
import { newOwnerOf } from './new-owner.ts';
import { insideOf, openParent } from './open-parent.ts';
import { makeDurable, type NewFile, putFile } from './put-file.ts';
import type { UnfinishedFiles } from './unfinished-files.ts';

export interface WrittenFile {
  readonly absolute: string;
  readonly bytes: number;
  /** 64 hex digits. */
  readonly sha256: string;
}

/**
 * Writes `text` to `path`, with missing directories on the way. `taking` is called right before the file appears.
 * Throws `FileRefused` if it is not granted or not possible; then nothing but empty directories may have been made. Throws
 * another error if it was written, but nobody knows whether it lasts.
 */
export type WriteText = (
  path: string,
  text: string,
  access: FileAccess,
  taking: (absolute: string) => void,
) => Promise<WrittenFile>;

/** Writes to disk; what is being written is noted in `unfinished`. */
export const createWriteText =
  (unfinished: UnfinishedFiles): WriteText =>
  async (path, text, access, taking) => {
    const { absolute } = await grantedPath(path, 'write', access);
    await using directory = await openParent(dirname(absolute), absolute, path, access);
    const name = basename(absolute);
    const target = join(directory.absolute, name);
    if (!access.covers('write', target)) throw outside(path, 'write');
    const bytes = Buffer.from(text, 'utf8');
    try {
      const existing = await fileAt(join(insideOf(directory), name), path);
      // Who owned a file goes on owning it, as if its bytes had been changed in place.
      const { mode, owner } = existing ?? { mode: 0o644, owner: await newOwnerOf(target, access.workspace) };
      const file: NewFile = { mode, owner, fill: (handle) => handle.writeFile(bytes) };
      await putFile({ directory, name, path, unfinished }, file, () => taking(target));
      await makeDurable(directory);
    } catch (error) {
      if (codeOf(error) === 'unknown error') throw error;
      throw new FileRefused(`could not write \`${path}\`: ${causeOf(error)}`);
    }
    return { absolute: target, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  };

/** Permission bits and owner of the file that will be replaced; undefined if there is none. */
async function fileAt(place: string, path: string) {
  try {
    const existing = await lstat(place);
    if (!existing.isFile()) throw new FileRefused(`\`${path}\` is not a regular file`);
    return { mode: existing.mode & 0o777, owner: { uid: existing.uid, gid: existing.gid } };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
