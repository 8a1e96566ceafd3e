// Everything a soak has on this machine: one folder with home, workspace, temporary files and a Node of its own, so that
// whatever its kernels leave behind can be told from what others have.

import { copyFileSync, linkSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { editedFile, workspaceFiles } from './planned-calls.ts';

/** Where a soak happens. All paths are real ones. */
export interface SoakPlace {
  readonly root: string;
  readonly home: string;
  readonly workspace: string;
  /** What was in the workspace before the first call. */
  readonly files: Readonly<Record<string, string>>;
  /** Temporary files of the kernels. */
  readonly temporary: string;
  readonly policy: string;
  /** This Node under a name of the soak's own: all processes of its kernels carry it. */
  readonly node: string;
  readonly environment: NodeJS.ProcessEnv;
  remove(): void;
}

export function makeSoakPlace(lanes: number): SoakPlace {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-soak-')));
  const [home, workspace, temporary] = [join(root, 'home'), join(root, 'workspace'), join(root, 'tmp')];
  for (const folder of ['files', 'asked', 'late', 'previewed']) mkdirSync(join(workspace, folder), { recursive: true });
  mkdirSync(temporary);
  const edited = Array.from({ length: lanes }, (_, lane) => [editedFile(lane), 'the end\n'] as const);
  const files = Object.fromEntries([...Object.entries(workspaceFiles), ...edited]);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(workspace, dirname(path)), { recursive: true });
    writeFileSync(join(workspace, path), text);
  }
  const node = join(root, 'node');
  try {
    linkSync(process.execPath, node);
  } catch {
    // Another file system, or links are not allowed.
    copyFileSync(process.execPath, node);
  }
  const { PATH, DOCKER_HOST } = process.env;
  const engine = DOCKER_HOST === undefined ? {} : { DOCKER_HOST };
  const environment = { PATH, ...engine, SALLYPORT_HOME: home, HOME: root, TMPDIR: temporary, NO_COLOR: '1' };
  const policy = join(import.meta.dirname, 'soak.yaml');
  const remove = () => rmSync(root, { recursive: true, force: true });
  return { root, home, workspace, files, temporary, policy, node, environment, remove };
}
