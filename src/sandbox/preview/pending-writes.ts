// The files that an isolate call would have written: kept in memory, in the order of the last write, and read back by the same
// call as if they were there. Each is judged like a real write, and nothing on disk is touched.

import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileChange } from '../../kernel/types.ts';
import { canonicalPath, grantedPath } from '../files/canonical-path.ts';
import { type FileAccess, FileRefused } from '../files/file-access.ts';
import { isSameState, stateAt } from '../files/file-state.ts';
import type { WriteText } from '../files/write-text.ts';
import { spelledIn } from './compare-copy.ts';
import { changesMax } from './limits.ts';

/** What is pending. */
export interface PendingWrites {
  /** In place of the function that really writes. */
  readonly write: WriteText;
  /** What is pending at a path that may be read; undefined if nothing is. */
  find(path: string, access: FileAccess): Promise<Buffer | undefined>;
  /** The changes; new bytes go to `bytes`, each file named after its sha256. */
  changes(workspace: string, bytes: string): Promise<readonly FileChange[]>;
}

/** Permission bits of a new file. */
const newMode = 0o644;

export function createPendingWrites(): PendingWrites {
  const pending = new Map<string, Buffer>();
  return {
    write: async (path, text, access, taking) => {
      const { absolute } = await grantedPath(path, 'write', access);
      const before = await stateAt(absolute);
      if (before.kind !== 'file' && before.kind !== 'absent')
        throw new FileRefused(`\`${path}\` is not a regular file`);
      await refuseParent(dirname(absolute), absolute, path, access);
      if (pending.size >= changesMax && !pending.has(absolute))
        throw new FileRefused('it writes too many files for a preview');
      taking(absolute);
      const bytes = Buffer.from(text, 'utf8');
      pending.set(absolute, bytes);
      return { absolute, ...hashed(bytes) };
    },
    find: async (path, access) => {
      if (pending.size === 0) return undefined;
      const { absolute } = await canonicalPath(path, access.workspace);
      return access.covers('read', absolute) ? pending.get(absolute) : undefined;
    },
    changes: async (workspace, bytes) => {
      const files: FileChange[] = [];
      for (const [absolute, text] of [...pending].sort(([one], [other]) => (one < other ? -1 : 1))) {
        const before = await stateAt(absolute);
        const after = { kind: 'file', mode: before.kind === 'file' ? before.mode : newMode, ...hashed(text) } as const;
        if (isSameState(before, after)) continue;
        await using kept = await open(join(bytes, after.sha256), 'w', 0o600);
        await kept.writeFile(text);
        await kept.sync();
        files.push({ path: spelledIn(workspace, absolute), absolute, before, after });
      }
      return files;
    },
  };
}

const hashed = (bytes: Buffer): { readonly bytes: number; readonly sha256: string } => ({
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

/** What would keep the real write from making or entering its directory. */
async function refuseParent(directory: string, forFile: string, path: string, access: FileAccess): Promise<void> {
  const { kind } = await stateAt(directory);
  if (kind === 'directory') return;
  if (kind !== 'absent') throw new FileRefused(`could not write \`${path}\`: what should be its directory is a file`);
  if (!access.mayMakeDirectory(directory, forFile)) {
    throw new FileRefused(`could not write \`${path}\`: its directory is not there, and this call may not make it`);
  }
  await refuseParent(dirname(directory), forFile, path, access);
}
