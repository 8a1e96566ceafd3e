// The folder `agents/<id>/sessions`: one file for each conversation, named by its key's hash and its number, so that two
// processes that look for a conversation find the same one, whatever characters its key has. Which is the current one follows
// from the names alone; `sessions.json` says it for people and programs, and is made anew from the files whenever it does not.

import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../kernel/ports.ts';
import { type KnownSession, readIndex, writeIndex } from './session-index.ts';
import { syncDirectory } from './sync-directory.ts';
import { createTranscript, DamagedTranscriptError, readHeader } from './transcript.ts';

/** A conversation on disk. */
export interface SessionFile {
  /** Its name without `.jsonl`. */
  readonly id: string;
  readonly path: string;
  readonly key: string;
  readonly number: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly updatedAt: number;
  readonly bytes: number;
  /** Whether what is said next in this session goes here. */
  readonly isCurrent: boolean;
}

/** What lies in a folder. */
export interface SessionList {
  /** By key, the current one first. */
  readonly files: readonly SessionFile[];
  /** Paths of files that are named like transcripts and are none. */
  readonly damaged: readonly string[];
}

/** The conversations of one agent. */
export interface SessionFolder {
  readonly directory: string;
  list(): Promise<SessionList>;
  /** The conversation that goes on under this key, or null. */
  current(key: string): Promise<SessionFile | null>;
  /** The current conversation; begins one where there is none. */
  open(key: string): Promise<SessionFile>;
  /** Begins the next conversation of this key; the one before stays as it is. */
  reset(key: string): Promise<SessionFile>;
  /** Moves a conversation to `archive/`; where it went. */
  archive(file: SessionFile): Promise<string>;
}

const namePattern = /^([0-9a-f]{32})-([1-9]\d{0,8})\.jsonl$/;
/** Conversations that two processes may begin at the same moment, and more. */
const attemptsMax = 100;

/** The sessions in this directory, which is made where something is begun. */
export function createSessionFolder(directory: string, clock: Clock): SessionFolder {
  const archived = join(directory, 'archive');
  const indexPath = join(directory, 'sessions.json');
  const pathOf = (id: string) => join(directory, `${id}.jsonl`);

  async function list(): Promise<SessionList> {
    const known = await readIndex(indexPath);
    const ids = await idsIn(directory);
    const newest = new Map<string, number>();
    for (const { hash, number } of ids) newest.set(hash, Math.max(newest.get(hash) ?? 0, number));
    const files: SessionFile[] = [];
    const damaged: string[] = [];
    for (const one of ids) {
      const file = await look(one, known.get(one.id) ?? null, newest.get(one.hash) === one.number).catch(unlessGone);
      if (file === 'damaged') damaged.push(pathOf(one.id));
      else if (file !== 'gone') files.push(file);
    }
    if (known.size !== files.length || files.some(({ id }) => !known.has(id))) await writeIndex(indexPath, files);
    return { files: files.toSorted(byKey), damaged };
  }

  async function look(
    { id, hash, number }: NamedId,
    known: KnownSession | null,
    isCurrent: boolean,
  ): Promise<SessionFile> {
    const path = pathOf(id);
    const { key, startedAt } = isAsNamed(known, hash, number) ? known : await headerOf(path, hash, number);
    const { mtimeMs, size } = await stat(path);
    return { id, path, key, number, startedAt, updatedAt: Math.trunc(mtimeMs), bytes: size, isCurrent };
  }

  async function current(key: string): Promise<SessionFile | null> {
    const hash = hashOf(key);
    const numbers = (await idsIn(directory)).filter((one) => one.hash === hash).map(({ number }) => number);
    if (numbers.length === 0) return null;
    const number = Math.max(...numbers);
    return look({ id: `${hash}-${number}`, hash, number }, null, true);
  }

  async function begin(key: string): Promise<SessionFile> {
    await mkdir(archived, { recursive: true, mode: 0o700 });
    const hash = hashOf(key);
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      const taken = [...(await idsIn(directory)), ...(await idsIn(archived))].filter((one) => one.hash === hash);
      const number = Math.max(0, ...taken.map((one) => one.number)) + 1;
      const id = `${hash}-${number}`;
      const startedAt = Math.trunc(clock.now());
      if (!(await createTranscript(pathOf(id), { type: 'session', version: 1, key, number, startedAt }))) continue;
      await list();
      return look({ id, hash, number }, null, true);
    }
    throw new Error(`could not begin a conversation in \`${directory}\`: others begin them all the time; try again`);
  }

  return {
    directory,
    list,
    current,
    open: async (key) => (await current(key)) ?? begin(key),
    reset: begin,
    async archive({ id, path }) {
      await mkdir(archived, { recursive: true, mode: 0o700 });
      const to = join(archived, `${id}.jsonl`);
      await rename(path, to);
      await syncDirectory(archived);
      await syncDirectory(directory);
      await list();
      return to;
    },
  };
}

const hashOf = (key: string): string => createHash('sha256').update(key, 'utf8').digest('hex').slice(0, 32);

interface NamedId {
  readonly id: string;
  readonly hash: string;
  readonly number: number;
}

/** What lies in a directory, by name; nothing where there is no directory. */
async function idsIn(directory: string): Promise<readonly NamedId[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  return names.flatMap((name) => {
    const [, hash, number] = namePattern.exec(name) ?? [];
    return hash === undefined ? [] : [{ id: name.slice(0, -'.jsonl'.length), hash, number: Number(number) }];
  });
}

/**
 * What a file says of itself, which is what its name says.
 * @throws {DamagedTranscriptError} if it is not.
 */
async function headerOf(path: string, hash: string, number: number): Promise<KnownSession> {
  const header = await readHeader(path);
  if (!isAsNamed(header, hash, number))
    throw new DamagedTranscriptError(
      `could not use \`${path}\`: it is the transcript of another session; move it away`,
    );
  return header;
}

const isAsNamed = (known: KnownSession | null, hash: string, number: number): known is KnownSession =>
  known !== null && known.number === number && hashOf(known.key) === hash;

/** A file that another process archived meanwhile is not there; one that is no transcript is told, and stops nothing else. */
function unlessGone(error: unknown): 'gone' | 'damaged' {
  if (error instanceof DamagedTranscriptError) return 'damaged';
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'gone';
  throw error;
}

const byKey = (a: SessionFile, b: SessionFile): number =>
  a.key === b.key ? b.number - a.number : a.key < b.key ? -1 : 1;
