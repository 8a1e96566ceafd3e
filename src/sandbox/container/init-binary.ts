// Where PID 1 of waiting containers is: compiled from `init/init.c` by `scripts/sandbox-init.sh`, under a name that holds the
// digest of its source, so that an old one is never taken for it. It is mounted from there: the directory of an instance
// often lies on a file system from which nothing can be executed.

import { createHash } from 'node:crypto';
import { promises as files } from 'node:fs';
import { fileURLToPath } from 'node:url';

const sourcePath = fileURLToPath(new URL('init/init.c', import.meta.url));
const buildDirectory = fileURLToPath(new URL('../../../build', import.meta.url));

/** Undefined where none was compiled for this source. */
export async function initPath(): Promise<string | undefined> {
  const source = await files.readFile(sourcePath);
  const digest = createHash('sha256').update(source).digest('hex').slice(0, 12);
  const path = `${buildDirectory}/sandbox-init-${digest}`;
  try {
    return await files.realpath(path);
  } catch (error) {
    if (Object(error).code === 'ENOENT') return undefined;
    throw error;
  }
}
