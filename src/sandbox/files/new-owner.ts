// Who owns what a call makes: in a workspace its owner, as in a container, also where a kernel with root rights makes it.
// Files are given away through an open descriptor, so that no other file is, whatever its name leads to by then.

import { type FileHandle, lstat, readdir } from 'node:fs/promises';
import { isWithin } from '../../kernel/private-places.ts';

/** Who shall own a file; undefined: this process. */
export type NewOwner = { readonly uid: number; readonly gid: number } | undefined;

/** Who shall own what is made at a canonical path: outside of the workspace, or without root rights, this process. */
export async function newOwnerOf(absolute: string, workspace: string): Promise<NewOwner> {
  if (process.getuid?.() !== 0 || !isWithin(absolute, workspace)) return undefined;
  const { uid, gid } = await lstat(workspace);
  return { uid, gid };
}

/** Gives a file away that this process has just made. */
export async function giveAway(handle: FileHandle, owner: NewOwner): Promise<void> {
  if (owner !== undefined && process.getuid?.() === 0) await handle.chown(owner.uid, owner.gid);
}

/**
 * Gives a directory away that this process has just made, opened again by its name: one that is somebody else's, or holds
 * anything, is another one, and stays whose it is.
 */
export async function giveDirectoryAway(handle: FileHandle, inside: string, owner: NewOwner): Promise<void> {
  if (owner === undefined || process.getuid?.() !== 0) return;
  const { uid } = await handle.stat();
  if (uid === 0 && (await readdir(inside)).length === 0) await handle.chown(owner.uid, owner.gid);
}
