// Makes directories that only this account may enter.

import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../kernel/checked.ts';
import { UsageError } from './exit-codes.ts';

/**
 * Makes `path` and what is missing above it, with mode 0700. Step by step, because the recursive `mkdir` of Node never ends
 * where a file system refuses with "no such file" (`/proc`).
 * @throws {UsageError} if it cannot be made; the message says what to set instead.
 */
export function makePrivateDirectory(path: string): void {
  try {
    makeAll(path);
  } catch (error) {
    throw new UsageError(
      `could not make the directory \`${path}\`: ${messageOf(error)}; set \`SALLYPORT_HOME\` to a place you can write to`,
      { cause: error },
    );
  }
}

function makeAll(path: string): void {
  if (existsSync(path)) return;
  makeAll(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!existsSync(path)) throw error;
  }
}
