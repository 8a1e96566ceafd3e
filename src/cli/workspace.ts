// Which directory an agent works in, as a real absolute path.

import { existsSync, realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Settings } from '../config.ts';
import { UsageError } from './exit-codes.ts';
import { makePrivateDirectory } from './private-directory.ts';

/**
 * The workspace of an agent: what was asked for, else what its configuration says, else its own below the state home,
 * which is made when it is not there.
 * @throws {UsageError} if the directory does not exist, or is the state home itself.
 */
export function workspaceOf(asked: string | undefined, agent: string, settings: Settings): string {
  if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(agent)) {
    throw new UsageError(`could not use the agent name \`${agent}\`: use letters, digits, \`.\`, \`_\` and \`-\``);
  }
  const set = asked ?? settings.config.agents[agent]?.workspace;
  const path = set === undefined ? ownWorkspace(agent, settings) : resolve(set);
  return realDirectory(path, settings);
}

function ownWorkspace(agent: string, settings: Settings): string {
  const path = join(settings.home, 'agents', agent, 'workspace');
  makePrivateDirectory(path);
  return path;
}

function realDirectory(path: string, settings: Settings): string {
  let real: string;
  try {
    real = realpathSync(path);
    if (!statSync(real).isDirectory())
      throw new UsageError(`could not use the workspace \`${path}\`: it is not a directory`);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      `could not open the workspace \`${path}\`: make the directory, or pass another with --workspace`,
      { cause: error },
    );
  }
  if (existsSync(settings.home) && real === realpathSync(settings.home)) {
    throw new UsageError(
      `could not use the workspace \`${path}\`: Sallyport keeps its own state there; use a directory of its own`,
    );
  }
  return real;
}
