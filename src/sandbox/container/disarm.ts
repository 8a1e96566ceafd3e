// Takes the setuid and setgid bits from files that a call left. What a call writes belongs to the owner of the workspace on
// this machine, root's too: with such a bit it would run as them for every user here. Linux lets an owner set these bits in
// any mount, so they go when the container is gone. A file that had them before the call, and was left alone, keeps them.

import { spawn } from 'node:child_process';
import { constants, promises as files } from 'node:fs';

/** Linux's O_PATH, which Node does not name: the file itself, also one that may not be read. */
const openPath = 0o10000000;
const bits = 0o6000;
/** Times of files are a few milliseconds behind the clock. */
const behindMs = 1_000;
/** A tree of a million files takes a few seconds. */
const lookMs = 30_000;

/**
 * Disarms the files below `roots` that changed after `since` (milliseconds since the epoch), and names them.
 * @throws {Error} if they could not be looked for, or a bit could not be taken away.
 */
export async function disarm(roots: readonly string[], since: number): Promise<readonly string[]> {
  if (roots.length === 0) return [];
  const disarmed: string[] = [];
  // Names are bytes here: one that is no text must not escape.
  for (const path of await armedBelow(roots)) if (await disarmOne(path, since - behindMs)) disarmed.push(`${path}`);
  return disarmed;
}

async function disarmOne(path: Buffer, since: number): Promise<boolean> {
  const held = await files.open(path, openPath | constants.O_NOFOLLOW).catch((error) => {
    if (Object(error).code === 'ENOENT') return undefined;
    throw error;
  });
  if (held === undefined) return false;
  try {
    const place = `/proc/self/fd/${held.fd}`;
    const { ctimeMs, mode } = await held.stat();
    const isThere = path.equals(await files.readlink(place, 'buffer'));
    if (!isThere || (mode & constants.S_IFMT) !== constants.S_IFREG || (mode & bits) === 0 || ctimeMs < since)
      return false;
    await files.chmod(place, mode & 0o1777);
    return true;
  } finally {
    await held.close();
  }
}

/** Regular files with one of the bits; directories that this user may not enter are closed to others as well. */
function armedBelow(roots: readonly string[]): Promise<readonly Buffer[]> {
  const words = [...roots, '-xdev', '-type', 'f', '-perm', '/6000', '-print0'];
  return new Promise((resolve, reject) => {
    const options = { env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' }, cwd: '/', timeout: lookMs } as const;
    const child = spawn('find', words, { ...options, killSignal: 'SIGKILL', stdio: ['ignore', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (status) => {
      // 1: something went away meanwhile, or may not be entered.
      if (status === 0 || status === 1) resolve(namesIn(Buffer.concat(chunks)));
      else reject(new Error('could not look through what the call may have written'));
    });
  });
}

function namesIn(list: Buffer): readonly Buffer[] {
  const names: Buffer[] = [];
  for (let start = 0, end = list.indexOf(0); end >= 0; start = end + 1, end = list.indexOf(0, start)) {
    names.push(list.subarray(start, end));
  }
  return names;
}
