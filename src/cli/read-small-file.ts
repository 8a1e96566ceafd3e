// Reads files that others hand over: keys, checkpoints, proofs. They are small, so what does not end is not read to its end.

import { closeSync, openSync, readSync } from 'node:fs';
import { UsageError } from './exit-codes.ts';

const bytesMax = 134_217_728;
const chunkBytes = 65_536;

/**
 * The text of a file or pipe.
 * @throws {UsageError} if it is longer than 128 MiB.
 */
export function readSmallFile(path: string): string {
  const file = openSync(path, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let bytes = 0; ; ) {
      const chunk = Buffer.alloc(chunkBytes);
      const read = readSync(file, chunk);
      if (read === 0) return Buffer.concat(chunks).toString('utf8');
      chunks.push(chunk.subarray(0, read));
      bytes += read;
      if (bytes > bytesMax) throw new UsageError(`could not read \`${path}\`: it is longer than ${bytesMax} bytes`);
    }
  } finally {
    closeSync(file);
  }
}
