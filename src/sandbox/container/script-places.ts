// Where the scripts of tools lie on this machine, to be mounted: copies of the bytes that are part of the tool's version, in
// a directory named after their digest. INVARIANT: a container gets to see exactly these bytes. They are compared before
// every call, so that what was judged is what runs, whatever became of the skill's folder since it was read.

import { chmod, mkdir, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { digestOf } from '../../kernel/canonical.ts';
import { isWithin } from '../../kernel/private-places.ts';
import type { JsonObject, Script } from '../../kernel/types.ts';
import type { ContainerCommand } from './command.ts';
import type { PlannedMount } from './mount-plan.ts';
import { partName, sweepScripts, touchScript } from './sweep-scripts.ts';
import { Unmountable } from './unmountable.ts';

/** Where the files of a script are inside. */
export const scriptTarget = '/run/sallyport-script';

/** Longest arguments as JSON: more is data, and data comes in files. */
const argumentsBytesMax = 1_048_576;

/** The command of a script: its interpreter and its path, and on standard input the arguments, as one line of JSON. */
export function scriptCommandOf({ run, file }: Script, args: JsonObject): ContainerCommand {
  const stdin = `${JSON.stringify(args)}\n`;
  if (Buffer.byteLength(stdin) > argumentsBytesMax)
    throw new TypeError(`the arguments are longer than ${argumentsBytesMax} bytes as JSON; put them into a file`);
  return { argv: [...run, join(scriptTarget, file)], stdin };
}

/** Finds the directory to mount for a script. */
export type FindScript = (script: Script) => Promise<string>;

/**
 * Keeps copies in `directory`, which is made where it is missing and has to be private to every call; those that nobody used
 * for long are removed first. The answer throws `Unmountable` if a copy cannot be made, or is not what it was.
 */
export function createScriptPlaces(directory: string): FindScript {
  const names = new WeakMap<Script, string>();
  const swept = sweepScripts(directory);
  return async (script) => {
    await swept;
    const name = names.get(script) ?? digestOf({ ...script }).slice('sha256:'.length);
    names.set(script, name);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const path = join(await realpath(directory), name);
    await touchScript(path);
    if (!(await holds(path, script))) await make(path, script);
    if (await holds(path, script)) return path;
    throw new Unmountable(`the copy of a script in \`${path}\` is not what it was; remove it, and ask who changed it`);
  };
}

/** Whether exactly the script's files are there. */
async function holds(path: string, { files }: Script): Promise<boolean> {
  try {
    const entries = await readdir(path, { withFileTypes: true, recursive: true });
    const others = entries.filter((entry) => !entry.isDirectory());
    const found = others.map((entry) => relative(path, join(entry.parentPath, entry.name)));
    if (others.some((entry) => !entry.isFile()) || !isSame(found, filePaths(files))) return false;
    const same = files.map(async (file) => (await readFile(join(path, file.path))).equals(bytesOf(file)));
    return !(await Promise.all(same)).includes(false);
  } catch (error) {
    if (Object(error).code === 'ENOENT') return false;
    throw error;
  }
}

const filePaths = (files: Script['files']): readonly string[] => files.map(({ path }) => path);
const bytesOf = ({ base64 }: Script['files'][number]): Buffer => Buffer.from(base64, 'base64');
const isSame = (some: readonly string[], others: readonly string[]): boolean =>
  [...some].sort().join('\0') === [...others].sort().join('\0');

/** Makes the copy whole or not at all. Where another process was faster, or something else lies there, that stays. */
async function make(path: string, { files }: Script): Promise<void> {
  const unfinished = join(dirname(path), partName(basename(path)));
  try {
    await makeDirectory(unfinished);
    for (const file of files) {
      const at = join(unfinished, file.path);
      for (const above of directoriesOf(file.path)) await makeDirectory(join(unfinished, above));
      await writeFile(at, bytesOf(file), { flag: 'wx' });
      // Whoever the user inside is. It is mounted read-only, and nobody else gets as far as here.
      await chmod(at, 0o555);
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (!['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(String(Object(error).code))) throw error;
  }
}

/** The directories that lead to a relative path, outermost first. */
const directoriesOf = (path: string): readonly string[] =>
  dirname(path) === '.' ? [] : [...directoriesOf(dirname(path)), dirname(path)];

/** Makes it where missing, open to every user whatever the mask of this process is. */
async function makeDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await chmod(path, 0o755);
}

/** @throws {Unmountable} if a granted place would lie over the script, or around it. */
export function refuseOverScript(mounts: readonly PlannedMount[]): void {
  const over = mounts.find(({ target }) => isWithin(target, scriptTarget) || isWithin(scriptTarget, target));
  if (over === undefined) return;
  throw new Unmountable(`\`${over.source}\` cannot be granted to a script: its own files are at \`${scriptTarget}\``);
}
