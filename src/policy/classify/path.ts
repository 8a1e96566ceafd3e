// From the text of a path to the one place it means, as the kernel of the operating system would find it: every symlink
// followed, also dangling ones and those above files that do not exist yet. What this cannot know for certain is unclear.
//
// It answers for one moment: the sandbox checks again what it opened. Hard links are not seen: a file with a second name
// in the workspace is inside, wherever its first name is.

import { lstatSync } from 'node:fs';
import { readlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { isPrivatePlace, isWithin } from '../../kernel/private-places.ts';
import { findUnclearCharacter } from './command/unclear-characters.ts';
import { below, type Listing, type ListNames, listNames, realSpelling } from './real-spelling.ts';

/** Where a path leads. `path` is relative to the workspace inside it (`.` for its root) and absolute outside. */
export type ResolvedPath =
  | { readonly kind: 'inside' | 'outside' | 'private'; readonly path: string; readonly absolute: string }
  | { readonly kind: 'unclear'; readonly because: string };

/** Thrown inside this file only: becomes `unclear`. */
class UnclearPath extends Error {}

interface Walk {
  readonly absolute: string;
  /** True if it went through a place that is another one for every process (`/proc/self/cwd`). */
  readonly throughProcess: boolean;
}

const linksMax = 40;
const pathBytesMax = 4_096;
const processPlace = /^\/proc\/(self|thread-self|[0-9]+)(\/|$)/;

/**
 * Resolves `text` as seen from the directory `from`. `privateDirectories` (absolute) and what they hold are `private`,
 * and so are directories outside the workspace that hold one; the innermost of them and the workspace decides.
 */
export const resolvePath = (
  text: string,
  from: string,
  workspace: string,
  privateDirectories: readonly string[] = [],
): Promise<ResolvedPath> => resolveWith(text, from, workspace, seenBy(privateDirectories));

/** What is seen of the file system once for several paths. */
export interface Seen {
  /** Where the private directories really are. */
  readonly privates: () => Promise<readonly string[]>;
  readonly step: TakeStep;
}

/** One name of a path: how it is really spelled in its (canonical) directory, and what is there. */
interface Step {
  readonly path: string;
  readonly entry: Entry;
}

type TakeStep = (directory: string, name: string) => Promise<Step>;

/** Looks at everything once, when it is first asked for. */
export function seenBy(privateDirectories: readonly string[]): Seen {
  const listings = new Map<string, Promise<Listing>>();
  const list: ListNames = (directory) => {
    const listing = listings.get(directory) ?? listNames(directory);
    listings.set(directory, listing);
    return listing;
  };
  const steps = new Map<string, Promise<Step>>();
  const step: TakeStep = (directory, name) => {
    const key = below(directory, name);
    const taken = steps.get(key) ?? takeStep(directory, name, list);
    steps.set(key, taken);
    return taken;
  };
  let places: Promise<readonly string[]> | undefined;
  const privates = () => {
    places ??= Promise.all(privateDirectories.map(async (at) => (await walk('/', at, '/', step)).absolute));
    return places;
  };
  return { privates, step };
}

/** The same as `resolvePath`, for paths of one call. */
export async function resolveWith(
  text: string,
  from: string,
  workspace: string,
  { privates, step }: Seen,
): Promise<ResolvedPath> {
  try {
    refuseUnclearText(text);
    const walked = await walkBothWays(text, from, workspace, step);
    const unclear =
      findUnclearCharacter(walked.absolute) ?? (/[\n\t\uFFFD]/.test(walked.absolute) ? 'a line break' : undefined);
    if (unclear !== undefined) throw new UnclearPath(`it leads to a name that holds ${unclear}`);
    return place(walked, workspace, await privates());
  } catch (error) {
    const because = error instanceof UnclearPath ? error.message : `the file system says ${codeOf(error)}`;
    return { kind: 'unclear', because: `could not resolve the path ${JSON.stringify(text.slice(0, 200))}: ${because}` };
  }
}

/** The same, with private places refused: what a call gets to hear. */
export function refusePrivate(resolved: ResolvedPath): ResolvedPath {
  if (resolved.kind !== 'private') return resolved;
  const because = `\`${resolved.path}\` leads to Sallyport's own state, which no call reaches; use a path in the workspace`;
  return { kind: 'unclear', because };
}

function refuseUnclearText(text: string): void {
  if (text === '') throw new UnclearPath('it is empty; use `.` for the workspace');
  if (Buffer.byteLength(text) > pathBytesMax) throw new UnclearPath(`it is longer than ${pathBytesMax} bytes`);
  if (text.startsWith('~')) throw new UnclearPath('`~` is not expanded; write `./~…` for a file of that name');
  const found = findUnclearCharacter(text) ?? (/[\n\t\uFFFD]/.test(text) ? 'a tab or line break' : undefined);
  if (found !== undefined) throw new UnclearPath(`it holds ${found}; remove it`);
}

/** `a/../b` is `b` to one reader and next to the target of `a` to another: where these differ, nothing is certain. */
async function walkBothWays(text: string, from: string, workspace: string, step: TakeStep): Promise<Walk> {
  const walked = await walk(from, text, workspace, step);
  if (!/(^|\/)\.\.(\/|$)/.test(text)) return walked;
  const lexical = await walk('/', isAbsolute(text) ? join(text) : join(from, text), workspace, step);
  if (lexical.absolute === walked.absolute) return walked;
  throw new UnclearPath('`..` comes after a symlink, which has two readings; write the path without `..`');
}

/** `known` is a directory that is canonical already: a path below it is followed from there. */
async function walk(from: string, text: string, known: string, step: TakeStep): Promise<Walk> {
  const whole = isAbsolute(text) ? text : join(from, '/') + text;
  const isBelow = known !== '/' && whole.startsWith(`${known}/`);
  const pending = (isBelow ? whole.slice(known.length) : whole).split('/').reverse();
  let at = isBelow ? known : '/';
  let links = 0;
  let throughProcess = false;
  let isMissing = false;
  while (pending.length > 0) {
    const name = pending.pop();
    if (name === undefined || name === '' || name === '.') continue;
    if (name === '..') {
      at = dirname(at);
      isMissing = false;
      continue;
    }
    // Below what does not exist is nothing to look at.
    const { path, entry }: Step = isMissing ? nowhere(at, name) : await step(at, name);
    if (entry.kind !== 'link') {
      at = path;
      isMissing = entry.kind === 'missing';
      continue;
    }
    const { target } = entry;
    links += 1;
    if (links > linksMax) throw new UnclearPath('its symlinks lead in a circle');
    if (processPlace.test(path)) throughProcess = true;
    if (isAbsolute(target)) at = '/';
    pending.push(...target.split('/').reverse());
  }
  return { absolute: at, throughProcess: throughProcess || processPlace.test(at) };
}

/** What is at a path: a symlink, something else, or nothing. */
type Entry =
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'plain' };

