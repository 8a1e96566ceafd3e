// A directory of this instance's own on this machine: mount points of calls, and the file that stands for closed ones.
// Nobody else may own it or look into it. INVARIANT: nothing here is ever removed with what is below it, because what is
// below may be a mount of somebody's workspace: only empty directories and empty files go, one by one.

import { promises as files } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where it is when nobody says otherwise: out of reach of clean-up jobs for root, and of others for everybody. */
export const usualRuntimeDirectory = (uid: number): string =>
  uid === 0 ? '/run/sallyport' : join(tmpdir(), `sallyport-${uid}`);

/** Ends the names of directories in which a container finds its way to the network. */
export const egressSuffix = '-egress';

/** The longest name a directory can have is 255 bytes. */
const nameMax = 240;

/**
 * The name of an instance's directory: its text, spelled so that it is one path segment and can be read back.
 * @throws {RangeError} if the instance is described at such length that no directory could be named after it.
 */
export function directoryNameOf(instance: string): string {
  const name = Buffer.from(instance).toString('base64url');
  if (name.length > nameMax)
    throw new RangeError(`could not name a directory after an instance of ${name.length} characters`);
  return name;
}

/** Where an instance's directory is. */
export const runtimeDirectoryOf = (runtimeDirectory: string, instance: string): string =>
  join(runtimeDirectory, directoryNameOf(instance));

/** The instance a directory belongs to. */
export const instanceOf = (directoryName: string): string => Buffer.from(directoryName, 'base64url').toString();

/**
 * Makes the directory of an instance, and the one above it where missing.
 * @throws {Error} if what is there belongs to somebody else or others may enter it.
 */
export async function ensureRuntimeDirectory(runtimeDirectory: string, instance: string): Promise<string> {
  const own = runtimeDirectoryOf(runtimeDirectory, instance);
  for (const directory of [runtimeDirectory, own]) {
    await unlessThere(files.mkdir(directory, { mode: 0o700, recursive: directory === runtimeDirectory }));
    const { uid, mode } = await files.lstat(directory);
    const isOurs = uid === process.getuid?.() && (mode & 0o170077) === 0o040000;
    if (!isOurs) throw new Error(`\`${directory}\` has to be a directory of this user with mode 0700; remove it`);
  }
  return own;
}

/** An empty file and an empty directory that nobody may open; mounted over what stays closed. */
export interface ClosedPlaces {
  readonly file: string;
  readonly directory: string;
}

/** Makes them where missing. */
export async function ensureClosedPlaces(own: string): Promise<ClosedPlaces> {
  const places = { file: join(own, 'closed-file'), directory: join(own, 'closed-directory') };
  await unlessThere(files.writeFile(places.file, '', { mode: 0o000, flag: 'wx' }));
  await unlessThere(files.mkdir(places.directory, { mode: 0o000 }));
  return places;
}

async function unlessThere(made: Promise<unknown>): Promise<void> {
  await made.catch((error) => {
    if (Object(error).code !== 'EEXIST') throw error;
  });
}

/** Removes a directory of empty files and directories. What is in use or not empty stays. Never rejects. */
export async function removeEmpty(directory: string): Promise<void> {
  const entries = await files.readdir(directory, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(directory, entry.name);
    await (entry.isDirectory() ? files.rmdir(path) : removeEmptyFile(path)).catch(() => 'it is in use');
  }
  await files.rmdir(directory).catch(() => 'it is in use');
}

async function removeEmptyFile(path: string): Promise<void> {
  const { size } = await files.lstat(path);
  if (size === 0) await files.unlink(path);
}
