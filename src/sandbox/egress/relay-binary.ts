// Where the relay of containers is: compiled from `relay/relay.c` by `scripts/sandbox-init.sh`, under a name that holds the
// digest of its source, so that an old one is never taken for it.

import { createHash } from 'node:crypto';
import { constants, promises as files } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where the relay is mounted. */
export const insideRelay = '/run/sallyport-relay';

const sourcePath = fileURLToPath(new URL('relay/relay.c', import.meta.url));
const buildDirectory = fileURLToPath(new URL('../../../build', import.meta.url));

/**
 * The path of the relay on this machine.
 * @throws {Error} if it was not compiled.
 */
export async function findRelay(): Promise<string> {
  const source = await files.readFile(sourcePath);
  const path = `${buildDirectory}/sandbox-relay-${createHash('sha256').update(source).digest('hex').slice(0, 12)}`;
  try {
    await files.access(path, constants.X_OK);
    return path;
  } catch (error) {
    throw new Error('the relay to the network was not compiled; run `sh scripts/sandbox-init.sh`', { cause: error });
  }
}
