// Reads the files that a skill names. What a skill is made of lies in its own folder: a link that leads away is refused.

import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The bytes of a file of the skill in `directory`.
 * @throws {Error} that names the file, if it is missing, no regular file, behind a symbolic link, or longer than that.
 */
export function readSkillFile(directory: string, path: string, bytesMax: number): Buffer {
  const at = join(realpathSync(directory), path);
  const refused = (because: string) => new Error(`could not use \`${path}\` of \`${directory}\`: ${because}`);
  if (realpathSync(at) !== at) throw refused('it is a symbolic link, or lies behind one; put the file itself there');
  const opened = openSync(at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { size } = fstatSync(opened);
    if (!fstatSync(opened).isFile()) throw refused('it is not a regular file');
    if (size > bytesMax) throw refused(`it is longer than ${bytesMax} bytes`);
    return readFileSync(opened);
  } finally {
    closeSync(opened);
  }
}
