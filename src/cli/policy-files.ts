// Which policy files a command goes by, and how they are read. Files named on the command line replace the configured
// ones; several files are layers.

import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Settings } from '../config.ts';
import { type LoadedPolicy, loadPolicy, type PolicyText } from '../policy/load-policy.ts';
import { UsageError } from './exit-codes.ts';

const shippedDefault = fileURLToPath(new URL('../../policies/default.yaml', import.meta.url));

/** The policy files of an agent. */
export function policyFilesOf({ config }: Settings, agent: string, named: readonly string[]): readonly string[] {
  if (named.length > 0) return named;
  return config.agents[agent]?.policies ?? config.policies ?? [shippedDefault];
}

/** The files of the policy that is on trial for an agent; empty for none. */
export function shadowFilesOf({ config }: Settings, agent: string, named: readonly string[]): readonly string[] {
  if (named.length > 0) return named;
  return config.agents[agent]?.shadow ?? config.shadow ?? [];
}

/**
 * Reads policy files.
 * @throws {UsageError} naming the one that cannot be read.
 */
export const readPolicyFiles = (paths: readonly string[]): Promise<readonly PolicyText[]> =>
  Promise.all(
    paths.map(async (path) => {
      try {
        return { path, text: await readFile(path, 'utf8') };
      } catch (error) {
        throw new UsageError(`could not read the policy \`${path}\`: check the path`, { cause: error });
      }
    }),
  );

/**
 * Loads what was read. The files themselves are closed to every call, by their names and by what those lead to: whoever
 * writes the policy decides what the next call may do.
 */
export const loadPolicyFiles = (texts: readonly PolicyText[], home: string): Promise<LoadedPolicy> =>
  loadPolicy(texts, {
    privateDirectories: [home, ...texts.flatMap(({ path }) => [resolve(path), realpathSync(path)])],
  });
