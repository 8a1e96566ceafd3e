// A grant may name what is not there yet, and only what is there can be mounted: so it is made empty, and taken away again
// when the call left it empty. Only inside the workspace, never through a symbolic link: each directory is opened, the
// opened thing is asked where it really is, and the new name is made in exactly that.

import { constants, promises as files } from 'node:fs';
import { basename, dirname } from 'node:path';
import { isWithin } from '../../kernel/private-places.ts';
import { causeOf } from '../files/canonical-path.ts';
import type { Identity } from './identity.ts';
import { whatIsAt } from './places.ts';
import { Unmountable } from './unmountable.ts';

/** Takes away again what was made and left empty. Never rejects. */
export type Unmake = () => Promise<void>;

/** Linux's O_PATH, which Node does not name: the place itself, without reading what is there. */
const openPath = 0o10000000;

/**
 * Makes an empty file or directory; for a directory also those above it that are missing.
 * @throws {Unmountable} if that would be outside the workspace, behind a link, or is not possible.
 */
export async function makeAbsent(
  path: string,
  kind: 'file' | 'directory',
  workspace: string,
  owner: Identity,
): Promise<Unmake> {
  if (!isWithin(path, workspace)) throw new Unmountable(`\`${path}\` does not exist; make it before it is granted`);
  const undo: Unmake[] = [];
  const unmake = async () => {
    for (const step of undo.reverse()) await step();
  };
  try {
    const above = dirname(path);
    const kindAbove = await whatIsAt(above);
    if (kindAbove !== undefined && kindAbove !== 'directory') {
      throw new Unmountable(`\`${above}\` is not a directory, or a symbolic link; grant the place itself`);
    }
    if (kindAbove === undefined) {
      if (kind === 'file') throw new Unmountable(`the directory \`${above}\` does not exist; make it before the call`);
      undo.push(await makeAbsent(above, 'directory', workspace, owner));
    }
    undo.push(await makeIn(above, basename(path), kind, owner));
    return unmake;
  } catch (error) {
    await unmake();
    if (error instanceof Unmountable) throw error;
    // Another call that starts now made it a moment ago, and takes it away again.
    if (Object(error).code === 'EEXIST' && (await whatIsAt(path)) === kind) return async () => {};
    throw new Unmountable(`could not make \`${path}\`: ${causeOf(error)}`, { cause: error });
  }
}

async function makeIn(directory: string, name: string, kind: 'file' | 'directory', owner: Identity): Promise<Unmake> {
  const flags = openPath | constants.O_DIRECTORY | constants.O_NOFOLLOW;
  const opened = await files.open(directory, flags);
  try {
    const held = `/proc/self/fd/${opened.fd}`;
    if ((await files.readlink(held)) !== directory) {
      throw new Unmountable(`\`${directory}\` leads through a symbolic link`);
    }
    const path = `${held}/${name}`;
    if (kind === 'directory') await files.mkdir(path, { mode: 0o755 });
    else await (await files.open(path, constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o644)).close();
    if (process.getuid?.() === 0) await files.lchown(path, owner.uid, owner.gid);
  } finally {
    await opened.close();
  }
  const path = `${directory}/${name}`;
  const { ctimeNs, ino } = await files.lstat(path, { bigint: true });
  return async () => {
    try {
      if (kind === 'directory') return await files.rmdir(path);
      const now = await files.lstat(path, { bigint: true });
      // Anything that opened it to write has changed its time, also when it wrote nothing: then it stays.
      if (now.size === 0n && now.ctimeNs === ctimeNs && now.ino === ino) await files.unlink(path);
    } catch {
      // It is in use, or gone: both are the call's doing, and stay.
      return;
    }
  };
}
