// Notes of files that are being written, until each appears under its own name: which directory it lies in, and under which
// name meanwhile. The note is made first, so whatever a killed kernel left is found without looking for it, and nothing else
// is taken for it: the name is random, and was noted before it was used. A note is a symbolic link that nobody follows: its
// name and text appear in one step. INVARIANT: what has no note, or a note of a living kernel, is never removed.
// Does not guard against a power cut, which can lose a note that lies on another file system than the file.

import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, readlink, rmdir, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { directoryNameOf, instanceOf } from '../container/runtime-directory.ts';
import { codeOf } from './canonical-path.ts';
import { openCanonical } from './open-checked.ts';
import { insideOf } from './open-parent.ts';

/** A file that is about to be written. */
export interface UnfinishedFile {
  /** The name it has meanwhile. */
  readonly name: string;
  /** Forgets it: it has its own name now, or is gone. Never rejects. */
  over(): Promise<void>;
}

/** Where it is noted what is being written. */
export interface UnfinishedFiles {
  /** Notes a file that is about to be written in this directory (canonical). */
  begin(directory: string): Promise<UnfinishedFile>;
  /** Removes the files that dead kernels left. Never rejects. */
  sweep(isInstanceAlive: (instance: string) => boolean): Promise<void>;
  /** Lets go of what is noted nowhere else: nothing, if all writes have ended. */
  close(): Promise<void>;
}

/** How long the note of a file that cannot be got at is kept, because its disk may come back: 30 days. */
const keptMs = 2_592_000_000;

const idPattern = /^[0-9a-f]{18}$/;
const nameOf = (id: string): string => `.sallyport-${id}.tmp`;
const newId = (): string => randomBytes(9).toString('hex');

/** Notes in `directory`, which is made (mode 0700) for the first one and has to be private to every call. */
export function createUnfinishedFiles(directory: string, instance: string): UnfinishedFiles {
  const own = join(directory, directoryNameOf(instance));
  let isMade = false;
  return {
    async begin(at) {
      const id = newId();
      if (!isMade) await mkdir(own, { recursive: true, mode: 0o700 });
      isMade = true;
      const note = join(own, id);
      await symlink(at, note);
      return { name: nameOf(id), over: () => unlink(note).catch(() => {}) };
    },
    async sweep(isInstanceAlive) {
      for (const name of await readdir(directory).catch(() => [])) {
        const owner = instanceOf(name);
        if (directoryNameOf(owner) === name && !isInstanceAlive(owner)) await sweepNotes(join(directory, name));
      }
    },
    close: () => rmdir(own).catch(() => {}),
  };
}

/** For executors whose files need no finding: a kernel that dies leaves them. */
export const noNotes: UnfinishedFiles = Object.freeze({
  begin: async () => ({ name: nameOf(newId()), over: async () => {} }),
  sweep: async () => {},
  close: async () => {},
});

async function sweepNotes(notes: string): Promise<void> {
  for (const id of await readdir(notes).catch(() => [])) {
    const note = join(notes, id);
    if (idPattern.test(id) && (await isSettled(note, nameOf(id)))) await unlink(note).catch(() => {});
  }
  await rmdir(notes).catch(() => 'the next start tries again');
}

/** Removes the file of a note; whether nothing of it is left, or the note is too old to go on trying. */
async function isSettled(note: string, name: string): Promise<boolean> {
  try {
    const directory = await readlink(note);
    await using opened = await openCanonical(directory, directory, (real) => real === directory, 'write');
    await unlink(join(insideOf(opened), name));
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return true;
    const made = await lstat(note).catch(() => undefined);
    return made === undefined || Date.now() - made.mtimeMs > keptMs;
  }
}
