// Where PID 1 of waiting containers is: compiled from `init/init.c` by `scripts/sandbox-init.sh`, under a name that holds the
// digest of its source, so that an old one is never taken for it. Each instance uses a copy of its own.

import { createHash } from 'node:crypto';
import { constants, promises as files } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The name of an instance's copy, in its directory. */
export const initName = 'init';

const sourcePath = fileURLToPath(new URL('init/init.c', import.meta.url));
const buildDirectory = fileURLToPath(new URL('../../../build', import.meta.url));

/** Puts a copy into the instance's directory; undefined where none was compiled for this source. */
export async function placeInit(own: string): Promise<string | undefined> {
  const source = await files.readFile(sourcePath);
  const digest = createHash('sha256').update(source).digest('hex').slice(0, 12);
  const place = join(own, initName);
  try {
    await files.copyFile(join(buildDirectory, `sandbox-init-${digest}`), place, constants.COPYFILE_EXCL);
    await files.chmod(place, 0o555);
    return place;
  } catch (error) {
    const { code } = Object(error);
    if (code === 'ENOENT') return undefined;
    if (code === 'EEXIST') return place;
    throw error;
  }
}
