// A workspace that a test file describes, made for real in a temporary directory, so that the classifier meets real files
// and real symbolic links.

import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import type { Workspace } from './test-schema.ts';

/** A workspace on disk; `remove` when done. */
export interface MadeWorkspace {
  /** Real and absolute. */
  readonly path: string;
  remove(): Promise<void>;
}

/** A name that lies in the workspace, normalized; undefined for any other. */
export function nameInside(name: string): string | undefined {
  const plain = normalize(name).replace(/(?<=.)\/$/, '');
  return isAbsolute(plain) || plain === '..' || plain.startsWith('../') || plain.includes('\0') ? undefined : plain;
}

/** Makes the files and links; every name must lie inside. */
export async function makeWorkspace({ files = [], links = {} }: Workspace): Promise<MadeWorkspace> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'sallyport-policy-test-')));
  const remove = () => rm(path, { recursive: true, force: true });
  try {
    // Files before links: nothing is written through one.
    for (const file of files) {
      const at = join(path, nameInside(file) ?? '');
      await mkdir(file.endsWith('/') ? at : dirname(at), { recursive: true });
      if (!file.endsWith('/')) await writeFile(at, '', { flag: 'wx' });
    }
    for (const [name, target] of Object.entries(links)) {
      const at = join(path, nameInside(name) ?? '');
      await mkdir(dirname(at), { recursive: true });
      if ((await realpath(dirname(at))) !== dirname(at)) throw new Error(`\`${name}\` lies below another link`);
      await symlink(target, at);
    }
    return { path, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
