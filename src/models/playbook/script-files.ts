// Which files a playbook may take in with `fromFile`, and their text. They are read once, at load, so what runs later is
// what was there when the playbook was accepted.

import { constants } from 'node:fs';
import { access, open, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';

export type ScriptFile =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'refused'; readonly because: string };

/**
 * Reads one `fromFile`: relative to the playbook, a regular UTF-8 file inside the playbook's skill folder after symlinks are
 * followed. It does not guard against somebody who can change the skill folder while it loads.
 */
export async function readScriptFile(
  path: string,
  playbookFolder: string,
  skillFolder: string,
  bytesMax: number,
): Promise<ScriptFile> {
  if (path === '' || path.includes('\0') || isAbsolute(path)) {
    return refused(`\`${path}\` must be a path relative to the playbook`);
  }
  let real: string;
  try {
    real = await realpath(resolve(playbookFolder, path));
  } catch {
    return refused(`\`${path}\` cannot be read: there is no such file beside the playbook`);
  }
  if (!real.startsWith(skillFolder + sep))
    return refused(`\`${path}\` lies outside the playbook's folder \`${skillFolder}\``);
  return readText(path, real, bytesMax);
}

/** The nearest folder upwards from `folder` (a real path) that holds a `SKILL.md`; `folder` itself if there is none. */
export async function skillFolderOf(folder: string): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    try {
      await access(join(at, 'SKILL.md'));
      return at;
    } catch {
      if (dirname(at) === at) return folder;
    }
  }
}

/** Text of a regular file of bounded size. Never blocks on a pipe or device. */
export async function readText(shown: string, real: string, bytesMax: number): Promise<ScriptFile> {
  try {
    await using file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { size } = await file.stat().then((stat) => (stat.isFile() ? stat : { size: -1 }));
    if (size < 0) return refused(`\`${shown}\` is not a regular file`);
    if (size > bytesMax) return refused(`\`${shown}\` has ${size} bytes, more than the ${bytesMax} allowed`);
    const bytes = Buffer.alloc(bytesMax + 1);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    if (bytesRead > bytesMax) return refused(`\`${shown}\` has more than the ${bytesMax} bytes allowed`);
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, bytesRead)) };
  } catch (error) {
    return refused(`\`${shown}\` cannot be read: ${reasonOf(error)}`);
  }
}

const refused = (because: string): ScriptFile => ({ kind: 'refused', because });

function reasonOf(error: unknown): string {
  if (error instanceof TypeError) return 'it is not UTF-8 text';
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'this user may not read it';
  return `the system says ${String(code)}`;
}
