// Where a path of a command leads in the sandbox, which sees the workspace at `/workspace`, has a private directory of its
// own at `/tmp`, and some devices. Everything else is outside, whether it exists there or not.

import { join, relative } from 'node:path';
import { normalisePath } from './path-words.ts';
import type { CommandPlace } from './place.ts';
import { sandboxHome, sandboxWorkspace } from './shell-state.ts';

/**
 * Where a path leads. `path` and `absolute` are as in a path effect; `inSandbox` is the same place as the sandbox sees it.
 * A `device` takes and gives nothing that belongs to anybody.
 */
export type Located =
  | {
      readonly kind: 'inside' | 'outside' | 'private';
      readonly path: string;
      readonly absolute: string;
      readonly inSandbox: string;
    }
  | { readonly kind: 'device' }
  | { readonly kind: 'unclear'; readonly because: string };

const device = /^\/dev\/(?:null|zero|full|random|urandom|tty|stdin|stdout|stderr|fd\/[0-9]{1,3})$/;

/** Resolves `text` from a directory of the sandbox (absolute, normalised). */
export async function locate(text: string, directory: string, place: CommandPlace): Promise<Located> {
  if (text.startsWith('/')) return locateRooted(text, place);
  if (isAtOrBelow(directory, sandboxWorkspace)) {
    const back = climbBack(text, directory);
    if (back !== undefined) return locateRooted(back, place);
    return fromHost(text, join(place.workspace, directory.slice(sandboxWorkspace.length)), place);
  }
  return locateRooted(`${directory}/${text}`, place);
}

/** The rooted spelling of a path that leaves the workspace and comes back by its name in the sandbox; else undefined. */
function climbBack(text: string, directory: string): string | undefined {
  const start = /^(?:\.{1,2}\/+)*(?:\.\.$)?/.exec(text)?.[0] ?? '';
  const reached = normalisePath(`${directory}/${start}`);
  if (isAtOrBelow(reached, sandboxWorkspace)) return undefined;
  const rooted = normalisePath(`${reached}/`) + text.slice(start.length);
  return isAtOrBelow(rooted, sandboxWorkspace) ? rooted : undefined;
}

async function locateRooted(text: string, place: CommandPlace): Promise<Located> {
  const squeezed = text.replace(/\/(?:\.?\/)+/g, '/');
  if (isAtOrBelow(squeezed, sandboxWorkspace)) {
    return fromHost(squeezed.slice(sandboxWorkspace.length + 1) || '.', place.workspace, place);
  }
  const normal = normalisePath(text);
  if (device.test(normal)) return { kind: 'device' };
  const kind = isAtOrBelow(normal, sandboxHome) ? 'private' : 'outside';
  return { kind, path: normal, absolute: normal, inSandbox: normal };
}

async function fromHost(text: string, from: string, place: CommandPlace): Promise<Located> {
  // A file whose name starts with a tilde is that file here: shells have expanded theirs before.
  const found = await place.resolve(text.startsWith('~') ? `./${text}` : text, from);
  if (found.kind === 'unclear') return found;
  const { absolute } = found;
  if (!isAtOrBelow(absolute, place.workspace))
    return { kind: 'outside', path: absolute, absolute, inSandbox: absolute };
  const path = relative(place.workspace, absolute);
  return { kind: 'inside', path: path === '' ? '.' : path, absolute, inSandbox: join(sandboxWorkspace, path) };
}

/** True if `path` is `directory` or lies below it. */
export const isAtOrBelow = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(`${directory}/`);
