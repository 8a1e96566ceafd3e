// Puts one change in place: what is there must be what it was when it was shown, and nothing else is touched. A file appears
// whole or not at all; everything goes through an open and checked directory, so that a link swapped in meanwhile leads
// nowhere.

import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, rename, rmdir, symlink, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FileChange, FileState } from '../../kernel/types.ts';
import { codeOf } from './canonical-path.ts';
import { type FileAccess, FileRefused } from './file-access.ts';
import { isSameState, stateOf } from './file-state.ts';
import { type CheckedFile, openCanonical } from './open-checked.ts';
import { insideOf, makeDurable, openParent } from './write-text.ts';

/** Who owns what is new where this process may give files away; undefined: itself. */
export type NewOwner = { readonly uid: number; readonly gid: number } | undefined;

/** What is needed to put changes in place. */
export interface ChangeTools {
  readonly access: FileAccess;
  /** Opens the bytes of a new file, by their sha256. */
  readonly bytesOf: (sha256: string) => Promise<FileHandle>;
  readonly newOwner: NewOwner;
}

/**
 * Puts one change in place.
 * @throws {FileRefused} if it is not granted, not possible, or something else is there by now; then this path is untouched.
 * @throws {Error} of another kind if it was put in place, but nobody knows whether it lasts.
 */
export async function changeFile({ absolute, path, before, after }: FileChange, tools: ChangeTools): Promise<void> {
  const { access } = tools;
  if (!access.covers('write', absolute)) throw new FileRefused(`\`${path}\` is outside what this call may write`);
  await using directory = await openParent(dirname(absolute), absolute, path, access);
  const place = join(insideOf(directory), basename(absolute));
  if (!isSameState(before, await stateOf(place, absolute))) throw changedMeanwhile(path);
  try {
    await replace(directory, place, absolute, path, before, after, tools);
  } catch (error) {
    if (error instanceof FileRefused || codeOf(error) === 'unknown error') throw error;
    throw new FileRefused(`could not change \`${path}\`: ${codeOf(error)}`);
  }
  await makeDurable(directory);
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
  directory: CheckedFile,
  place: string,
  absolute: string,
  path: string,
  before: FileState,
  after: FileState,
  tools: ChangeTools,
): Promise<void> {
  switch (after.kind) {
    case 'absent':
      return before.kind === 'directory' ? rmdir(place) : unlink(place);
    case 'directory':
      // What its owner may not do in it, this process could not do either until all is in place.
      if (before.kind === 'directory') return setDirectoryMode(absolute, path, after.mode | 0o700);
      await mkdir(place, { mode: after.mode | 0o700 });
      return giveAway(place, tools.newOwner);
    case 'link':
      return throughTemporary(directory, place, async (temporary) => symlink(after.target, temporary));
    case 'file':
      return throughTemporary(directory, place, (temporary) => writeFile(temporary, place, path, before, after, tools));
    default:
      return after satisfies never;
  }
}

async function throughTemporary(
  directory: CheckedFile,
  place: string,
  make: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = join(insideOf(directory), `.${randomBytes(9).toString('hex')}.tmp`);
  try {
    await make(temporary);
    await rename(temporary, place);
  } catch (error) {
    await unlink(temporary).catch(() => 'it never appeared under a name that counts');
    throw error;
  }
}

async function writeFile(
  temporary: string,
  place: string,
  path: string,
  before: FileState,
  after: Extract<FileState, { kind: 'file' }>,
  { bytesOf, newOwner }: ChangeTools,
): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  await using source = await bytesOf(after.sha256);
  await using handle = await open(temporary, flags, 0o600);
  const hash = createHash('sha256');
  for await (const chunk of source.createReadStream({ autoClose: false, start: 0 })) {
    hash.update(chunk);
    await handle.writeFile(chunk);
  }
  if (hash.digest('hex') !== after.sha256)
    throw new FileRefused(`the kept bytes of \`${path}\` are damaged: ask again`);
  const owner = before.kind === 'file' ? await lstat(place) : newOwner;
  if (owner !== undefined && process.getuid?.() === 0) await handle.chown(owner.uid, owner.gid);
  await handle.chmod(after.mode);
  await handle.sync();
}

async function giveAway(place: string, owner: NewOwner): Promise<void> {
  if (owner === undefined || process.getuid?.() !== 0) return;
  await using handle = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_DIRECTORY);
  await handle.chown(owner.uid, owner.gid);
}
