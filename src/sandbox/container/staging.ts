// Brings the sources of a call's mounts to where the engine binds them from. A kernel with root rights binds each to a
// mount point of its own first: there no one can put a symbolic link in its way any more, and the owner is shown as the
// user inside. A kernel without them has no such call, and hands the engine the paths themselves, checked once more.

import { spawn } from 'node:child_process';
import { promises as files } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isWithin } from '../../kernel/private-places.ts';
import type { Identity } from './identity.ts';
import type { PlannedMount } from './mount-plan.ts';
import { unescaped } from './mounts-in-place.ts';
import { realPathOf } from './places.ts';
import { removeEmpty } from './runtime-directory.ts';
import { Unmountable } from './unmountable.ts';

/** A planned mount and the path the engine binds it from; for a closed one that path is of no use. */
export interface StagedMount extends PlannedMount {
  readonly bindFrom: string;
}

/** The mounts of one call, in place until they are released. */
export interface Staging {
  readonly mounts: readonly StagedMount[];
  /** Never rejects; what could not be unmounted is left to the next sweep. */
  release(): Promise<void>;
}

/** What is needed to stage one call's mounts. */
export interface StagingRequest {
  readonly mounts: readonly PlannedMount[];
  readonly workspace: string;
  readonly workspaceOwner: Identity;
  /** The user of this machine that the container's user is: who the owner is shown as. */
  readonly shown: Identity;
  readonly isRoot: boolean;
  /** A directory that does not exist yet, inside the instance's own. */
  readonly directory: string;
}

/** @throws {Unmountable} if a source has changed, or this machine cannot show it to the user inside. */
export async function stageMounts(request: StagingRequest): Promise<Staging> {
  return request.isRoot ? stageAsRoot(request) : stageAsUser(request);
}

async function stageAsUser({ mounts }: StagingRequest): Promise<Staging> {
  for (const { source, access, copy } of mounts) {
    const from = copy ?? source;
    if (access !== 'closed' && (await realPathOf(from)) !== from) {
      throw new Unmountable(`\`${source}\` has changed while the call was prepared`);
    }
  }
  return {
    mounts: mounts.map((mount) => ({ ...mount, bindFrom: mount.copy ?? mount.source })),
    release: async () => {},
  };
}

async function stageAsRoot(request: StagingRequest): Promise<Staging> {
  const { mounts, directory, shown, workspace, workspaceOwner } = request;
  const staged: StagedMount[] = [];
  const fields: (string | number)[] = [];
  if (mounts.some(({ access }) => access !== 'closed')) await files.mkdir(directory, { mode: 0o700 });
  const release = async () => {
    await unmountBelow(directory);
    await removeEmpty(directory);
  };
  try {
    for (const mount of mounts) {
      const bindFrom = join(directory, String(staged.length));
      staged.push({ ...mount, bindFrom });
      if (mount.access === 'closed') continue;
      if (mount.kind === 'directory') await files.mkdir(bindFrom);
      else await files.writeFile(bindFrom, '', { flag: 'wx' });
      const owner = isWithin(mount.source, workspace) ? workspaceOwner : await ownerOf(mount.source);
      fields.push(mount.copy ?? mount.source, bindFrom, mount.access, owner.uid, owner.gid, shown.uid, shown.gid);
    }
    if (fields.length > 0) await bindAll(fields);
    return { mounts: staged, release };
  } catch (error) {
    await release();
    throw error;
  }
}

async function ownerOf(path: string): Promise<Identity> {
  const { uid, gid } = await files.lstat(path);
  return { uid, gid };
}

/** The number of Linux's `unshare` on the architectures this can run on. */
const unshareNumbers: Readonly<Record<string, number>> = { x64: 272, arm64: 97, riscv64: 97, loong64: 97 };

/** Programs of this project get no environment but this. */
const plainEnvironment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

async function bindAll(fields: readonly (string | number)[]): Promise<void> {
  const unshare = unshareNumbers[process.arch];
  if (unshare === undefined) throw new Unmountable(`binding places as root is not known for \`${process.arch}\``);
  const program = fileURLToPath(new URL('bind-mounts.pl', import.meta.url));
  const input = fields.map((field) => `${field}\0`).join('');
  const { status, stdout, stderr } = await run('perl', [program, String(unshare)], input);
  if (status === 0 && stdout === 'ok\n') return;
  const because = stderr.trim() || `perl ended with status ${status}`;
  throw new Unmountable(
    /id-mapped|open_tree|user namespace/.test(because)
      ? `this machine cannot show the workspace to a user who is not root (${because}); make it owned by an ordinary user (\`chown\`)`
      : `could not bind the granted places: ${because}`,
  );
}

/** Undoes every mount below a directory. Never rejects. */
export async function unmountBelow(directory: string): Promise<void> {
  const table = await files.readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const points = table
    .split('\n')
    .map((line) => unescaped(line.split(' ')[4] ?? ''))
    .filter((point) => point !== directory && isWithin(point, directory));
  if (points.length > 0) await run('umount', ['--lazy', '--', ...points.reverse()], '');
}

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** No program of these takes longer, short of a machine that hangs. */
const programMs = 10_000;

function run(program: string, words: readonly string[], input: string): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(program, words, { env: plainEnvironment, timeout: programMs, killSignal: 'SIGKILL', cwd: '/' });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', (error) => resolve({ status: -1, stdout: '', stderr: `\`${program}\`: ${error.message}` }));
    child.on('close', (status) => resolve({ status: status ?? -1, stdout, stderr }));
    child.stdin.on('error', () => 'the program ended without reading it all; its status says so');
    child.stdin.end(input);
  });
}
