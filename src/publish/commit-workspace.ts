// A workspace as a commit of a repository of our own, outside of it: agents write in workspaces, and git runs what the
// configuration of a repository names (hooks, filters, monitors). Here git only lists the files that are not ignored, and is
// handed their bytes; no configuration, attribute or hook of the workspace counts, and no agent rewrites what was committed.

import { execFile, spawn } from 'node:child_process';
import { constants, existsSync } from 'node:fs';
import { lstat, open, readlink, realpath } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const wallMs = 300_000;
/** Names that are listed, in bytes. */
const listBytesMax = 33_554_432;
const filesMax = 100_000;
const fileBytesMax = 67_108_864;
const ref = 'refs/heads/main';
const draft = 'refs/sallyport/draft';
const settings = [
  ...['core.hooksPath=/dev/null', 'core.fsmonitor=false', 'commit.gpgSign=false', 'gc.auto=0', 'core.quotePath=false'],
  'core.untrackedCache=false',
].flatMap((setting) => ['-c', setting]);

/** What to commit, and where. */
export interface WorkspaceCommit {
  /** Real absolute path. */
  readonly workspace: string;
  /** Bare repository; made where there is none. */
  readonly repository: string;
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface Committed {
  /** Id of the commit that holds the workspace as it is now. */
  readonly commit: string;
  /** False if the last commit holds the same already. */
  readonly isNew: boolean;
  readonly files: number;
  /** What is not in it: repositories of their own, what is too large, and what is no file. */
  readonly leftOut: readonly string[];
}

/**
 * Commits what lies in a workspace, but for what its `.gitignore` files leave out.
 * @throws {Error} with what git said, or what is too much.
 */
export async function commitWorkspace({ workspace, repository, message, now }: WorkspaceCommit): Promise<Committed> {
  const git = async (...args: readonly string[]): Promise<string> => {
    const bounds = { timeout: wallMs, killSignal: 'SIGKILL', maxBuffer: listBytesMax } as const;
    const { stdout } = await run('git', [...settings, '--git-dir', repository, ...args], {
      ...bounds,
      cwd: workspace,
      encoding: 'latin1',
    });
    return stdout;
  };
  if (!existsSync(repository)) await git('init', '--quiet', '--bare', '--initial-branch=main');
  // Names are bytes: latin1 keeps each as one character.
  const listed = await git('--work-tree', workspace, 'ls-files', '-z', '--others', '--exclude-standard');
  const names = listed.split('\0').filter((name) => name !== '');
  if (names.length > filesMax)
    throw new Error(
      `could not commit \`${workspace}\`: it has more than ${filesMax} files; leave some out by .gitignore`,
    );
  const before = (await git('for-each-ref', '--format=%(objectname) %(tree)', ref)).trim().split(' ');
  const importer = startImport(repository);
  const leftOut: string[] = [];
  await importer.write(`commit ${draft}\ncommitter sallyport <sallyport@localhost> ${Math.trunc(now / 1_000)} +0000\n`);
  await importer.write(dataOf(Buffer.from(message, 'utf8')));
  if (before.length === 2) await importer.write(`from ${before[0]}\ndeleteall\n`);
  for (const name of names) {
    const file = await readEntry(workspace, name).catch(unlessGone);
    if (file === null) leftOut.push(Buffer.from(name, 'latin1').toString('utf8'));
    else await importer.write(`M ${file.mode} inline ${quoted(name)}\n`, dataOf(file.bytes));
  }
  await importer.end();
  const [commit = '', tree = ''] = (await git('for-each-ref', '--format=%(objectname) %(tree)', draft))
    .trim()
    .split(' ');
  await git('update-ref', '-d', draft);
  const files = names.length - leftOut.length;
  if (tree === before[1]) return { commit: before[0] ?? '', isNew: false, files, leftOut };
  await git('update-ref', '-m', 'workspace', ref, commit, before.length === 2 ? (before[0] ?? '') : '0'.repeat(40));
  return { commit, isNew: true, files, leftOut };
}

interface Entry {
  readonly mode: '100644' | '100755' | '120000';
  readonly bytes: Buffer;
}

/** What is at a name, without following links on the way there or at its end; null where it cannot be committed. */
async function readEntry(workspace: string, name: string): Promise<Entry | null> {
  if (name.endsWith('/')) return null;
  const root = Buffer.from(`${workspace}/`, 'utf8');
  const path = Buffer.concat([root, Buffer.from(name, 'latin1')]);
  const parent = path.subarray(0, path.lastIndexOf('/'));
  if (!(await realpath(parent, { encoding: 'buffer' })).equals(parent)) return null;
  if ((await lstat(path)).isSymbolicLink())
    return { mode: '120000', bytes: await readlink(path, { encoding: 'buffer' }) };
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = await file.stat();
    if (!stat.isFile() || stat.size > fileBytesMax) return null;
    return { mode: (stat.mode & 0o100) === 0 ? '100644' : '100755', bytes: await file.readFile() };
  } finally {
    await file.close();
  }
}

/** What was removed or became a link since it was listed, or may not be read, is left out, and said so. */
function unlessGone(error: unknown): null {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'EACCES' || code === 'ENXIO') return null;
  throw error;
}

const dataOf = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')]);

/** As `fast-import` reads names: in quotes, every byte but plain letters in octal. */
const quoted = (name: string): string =>
  `"${name.replace(/[^A-Za-z0-9._/-]/g, (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`)}"`;

interface Import {
  write(...parts: readonly (string | Buffer)[]): Promise<void>;
  /** Resolves when everything is in the repository. */
  end(): Promise<void>;
}

function startImport(repository: string): Import {
  const command = [...settings, '--git-dir', repository, 'fast-import', '--quiet', '--force'];
  const child = spawn('git', command, { stdio: ['pipe', 'ignore', 'pipe'], timeout: wallMs, killSignal: 'SIGKILL' });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (said.length < 4_096) said += text;
  });
  const ended = new Promise<void>((done, failed) => {
    child.on('error', failed);
    child.on('close', (code) =>
      code === 0 ? done() : failed(new Error(`git could not take the files: ${said.trim()}`)),
    );
  });
  // It is waited for at the end; until then its failure shows as a pipe that closed.
  ended.catch(() => 'told by end()');
  child.stdin.on('error', () => 'told by end()');
  return {
    async write(...parts) {
      for (const part of parts) {
        if (child.stdin.destroyed) return;
        if (!child.stdin.write(part))
          await Promise.race([
            new Promise((room) => child.stdin.once('drain', room)),
            ended.catch(() => 'told by end()'),
          ]);
      }
    },
    end() {
      child.stdin.end('done\n');
      return ended;
    },
  };
}
