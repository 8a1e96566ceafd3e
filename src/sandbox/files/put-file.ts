// Puts a file or a link in its place, whole or not at all: made beside it under a name that was noted before, then renamed
// over it, all through an open and checked directory. Whatever kills this process leaves at most what has a note.

import { constants } from 'node:fs';
import { type FileHandle, open, rename, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from './canonical-path.ts';
import { FileRefused } from './file-access.ts';
import { giveAway, type NewOwner } from './new-owner.ts';
import { type CheckedFile, descriptorPath, hasDescriptorPaths } from './open-checked.ts';
import { insideOf } from './open-parent.ts';
import type { UnfinishedFiles } from './unfinished-files.ts';

/** A place in an open directory. */
export interface PlaceInside {
  readonly directory: CheckedFile;
  readonly name: string;
  /** How it is called in messages. */
  readonly path: string;
  readonly unfinished: UnfinishedFiles;
}

/** What a file is to be. */
export interface NewFile {
  readonly mode: number;
  readonly owner: NewOwner;
  /** Writes its bytes. */
  readonly fill: (handle: FileHandle) => Promise<void>;
}

/** Puts a file in its place. `taking` is called right before it appears. */
export const putFile = (place: PlaceInside, { mode, owner, fill }: NewFile, taking: () => void): Promise<void> =>
  throughTemporary(place, taking, async (temporary) => {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    await using handle = await open(temporary, flags, 0o600);
    await fill(handle);
    await giveAway(handle, owner);
    // After the owner: giving a file away takes bits from it.
    await handle.chmod(mode);
    await handle.sync();
  });

/** Puts a symbolic link in its place. */
export const putLink = (place: PlaceInside, target: string): Promise<void> =>
  throughTemporary(
    place,
    () => {},
    (temporary) => symlink(target, temporary),
  );

async function throughTemporary(
  { directory, name, path, unfinished }: PlaceInside,
  taking: () => void,
  make: (temporary: string) => Promise<void>,
): Promise<void> {
  const noted = await unfinished.begin(directory.absolute);
  const temporary = join(insideOf(directory), noted.name);
  try {
    await make(temporary);
    const real = await descriptorPath(directory.handle, directory.absolute, path);
    if (real !== directory.absolute) throw new FileRefused(`\`${path}\` changed while it was opened`);
    taking();
    await rename(temporary, join(insideOf(directory), name));
  } catch (error) {
    // What cannot be removed keeps its note: the next start tries again.
    if (await isRemoved(temporary)) await noted.over();
    throw error;
  }
  await noted.over();
}

const isRemoved = (temporary: string): Promise<boolean> =>
  unlink(temporary).then(
    () => true,
    (error: unknown) => codeOf(error) === 'ENOENT',
  );

/** What was put in place is there; whether it survives a power cut is known only after this. */
export async function makeDurable(directory: CheckedFile): Promise<void> {
  try {
    if (hasDescriptorPaths) await directory.handle.sync();
  } catch (error) {
    throw new Error('a file was written, and nobody knows whether it lasts', { cause: error });
  }
}