const missing: Entry = { kind: 'missing' };
const plain: Entry = { kind: 'plain' };

const nowhere = (directory: string, name: string): Step => ({
  path: below(directory, name.normalize('NFC')),
  entry: missing,
});

async function takeStep(directory: string, name: string, list: ListNames): Promise<Step> {
  const path = await realSpelling(directory, name, list);
  return { path, entry: await look(path) };
}

async function look(path: string): Promise<Entry> {
  // These mean the process that looks: followed here they would name a place that the sandbox never sees.
  if (path === '/proc/self' || path === '/proc/thread-self') return plain;
  try {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) return missing;
    return found.isSymbolicLink() ? { kind: 'link', target: await readlink(path) } : plain;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return missing;
    throw error;
  }
}

function place(walked: Walk, workspace: string, privates: readonly string[]): ResolvedPath {
  const { absolute, throughProcess } = walked;
  const isInside = isWithin(absolute, workspace);
  const path = isInside ? relative(workspace, absolute) || '.' : absolute;
  // What holds a private place (`/`, `/root`) tells about it, and is private too where it is not the workspace's own.
  const isPrivate =
    isPrivatePlace(absolute, privates, workspace) ||
    (!isInside && privates.some((directory) => isWithin(directory, absolute)));
  if (isPrivate) return { kind: 'private', path: absolute, absolute };
  if (throughProcess && isInside) {
    throw new UnclearPath('it goes through `/proc`, which is another place for every process; write the path itself');
  }
  return { kind: isInside ? 'inside' : 'outside', path, absolute };
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'something unknown';
