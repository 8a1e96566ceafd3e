// Keeps what previews changed, in a directory of its own each: a list of the changes, and the new bytes under their sha256.
// They are there from the preview until its commit or its end. After a crash in the middle of a commit they stay, so that
// somebody can compare what is there with what was to be there; all else that a dead process left is removed.

import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../kernel/checked.ts';
import { Permit } from '../../kernel/governed-call.ts';
import type { Changes } from '../../kernel/ports.ts';
import { digestOfChanges } from '../../kernel/preview.ts';
import type { ChangeSet, FileChange, Outcome, SealedAction } from '../../kernel/types.ts';
import { codeOf } from '../files/canonical-path.ts';
import type { ChangeTools } from '../files/change-file.ts';
import { compileFileAccess, FileRefused } from '../files/file-access.ts';
import { noNotes, type UnfinishedFiles } from '../files/unfinished-files.ts';
import { firstMismatch, putInPlace } from './put-in-place.ts';
import { removeTree } from './remove-tree.ts';

/** The place of one preview, while it is made. */
export interface PreviewPlace {
  /** A directory for what the preview needs while it runs; gone with `seal` or `drop`. */
  readonly copies: string;
  /** A directory for new bytes, each file named after its sha256 in hex. */
  readonly bytes: string;
  /** Removes the copies and keeps these changes. */
  seal(files: readonly FileChange[], workspace: string): Promise<ChangeSet>;
  /** Removes everything. Never rejects. */
  drop(): Promise<void>;
}

/** Where previews leave what they changed, and the kernel finds it again. */
export interface ChangeStore extends Changes {
  begin(): Promise<PreviewPlace>;
  /** Removes what dead processes left, but not what a commit did not get to the end of. Never rejects. */
  sweep(isInstanceAlive: (instance: string) => boolean, wanted: ReadonlySet<string>): Promise<void>;
  /** Removes what is left of this process, but not what a commit did not get to the end of. */
  close(): Promise<void>;
}

export interface ChangeStoreOptions {
  /** Made, with mode 0700, where it is missing. Private to every call. */
  readonly directory: string;
  /** As `createInstance` names this process. */
  readonly instance: string;
  /** Absolute canonical directories that no call reaches, whatever was granted. */
  readonly privateDirectories: readonly string[];
  /** Where it is noted what is being written; nowhere unless said otherwise. */
  readonly unfinished?: UnfinishedFiles;
}

/** How long what an interrupted commit left is kept: 30 days. */
const keptMs = 2_592_000_000;

const ownerFile = 'instance';
const beganFile = 'commit-began';

/** A store of changes; nothing is made before the first preview. */
export function createChangeStore(options: ChangeStoreOptions): ChangeStore {
  const { directory, instance, privateDirectories, unfinished = noNotes } = options;
  const own = new Set<string>();
  let last: Promise<unknown> = Promise.resolve();
  const placeOf = (id: string): string => {
    if (!/^[0-9a-f]{32}$/.test(id)) throw new TypeError('could not find a preview: its id is not one');
    return join(directory, id);
  };
  /** One commit at a time: two that change the same file must not both find it as it was. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => 'its caller hears of it');
    return done;
  };
  const remove = async (id: string): Promise<void> => {
    await removeTree(placeOf(id));
    own.delete(id);
  };
  const toolsFor = ({ action, decision }: SealedAction, id: string): ChangeTools => {
    return {
      access: compileFileAccess(decision.grants, action.workspace, [...privateDirectories, directory]),
      bytesOf: (sha256) => openKept(join(placeOf(id), 'bytes', sha256)),
      unfinished,
    };
  };

  return {
    async begin() {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const id = randomBytes(16).toString('hex');
      const place = placeOf(id);
      own.add(id);
      await mkdir(place, { mode: 0o700 });
      await writeFile(join(place, ownerFile), instance, { mode: 0o600 });
      const [copies, bytes] = [join(place, 'copies'), join(place, 'bytes')];
      await mkdir(copies, { mode: 0o700 });
      await mkdir(bytes, { mode: 0o700 });
      return {
        copies,
        bytes,
        async seal(files, workspace) {
          await removeTree(copies);
          const changes = { id, files, digest: digestOfChanges(id, files) };
          const text = JSON.stringify({ workspace, ...changes }, undefined, 1);
          await writeFile(join(place, 'changes.json'), text, { mode: 0o600 });
          return changes;
        },
        drop: async () => {
          await remove(id).catch(() => 'the next start removes it');
        },
      };
    },

    async fault({ changes }) {
      if (changes === null) return 'it has no preview';
      try {
        await stat(placeOf(changes.id));
        const mismatch = await firstMismatch(changes.files);
        return mismatch === undefined
          ? ''
          : `the workspace changed after its preview (\`${mismatch.path}\`): ask again`;
      } catch (error) {
        return `its preview cannot be used any more: ${messageOf(error)}`;
      }
    },

    async commit(permit, signal) {
      const sealed = Permit.redeem(permit, 'commit');
      const { changes } = sealed;
      if (changes === null) return failed('it has no preview');
      return inTurn(async () => {
        if (signal.aborted) return failed('it was aborted before anything was changed');
        try {
          await begin(placeOf(changes.id));
          return await putInPlace(changes.files, toolsFor(sealed, changes.id));
        } catch (error) {
          if (error instanceof FileRefused) return failed(`nothing was changed: ${error.message}`);
          throw error;
        }
      });
    },

    discard: (id) => remove(id),

    async sweep(isInstanceAlive, wanted) {
      for (const id of await readdir(directory).catch(() => [])) {
        if (!/^[0-9a-f]{32}$/.test(id) || own.has(id) || wanted.has(id)) continue;
        const owner = await readFile(join(directory, id, ownerFile), 'utf8').catch(() => '');
        if (owner !== '' && isInstanceAlive(owner)) continue;
        const began = await stat(join(directory, id, beganFile)).catch(() => undefined);
        if (began !== undefined && Date.now() - began.mtimeMs < keptMs) continue;
        await remove(id).catch(() => 'the next start tries again');
      }
    },

    async close() {
      await last;
      for (const id of [...own]) {
        const began = await stat(join(placeOf(id), beganFile)).catch(() => undefined);
        if (began === undefined) await remove(id).catch(() => 'the next start tries again');
      }
    },
  };
}

async function begin(place: string): Promise<void> {
  try {
    await writeFile(join(place, beganFile), '', { mode: 0o600, flush: true });
  } catch (error) {
    throw new FileRefused(`what its preview changed is not there any more: ${codeOf(error)}`);
  }
}

const failed = (because: string): Outcome => ({ kind: 'failed', because, output: '', truncated: false, facts: {} });

const openKept = (path: string): Promise<FileHandle> => open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
