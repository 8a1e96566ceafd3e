// Copies a place that a call may write: files with their bytes, permissions, owners and times, directories, and links as they
// are. What stays closed in it is not read, an empty stand-in takes its place. INVARIANT: nothing is read through a link, also
// not one that is put there meanwhile, and what is remembered of an original is what was copied.

import { type BigIntStats, constants } from 'node:fs';
import {
  chmod,
  copyFile,
  type FileHandle,
  lchown,
  lstat,
  mkdir,
  open,
  readdir,
  readlink,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { causeOf, codeOf } from '../files/canonical-path.ts';
import { NoPreview } from './limits.ts';

/** What was copied from one path. */
export interface Copied {
  readonly kind: 'file' | 'directory' | 'link';
  /** The original, and its copy when it was made: other text as soon as anything about one of them has changed. */
  readonly original: string;
  readonly copy: string;
  /** Permission bits. */
  readonly mode: number;
  /** Of a link. */
  readonly target: string;
}

/** What was copied, by the canonical path of the original. */
export interface Baseline {
  readonly copied: ReadonlyMap<string, Copied>;
  /** Paths that are not compared: stand-ins for what is closed, and what can neither be copied nor committed. */
  readonly ignored: ReadonlySet<string>;
  /** Stamps of what was made empty for a call to fill: as long as they fit, nothing is there. */
  readonly standIns: ReadonlyMap<string, string>;
}

/** How much more may be copied, over all places of a call. */
export interface CopyBudget {
  entriesLeft: number;
  bytesLeft: number;
}

/** What to copy, and where to. */
export interface CopyRequest {
  /** Canonical absolute path of a file or a directory. */
  readonly original: string;
  /** Must not exist yet. */
  readonly copy: string;
  /** Paths inside that get a stand-in: what the call may not write, or not see. */
  readonly closed: ReadonlyMap<string, 'file' | 'directory'>;
  readonly budget: CopyBudget;
}

/** So many entries are copied at a time. */
const atOnce = 16;

/** @throws {NoPreview} if it cannot be copied, or is too much. */
export async function copyPlace({ original, copy, closed, budget }: CopyRequest): Promise<Baseline> {
  const copied = new Map<string, Copied>();
  const ignored = new Set<string>(closed.keys());
  const { dev } = await lstat(original, { bigint: true });
  const pending = [{ original, copy }];
  const directories: { readonly copy: string; readonly stats: BigIntStats }[] = [];
  const one = async (entry: { original: string; copy: string }): Promise<void> => {
    const { kind, stats, names } = await copyEntry(entry, budget);
    if (kind === 'other' || stats.dev !== dev) {
      ignored.add(entry.original);
      return;
    }
    const target = kind === 'link' ? await readlink(entry.copy) : '';
    const mode = Number(stats.mode) & 0o777;
    copied.set(entry.original, { kind, original: stampOf(stats), copy: '', mode, target });
    if (kind === 'directory') directories.push({ copy: entry.copy, stats });
    for (const name of names) {
      const inside = join(entry.original, name);
      const stand = closed.get(inside);
      if (stand === undefined) pending.push({ original: inside, copy: join(entry.copy, name) });
      else await putStandIn(join(entry.copy, name), stand);
    }
  };
  try {
    while (pending.length > 0) await Promise.all(pending.splice(0, atOnce).map(one));
    for (const [path, kind] of closed) {
      const place = join(copy, path.slice(original.length));
      if (copied.has(dirname(path))) await putStandIn(place, kind);
    }
    // A directory gets its own permissions and times when nothing more is put into it.
    for (const { copy: directory, stats } of directories.toReversed()) await dress(directory, stats);
    for (const [path, known] of copied) {
      const place = join(copy, path.slice(original.length));
      copied.set(path, { ...known, copy: stampOf(await lstat(place, { bigint: true })) });
    }
  } catch (error) {
    if (error instanceof NoPreview) throw error;
    throw new NoPreview(`\`${original}\` could not be copied: ${causeOf(error)}`);
  }
  return { copied, ignored, standIns: new Map() };
}

/** Text that is another one when a file was replaced, written, or given other permissions. */
export const stampOf = ({ dev, ino, size, mtimeNs, ctimeNs, mode }: BigIntStats): string =>
  `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}:${mode}`;

interface Entry {
  readonly kind: Copied['kind'] | 'other';
  readonly stats: BigIntStats;
  /** Of a directory. */
  readonly names: readonly string[];
}

async function copyEntry(
  { original, copy }: { readonly original: string; readonly copy: string },
  budget: CopyBudget,
): Promise<Entry> {
  budget.entriesLeft -= 1;
  if (budget.entriesLeft < 0)
    throw new NoPreview('the places that it may write hold too many files for a preview; grant smaller ones');
  if (basename(original).includes('\u{fffd}')) throw new NoPreview(`\`${original}\` has a name that is no text`);
  const seen = await lstat(original, { bigint: true });
  if (seen.isSymbolicLink()) {
    await symlink(await readlink(original), copy);
    await own(copy, seen);
    return { kind: 'link', stats: seen, names: [] };
  }
  if (!seen.isFile() && !seen.isDirectory()) return { kind: 'other', stats: seen, names: [] };
  const kind = seen.isFile() ? 'file' : 'directory';
  await using handle = await open(original, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const stats = await handle.stat({ bigint: true });
  const held = `/proc/self/fd/${handle.fd}`;
  if ((await readlink(held)) !== original || stampOf(stats) !== stampOf(seen)) throw changing(original);
  if (kind === 'directory') {
    await mkdir(copy, { mode: 0o700 });
    return { kind, stats, names: await readdir(held) };
  }
  budget.bytesLeft -= Number(stats.size);
  if (budget.bytesLeft < 0)
    throw new NoPreview('the places that it may write hold too many bytes for a preview; grant smaller ones');
  await copyFile(held, copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  await dress(copy, stats);
  if (!(await isUnchanged(handle, stats))) throw changing(original);
  return { kind, stats, names: [] };
}

const isUnchanged = async (handle: FileHandle, stats: BigIntStats): Promise<boolean> =>
  stampOf(await handle.stat({ bigint: true })) === stampOf(stats);

const changing = (path: string) => new NoPreview(`\`${path}\` changed while it was copied; try again`);

/** Owner, permissions and times of the original. */
async function dress(copy: string, stats: BigIntStats): Promise<void> {
  await own(copy, stats);
  await chmod(copy, Number(stats.mode) & 0o777);
  await utimes(copy, Number(stats.atimeMs) / 1_000, Number(stats.mtimeMs) / 1_000);
}

async function own(copy: string, { uid, gid }: BigIntStats): Promise<void> {
  if (process.getuid?.() === 0) await lchown(copy, Number(uid), Number(gid));
}

/** What lies there for a mount to cover it. */
async function putStandIn(place: string, kind: 'file' | 'directory'): Promise<void> {
  const made = kind === 'directory' ? mkdir(place, { mode: 0o700 }) : writeFile(place, '', { mode: 0o600, flag: 'wx' });
  await made.catch((error) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
}
