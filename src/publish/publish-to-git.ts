// Puts checkpoints into a git repository: a file with the newest one, a commit for each, and, where the repository has an
// upstream, a push. Nothing that the repository says is run: no hooks, no monitors, no signing programs.

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const fileName = 'checkpoint';
const wallMs = 60_000;
const settings = [
  ...['core.hooksPath=/dev/null', 'core.fsmonitor=false', 'commit.gpgSign=false', 'push.gpgSign=false', 'gc.auto=0'],
  ...['user.name=sallyport', 'user.email=sallyport@localhost'],
].flatMap((setting) => ['-c', setting]);

/**
 * Commits the note in `directory`, the top of a working tree; `title` is its first line.
 * @throws {Error} with what git said.
 */
export async function publishToGit(directory: string, note: string, title: string, doesPush: boolean): Promise<void> {
  const git = async (...args: readonly string[]): Promise<string> => {
    const command = ['-C', directory, ...settings, ...args];
    const { stdout } = await run('git', command, { timeout: wallMs, killSignal: 'SIGKILL', maxBuffer: 1_048_576 });
    return stdout;
  };
  await git('rev-parse', '--git-dir');
  await writeFile(join(directory, fileName), note);
  await git('add', '--', fileName);
  const isChanged = (await git('status', '--porcelain', '--', fileName)) !== '';
  if (isChanged) await git('commit', '--quiet', '--no-verify', '--message', title, '--', fileName);
  if (doesPush) await git('push', '--quiet', '--no-verify');
}
