// Places no call reaches, whatever was granted: the state home above all. A workspace inside such a place is no secret to
// its own agent; a workspace around one keeps it closed.

import { join } from 'node:path';

/** True if `absolute` is `directory` or lies in it. Both canonical. */
export const isWithin = (absolute: string, directory: string): boolean =>
  join(absolute, '/').startsWith(join(directory, '/'));

/**
 * True if the canonical path lies in a private directory, and not in a workspace that lies below that directory. A
 * workspace that is the private directory itself opens nothing.
 */
export const isPrivatePlace = (absolute: string, privateDirectories: readonly string[], workspace: string): boolean =>
  privateDirectories.some(
    (directory) =>
      isWithin(absolute, directory) &&
      !(workspace !== directory && isWithin(workspace, directory) && isWithin(absolute, workspace)),
  );
