// A real workspace with a real outside, for tests of file access.

import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Grants } from '../../../src/kernel/types.ts';
import { compileFileAccess, type FileAccess } from '../../../src/sandbox/files/file-access.ts';
import { listDirectory } from '../../../src/sandbox/files/list-directory.ts';
import { openChecked } from '../../../src/sandbox/files/open-checked.ts';
import { readText } from '../../../src/sandbox/files/read-text.ts';
import { noNotes } from '../../../src/sandbox/files/unfinished-files.ts';
import { createWriteText } from '../../../src/sandbox/files/write-text.ts';

export interface TestWorkspace extends Disposable {
  /** Canonical; `workspace` and `outside` lie in it. */
  readonly root: string;
  readonly workspace: string;
  readonly outside: string;
  put(path: string, content: string): string;
  access(grants: Partial<Grants>, privateDirectories?: readonly string[]): FileAccess;
}

export function createTestWorkspace(): TestWorkspace {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-files-')));
  const workspace = join(root, 'workspace');
  const outside = join(root, 'outside');
  mkdirSync(workspace);
  mkdirSync(outside);
  return {
    root,
    workspace,
    outside,
    put: (path, content) => {
      const absolute = join(root, path);
      mkdirSync(dirname(absolute), { recursive: true });
      writeFileSync(absolute, content);
      return absolute;
    },
    access: (grants, privateDirectories = []) =>
      compileFileAccess(
        { read: [], write: [], exceptRead: [], exceptWrite: [], ...grants },
        workspace,
        privateDirectories,
      ),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** The text of a file as a call would read it, or the refusal. */
export async function reads(path: string, access: FileAccess): Promise<string> {
  try {
    await using file = await openChecked(path, 'read', access);
    return (await readText(file, 0, 1_000, path)).text;
  } catch (error) {
    return `refused: ${error instanceof Error ? error.message : error}`;
  }
}

/** The names in a directory as a call would list it, or the refusal. */
export async function lists(path: string, access: FileAccess): Promise<string> {
  try {
    await using directory = await openChecked(path, 'read', access);
    return (await listDirectory(directory, path)).entries.map(({ name, kind }) => `${kind} ${name}`).join();
  } catch (error) {
    return `refused: ${error instanceof Error ? error.message : error}`;
  }
}

/** The path that was written, or the refusal. */
export async function writes(path: string, text: string, access: FileAccess): Promise<string> {
  try {
    return (await createWriteText(noNotes)(path, text, access, () => {})).absolute;
  } catch (error) {
    return `refused: ${error instanceof Error ? error.message : error}`;
  }
}
