// What a call changed in the copy of a place: every path that came, went, or is not what it was. The original is looked at
// again for what was there before; where it has changed since it was copied, nothing can be told. Nothing of the call runs any
// more when this looks.

import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, readdir, readlink, rename } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { isWithin } from '../../kernel/private-places.ts';
import type { FileChange, FileState } from '../../kernel/types.ts';
import { FileRefused } from '../files/file-access.ts';
import { isSameState, stateAt } from '../files/file-state.ts';
import { type Baseline, type Copied, stampOf } from './copy-place.ts';
import { changesMax, NoPreview } from './limits.ts';

/** A copied place. */
export interface CopiedPlace {
  readonly original: string;
  readonly copy: string;
  readonly baseline: Baseline;
}

/** What the comparison needs. */
export interface Comparison {
  readonly workspace: string;
  /** Gets the new bytes, each file named after its sha256. */
  readonly bytes: string;
  /** How many new bytes there may be. */
  readonly keptBytes: number;
}

/** @throws {NoPreview} if a change cannot be committed, or there are too many. */
export async function changesIn(
  places: readonly CopiedPlace[],
  { workspace, bytes, keptBytes }: Comparison,
): Promise<readonly FileChange[]> {
  const files: FileChange[] = [];
  let bytesLeft = keptBytes;
  const spelled = (absolute: string) => spelledIn(workspace, absolute);
  const add = (absolute: string, before: FileState, after: FileState) => {
    if (files.length >= changesMax) throw new NoPreview(`it changed more than ${changesMax} files`);
    files.push({ path: spelled(absolute), absolute, before, after });
  };
  for (const place of places) {
    const { copied } = place.baseline;
    const found = new Set<string>();
    for await (const { absolute, copy } of entriesOf(place)) {
      found.add(absolute);
      const known = copied.get(absolute);
      const stats = await lstat(copy, { bigint: true });
      if (known !== undefined && known.copy === stampOf(stats)) continue;
      const mode = Number(stats.mode) & 0o777;
      if (known !== undefined && known.kind === 'directory' && stats.isDirectory() && known.mode === mode) continue;
      if (stats.isFile()) bytesLeft -= Number(stats.size);
      if (bytesLeft < 0) throw new NoPreview(`what it wrote is more than ${keptBytes} bytes`);
      const after = await keptState(copy, absolute, mode, bytes, workspace);
      const before = known === undefined ? await absence(absolute) : await stateBefore(absolute, known);
      if (!isSameState(before, after)) add(absolute, before, after);
    }
    for (const [absolute, known] of copied) {
      if (!found.has(absolute)) add(absolute, await stateBefore(absolute, known), { kind: 'absent' });
    }
  }
  return files.toSorted((one, other) => (one.absolute < other.absolute ? -1 : 1));
}

/** A path as effects spell it. */
export function spelledIn(workspace: string, absolute: string): string {
  const inside = relative(workspace, absolute) || '.';
  return inside === '..' || inside.startsWith('../') || isAbsolute(inside) ? absolute : inside;
}

async function* entriesOf({
  original,
  copy,
  baseline: { ignored, standIns },
}: CopiedPlace): AsyncGenerator<{ readonly absolute: string; readonly copy: string }> {
  const pending = [{ absolute: original, copy }];
  for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
    if (ignored.has(entry.absolute)) continue;
    // Before the look: bytes that are no text are found under no name that can be written down.
    if (basename(entry.absolute).includes('\u{fffd}'))
      throw new NoPreview(`it made a file in \`${dirname(entry.absolute)}\` whose name is no text (UTF-8)`);
    const stats = await lstat(entry.copy, { bigint: true }).catch(() => undefined);
    if (stats === undefined || standIns.get(entry.absolute) === stampOf(stats)) continue;
    yield entry;
    if (!stats.isDirectory()) continue;
    for (const name of await readdir(entry.copy)) {
      pending.push({ absolute: join(entry.absolute, name), copy: join(entry.copy, name) });
    }
  }
}

/** The state of a new or changed entry; the bytes of a file are put aside. */
async function keptState(
  copy: string,
  absolute: string,
  mode: number,
  bytes: string,
  workspace: string,
): Promise<FileState> {
  const stats = await lstat(copy);
  if (stats.isDirectory()) return { kind: 'directory', mode };
  if (stats.isSymbolicLink()) {
    const target = await readlink(copy);
    const leadsTo = resolve(dirname(absolute), target);
    if (isAbsolute(target) || !isWithin(leadsTo, workspace) || !isWithin(absolute, workspace)) {
      throw new NoPreview(`it made the link \`${spelledIn(workspace, absolute)}\`, which leads out of the workspace`);
    }
    return { kind: 'link', target };
  }
  if (!stats.isFile())
    throw new NoPreview(`it made \`${spelledIn(workspace, absolute)}\`, which is no file that could be committed`);
  return { kind: 'file', mode, ...(await keep(copy, bytes)) };
}

/** Reads a file once: what is hashed is what is kept. */
async function keep(copy: string, bytes: string): Promise<{ bytes: number; sha256: string }> {
  const temporary = join(bytes, `new-${process.hrtime.bigint()}`);
  await using source = await open(copy, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  await using kept = await open(temporary, 'wx', 0o600);
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of source.createReadStream({ autoClose: false })) {
    hash.update(chunk);
    size += chunk.length;
    await kept.writeFile(chunk);
  }
  await kept.sync();
  const sha256 = hash.digest('hex');
  await rename(temporary, join(bytes, sha256));
  return { bytes: size, sha256 };
}

/** What was at a path that the copy began without. */
async function absence(absolute: string): Promise<FileState> {
  const state = await stateAt(absolute).catch(refusal);
  if (state.kind !== 'absent') throw changed(absolute);
  return state;
}

async function stateBefore(absolute: string, known: Copied): Promise<FileState> {
  const stats = await lstat(absolute, { bigint: true }).catch(() => undefined);
  const state = await stateAt(absolute).catch(refusal);
  // Directories change with everything that comes and goes in them; of them the permissions count.
  const isKept =
    known.kind === 'directory'
      ? state.kind === 'directory' && state.mode === known.mode
      : stats !== undefined && stampOf(stats) === known.original;
  if (!isKept) throw changed(absolute);
  return state;
}

const refusal = (error: unknown): never => {
  throw error instanceof FileRefused ? new NoPreview(error.message) : error;
};

const changed = (path: string) => new NoPreview(`\`${path}\` was changed by somebody else while it ran; try again`);
