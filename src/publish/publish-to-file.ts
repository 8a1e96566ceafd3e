// Puts checkpoints into a file, one after the other, durably. The file can lie on another machine's disk, or on one that only
// grows.

import { open } from 'node:fs/promises';

/** Adds the note to the end of the file. */
export async function publishToFile(path: string, note: string): Promise<void> {
  const file = await open(path, 'a', 0o644);
  try {
    await file.appendFile(note);
    await file.sync();
  } finally {
    await file.close();
  }
}
