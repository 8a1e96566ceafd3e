// The example incident for tests: made once for each variant, in a directory of its own.

import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

export const skillFolder = fileURLToPath(new URL('../../skills/incident-rca/', import.meta.url));
export const makeScript = join(skillFolder, 'example/make.sh');

const root = join(tmpdir(), `incident-${randomUUID()}`);
afterAll(() => rm(root, { recursive: true, force: true }));

/** A real empty directory, gone when the test file is done. */
export async function scratch(): Promise<string> {
  await mkdir(root, { recursive: true });
  return realpath(await mkdtemp(join(root, 'd-')));
}

/** What a program printed and how it ended; never rejects for its exit status. */
export function ended(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<{ status: number; out: string; err: string }> {
  const { cwd = '/', env = {} } = options;
  const environment = { PATH: process.env.PATH, SALLYPORT_NODE: process.execPath, ...env };
  const settings = { cwd, env: environment, maxBuffer: 16_777_216 };
  return new Promise((resolve, reject) => {
    execFile(program, [...args], settings, (error, out, err) => {
      const status = error === null ? 0 : error.code;
      if (typeof status === 'number') resolve({ status, out, err });
      else reject(error);
    });
  });
}

/** Builds the incident and gives its directory. */
export async function makeIncident(...options: string[]): Promise<string> {
  const target = join(await scratch(), 'workspace');
  const { status, err } = await ended('sh', [makeScript, target, ...options]);
  if (status !== 0) throw new Error(err);
  return target;
}

/** A copy that a test may change. */
export async function copyOf(workspace: string): Promise<string> {
  const target = join(await scratch(), 'workspace');
  await cp(workspace, target, { recursive: true });
  return target;
}

/** Runs git in the incident's repository. */
export async function git(workspace: string, ...args: string[]): Promise<string> {
  const { status, out, err } = await ended('git', ['-C', join(workspace, 'repo'), ...args]);
  if (status !== 0) throw new Error(err);
  return out.trim();
}

/** Source of one of the skill's isolate programs. */
export const scriptText = (name: string): Promise<string> =>
  readFile(join(skillFolder, 'scripts', `${name}.js`), 'utf8');
