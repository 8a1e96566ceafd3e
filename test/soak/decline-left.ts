// Questions outlive the kernels that asked them. Here a person says no to those that are left, as the command has it.

import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { SoakPlace } from './soak-place.ts';

const main = resolve(import.meta.dirname, '../../src/main.ts');

/** The words of the command, as a person types it. */
export const sallyportWords = (words: readonly string[]): readonly string[] => ['--no-node-snapshot', main, ...words];

/** Runs the command and reads the JSON that it prints. */
export async function sallyport(place: SoakPlace, ...words: readonly string[]) {
  const options = { env: place.environment };
  const { stdout } = await promisify(execFile)(process.execPath, sallyportWords(words), options);
  return JSON.parse(stdout);
}

/** Declines every question that still waits. */
export async function declineLeft(place: SoakPlace): Promise<void> {
  const pending: readonly { readonly id: string }[] = await sallyport(place, 'approvals', 'list', '--json');
  for (const { id } of pending) await sallyport(place, 'approvals', 'decline', id, '--json');
}
