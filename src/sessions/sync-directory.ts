// Names of files are durable once their directory is.

import { open } from 'node:fs/promises';

/** Makes what was made, renamed or removed in a directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
