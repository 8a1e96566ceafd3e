// A policy that follows its files. When they change, all of them are read and loaded anew; only if that works, and only
// after the ledger knows of it, the new policy takes the place of the old one, at once and as a whole. Otherwise the old one
// stays. A call that waits for an approval is judged again by the policy of that moment.

import { type FSWatcher, watch } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { digestOf } from '../kernel/canonical.ts';
import type { LedgerEntry, Policy, PolicySource } from '../kernel/ports.ts';
import type { PolicyText } from './load-policy.ts';

/** What is followed, and how it is loaded. */
export interface FollowedFiles {
  /** Paths as they were named. */
  readonly paths: readonly string[];
  readonly read: (paths: readonly string[]) => Promise<readonly PolicyText[]>;
  readonly load: (texts: readonly PolicyText[]) => Promise<Policy>;
}

/** Where a change is written and told. */
export interface FollowPorts {
  /** Resolves once the entry is durable. */
  readonly record: (entry: LedgerEntry) => Promise<unknown>;
  /** For the person who watches. */
  readonly tell: (message: string) => void;
}

/** A source that follows files. Whoever starts it closes it. */
export interface FollowedPolicy extends PolicySource {
  /** Looks at the files now; resolves when what was found has been loaded or refused. Never rejects. */
  look(): Promise<void>;
  /** Stops following; resolves when nothing is under way any more. */
  close(): Promise<void>;
}

/** Editors write in several steps: files are looked at once they have been left alone for this long. */
const settledMs = 50;

/**
 * Loads the policy and the ones on trial, and follows the files of both.
 * @throws {Error} what `read` and `load` throw, if they do not load at the start.
 */
export async function followPolicy(
  files: FollowedFiles,
  trial: FollowedFiles,
  { record, tell }: FollowPorts,
): Promise<FollowedPolicy> {
  const followed = [await followOne(files), ...(trial.paths.length > 0 ? [await followOne(trial)] : [])];
  const [active, onTrial] = followed;
  const current = () => active?.policy() ?? neverLoaded();
  let working: Promise<void> | null = null;
  let isAskedAgain = false;

  const lookOnce = async (): Promise<void> => {
    for (const one of followed) {
      const role = one === active ? 'policy' : 'policy on trial';
      const body = { role, previous: one.policy().digest, files: [...one.paths] };
      const next = await one.next();
      try {
        if (next.kind === 'refused') {
          tell(`the ${role} stays as it was: ${next.because}`);
          await record({ type: 'policy-rejected', body: { ...body, because: next.because } });
        } else if (next.kind === 'loaded') {
          // INVARIANT: no decision by a policy before the ledger knows of it.
          await record({ type: 'policy-loaded', body: { ...body, policy: next.policy.digest } });
          tell(`the ${role} was loaded again: ${next.policy.digest} instead of ${body.previous}`);
        }
        next.settle();
      } catch (error) {
        const because = error instanceof Error ? error.message : String(error);
        tell(`the ${role} stays as it was: the ledger could not be written: ${because}`);
      }
    }
  };
  const look = (): Promise<void> => {
    isAskedAgain = true;
    working ??= (async () => {
      while (isAskedAgain) {
        isAskedAgain = false;
        await lookOnce();
      }
      working = null;
    })();
    return working;
  };

  const watchers = await watchFiles([...files.paths, ...trial.paths], look);
  return {
    current,
    shadows: () => (onTrial === undefined ? [] : [onTrial.policy()]),
    look,
    async close() {
      watchers.close();
      await working;
    },
  };
}

function neverLoaded(): never {
  throw new TypeError('could not judge: no policy was loaded');
}

/** What the files say now; `settle` once that has been dealt with, so that it is not dealt with again. */
type Next = { readonly settle: () => void } & (
  | { readonly kind: 'same' }
  | { readonly kind: 'refused'; readonly because: string }
  | { readonly kind: 'loaded'; readonly policy: Policy }
);

/** One set of files, with the policy that they last made. */
async function followOne({ paths, read, load }: FollowedFiles) {
  const texts = await read(paths);
  let policy = await load(texts);
  /** What was last dealt with: the digest of the content, or why it could not be read. */
  let dealtWith = contentOf(texts);
  const same: Next = { kind: 'same', settle: () => {} };
  const refused = (error: unknown, found: string): Next => {
    const because = error instanceof Error ? error.message : String(error);
    const what = found === '' ? because : found;
    const settle = () => {
      dealtWith = what;
    };
    return what === dealtWith ? same : { kind: 'refused', because, settle };
  };
  return {
    paths,
    policy: () => policy,
    async next(): Promise<Next> {
      let found = '';
      try {
        const now = await read(paths);
        found = contentOf(now);
        if (found === dealtWith) return same;
        const made = await load(now);
        const settle = () => {
          dealtWith = found;
          policy = made;
        };
        return made.digest === policy.digest ? { kind: 'same', settle } : { kind: 'loaded', policy: made, settle };
      } catch (error) {
        return refused(error, found);
      }
    },
  };
}

const contentOf = (texts: readonly PolicyText[]): string => digestOf(texts.map(({ path, text }) => [path, text]));

/** Watches the folders of the files, by their names and by what those lead to: editors and clusters replace files. */
async function watchFiles(paths: readonly string[], changed: () => Promise<void>): Promise<{ close(): void }> {
  const real = await Promise.all(paths.map((path) => realpath(path)));
  const folders = new Set([...paths.map((path) => resolve(path)), ...real].map((path) => dirname(path)));
  let timer: NodeJS.Timeout | undefined;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void changed(), settledMs);
  };
  const watchers: FSWatcher[] = [...folders].map((folder) => watch(folder, { persistent: false }, soon));
  // A folder that goes away takes its watcher along; the policy that was loaded stays.
  for (const watcher of watchers) watcher.on('error', soon);
  return {
    close() {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}
