// What lies in the files that a call reads, while a person thinks about it. An approval of `kubectl apply -f deploy.yaml` is
// about the text that was there when they were asked: with another text it is another action.

import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileContent } from '../../kernel/types.ts';

/** Files that are looked at; the rest of a longer list is told as one unread place. */
const filesMax = 100;
/** Bytes of one file that are looked at; of a larger one the size and the time of its last change stand for the rest. */
const bytesMax = 4_194_304;

/**
 * The content of each path (canonical, absolute): the digest of a file, or what is there instead. Directories are told as
 * such: what lies in them is not looked at.
 */
export async function contentsOf(paths: readonly string[]): Promise<readonly FileContent[]> {
  const wanted = [...new Set(paths)].sort();
  const read = await Promise.all(wanted.slice(0, filesMax).map(contentOf));
  const rest = wanted.length - filesMax;
  return rest > 0 ? [...read, { path: '', content: `${rest} more, not looked at` }] : read;
}

async function contentOf(path: string): Promise<FileContent> {
  // Nothing that waits for a writer, and no link that was put there since the path was resolved.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW).catch(
    () => undefined,
  );
  if (file === undefined) return { path, content: 'cannot be read' };
  try {
    const found = await file.stat();
    if (found.isDirectory()) return { path, content: 'a directory' };
    if (!found.isFile()) return { path, content: 'no ordinary file' };
    const hash = createHash('sha256');
    const { bytesRead, buffer } = await file.read({
      buffer: Buffer.alloc(Math.min(found.size, bytesMax)),
      position: 0,
    });
    hash.update(buffer.subarray(0, bytesRead));
    const sha256 = `sha256:${hash.digest('hex')}`;
    const rest =
      found.size > bytesMax ? ` of its first ${bytesMax} bytes; ${found.size} bytes, changed ${found.ctimeMs}` : '';
    return { path, content: `${sha256}${rest}` };
  } finally {
    await file.close();
  }
}
