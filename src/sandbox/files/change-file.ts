// Puts one change in place: what is there must be what it was when it was shown, and nothing else is touched. A file appears
// whole or not at all; everything goes through an open and checked directory, so that a link swapped in meanwhile leads
// nowhere.

import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, rmdir, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FileChange, FileState } from '../../kernel/types.ts';
import { causeOf, codeOf } from './canonical-path.ts';
import { type FileAccess, FileRefused } from './file-access.ts';
import { isSameState, stateOf } from './file-state.ts';
import { giveDirectoryAway, newOwnerOf } from './new-owner.ts';
import { openCanonical } from './open-checked.ts';
import { insideOf, openParent } from './open-parent.ts';
import { makeDurable, type NewFile, type PlaceInside, putFile, putLink } from './put-file.ts';
import type { UnfinishedFiles } from './unfinished-files.ts';

/** What is needed to put changes in place. */
export interface ChangeTools {
  readonly access: FileAccess;
  /** Opens the bytes of a new file, by their sha256. */
  readonly bytesOf: (sha256: string) => Promise<FileHandle>;
  readonly unfinished: UnfinishedFiles;
}

/**
 * Puts one change in place.
 * @throws {FileRefused} if it is not granted, not possible, or something else is there by now; then this path is untouched.
 * @throws {Error} of another kind if it was put in place, but nobody knows whether it lasts.
 */
export async function changeFile(change: FileChange, tools: ChangeTools): Promise<void> {
  const { absolute, path, before } = change;
  const { access, unfinished } = tools;
  if (!access.covers('write', absolute)) throw new FileRefused(`\`${path}\` is outside what this call may write`);
  await using directory = await openParent(dirname(absolute), absolute, path, access);
  const name = basename(absolute);
  const place = join(insideOf(directory), name);
  if (!isSameState(before, await stateOf(place, absolute))) throw changedMeanwhile(path);
  try {
    await replace(place, change, { directory, name, path, unfinished }, tools);
    await makeDurable(directory);
  } catch (error) {
    if (error instanceof FileRefused || codeOf(error) === 'unknown error') throw error;
    throw new FileRefused(`could not change \`${path}\`: ${causeOf(error)}`);
  }
}

/** Gives a directory its permission bits, once everything in it is in place. */
export async function setDirectoryMode(absolute: string, path: string, mode: number): Promise<void> {
  const directory = await openCanonical(absolute, path, (real) => real === absolute, 'write');
  await using handle = directory.handle;
  if (directory.kind !== 'directory') throw changedMeanwhile(path);
  await handle.chmod(mode);
}

/** The refusal of what no longer fits. */
export const changedMeanwhile = (path: string): FileRefused =>
  new FileRefused(`\`${path}\` changed meanwhile: ask again`);

async function replace(
  place: string,
  { absolute, path, before, after }: FileChange,
  inside: PlaceInside,
  tools: ChangeTools,
): Promise<void> {
  switch (after.kind) {
    case 'absent':
      return before.kind === 'directory' ? rmdir(place) : unlink(place);
    case 'directory':
      // What its owner may not do in it, this process could not do either until all is in place.
      if (before.kind === 'directory') return setDirectoryMode(absolute, path, after.mode | 0o700);
      await mkdir(place, { mode: after.mode | 0o700 });
      return giveNewDirectoryAway(place, absolute, tools.access);
    case 'link':
      return putLink(inside, after.target);
    case 'file': {
      const owner = before.kind === 'file' ? await lstat(place) : await newOwnerOf(absolute, tools.access.workspace);
      return putFile(inside, { mode: after.mode, owner, fill: keptBytes(path, after, tools) }, () => {});
    }
    default:
      return after satisfies never;
  }
}

/** Copies the kept bytes. @throws {FileRefused} if they are not what they were. */
function keptBytes(
  path: string,
  { sha256 }: Extract<FileState, { kind: 'file' }>,
  { bytesOf }: ChangeTools,
): NewFile['fill'] {
  return async (handle) => {
    await using source = await bytesOf(sha256);
    const hash = createHash('sha256');
    for await (const chunk of source.createReadStream({ autoClose: false, start: 0 })) {
      hash.update(chunk);
      await handle.writeFile(chunk);
    }
    if (hash.digest('hex') !== sha256) throw new FileRefused(`the kept bytes of \`${path}\` are damaged: ask again`);
  };
}

async function giveNewDirectoryAway(place: string, absolute: string, { workspace }: FileAccess): Promise<void> {
  await using handle = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_DIRECTORY);
  await giveDirectoryAway(handle, place, await newOwnerOf(absolute, workspace));
}
