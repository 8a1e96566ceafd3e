// Puts a set of changes in place, in an order in which a crash loses as little as possible: what is new comes before what
// goes, except where something has to go to make room. INVARIANT: when the outcome is `failed`, its facts name every path that
// was changed; when nobody can tell whether a change lasts, it is `unknown`.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileChange, Outcome } from '../../kernel/types.ts';
import { type ChangeTools, changedMeanwhile, changeFile, setDirectoryMode } from '../files/change-file.ts';
import { FileRefused } from '../files/file-access.ts';
import { isSameState, stateAt } from '../files/file-state.ts';

/** The first change whose path is no longer as it was before; a directory that goes must not hold anything new. */
export async function firstMismatch(files: readonly FileChange[]): Promise<FileChange | undefined> {
  const known = new Set(files.map(({ absolute }) => absolute));
  for (const change of files) {
    const { absolute, before, after } = change;
    // What cannot be read or lies behind a link now is not what it was.
    const now = await stateAt(absolute).catch(() => undefined);
    if (now === undefined || !isSameState(before, now)) return change;
    if (before.kind !== 'directory' || after.kind === 'directory') continue;
    const names = await readdir(absolute).catch(() => undefined);
    if (names === undefined || names.some((name) => !known.has(join(absolute, name)))) return change;
  }
  return undefined;
}

/**
 * Puts them in place.
 * @throws {FileRefused} if nothing was changed.
 */
export async function putInPlace(files: readonly FileChange[], tools: ChangeTools): Promise<Outcome> {
  const outside = files.find(({ absolute }) => !tools.access.covers('write', absolute));
  if (outside !== undefined) throw new FileRefused(`\`${outside.path}\` is outside what this call may write`);
  const mismatch = await firstMismatch(files);
  if (mismatch !== undefined) throw changedMeanwhile(mismatch.path);
  const done: string[] = [];
  const facts = () => ({ started: true, committed: done, of: files.length });
  for (const step of inOrder(files)) {
    try {
      await changeFile(step, tools);
      done.push(step.path);
    } catch (error) {
      if (!(error instanceof FileRefused)) {
        const because = `\`${step.path}\` was changed, and whether it lasts is not known`;
        return { kind: 'unknown', because, facts: facts() };
      }
      if (done.length === 0) throw error;
      const because = `stopped after ${done.length} of ${files.length} files: ${error.message}`;
      return { kind: 'failed', because, output: '', truncated: false, facts: facts() };
    }
  }
  try {
    for (const { absolute, path, after } of deepestFirst(files)) {
      if (after.kind === 'directory') await setDirectoryMode(absolute, path, after.mode);
    }
  } catch {
    const because = 'all files are in place, but not all directories have their permissions';
    return { kind: 'failed', because, output: '', truncated: false, facts: facts() };
  }
  return { kind: 'ok', output: committedText(files), truncated: false, facts: facts() };
}

/** Each change as one or two steps: a directory makes room, or needs room, only when what was there is gone. */
function inOrder(files: readonly FileChange[]): readonly FileChange[] {
  const isReplaced = ({ before, after }: FileChange) =>
    before.kind !== 'absent' &&
    after.kind !== 'absent' &&
    before.kind !== after.kind &&
    (before.kind === 'directory' || after.kind === 'directory');
  const replaced = files.filter(isReplaced);
  const isBelow = ({ absolute }: FileChange) => replaced.some((above) => absolute.startsWith(`${above.absolute}/`));
  const goes = ({ after }: FileChange) => after.kind === 'absent';
  const toGo: FileChange[] = replaced.map((change) => ({ ...change, after: { kind: 'absent' } }));
  const toCome: FileChange[] = files.map((change) =>
    isReplaced(change) ? { ...change, before: { kind: 'absent' } } : change,
  );
  return [
    ...deepestFirst([...toGo, ...files.filter((change) => goes(change) && isBelow(change))]),
    ...shallowestFirst(toCome.filter(({ after }) => after.kind === 'directory')),
    ...toCome.filter(({ after }) => after.kind === 'file' || after.kind === 'link'),
    ...deepestFirst(files.filter((change) => goes(change) && !isBelow(change))),
  ];
}

const byDepth = (one: FileChange, other: FileChange): number => depth(one) - depth(other);
const depth = ({ absolute }: FileChange): number => absolute.split('/').length;
const shallowestFirst = (files: readonly FileChange[]): readonly FileChange[] => files.toSorted(byDepth);
const deepestFirst = (files: readonly FileChange[]): readonly FileChange[] => files.toSorted(byDepth).toReversed();

const listedMax = 20;

function committedText(files: readonly FileChange[]): string {
  if (files.length === 0) return 'nothing was to be changed';
  const names = files.slice(0, listedMax).map(({ path }) => `\`${path}\``);
  const more = files.length > listedMax ? ` and ${files.length - listedMax} more` : '';
  return `committed ${files.length} ${files.length === 1 ? 'file' : 'files'}: ${names.join(', ')}${more}`;
}
