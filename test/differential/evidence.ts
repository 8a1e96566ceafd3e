// From what happened in a trace to what can be compared: the programs that the line started and by which program each, and
// the files of the workspace, of the private directory and of the place outside that were read or written.

import { posix } from 'node:path';
import type { TraceEvent } from './strace.ts';
import { startersCount } from './watched-container.ts';

/** A program that ran. `by` are the programs that its process and those before it were, the nearest last. */
export interface Started {
  readonly argv: readonly string[];
  readonly by: readonly string[];
}

/** A file or directory that a program touched. `path` is the real one; `by` as above, with the program itself last. */
export interface Touched {
  readonly kind: 'read' | 'write' | 'list';
  readonly path: string;
  readonly by: readonly string[];
}

/** What one line did. */
export interface Evidence {
  readonly started: readonly Started[];
  readonly touched: readonly Touched[];
}

const places = ['/workspace', '/tmp', '/srv'];

/** Sorts the events. `links` are the symlinks of the workspace at the start, by absolute path. */
export function gatherEvidence(events: readonly TraceEvent[], links: ReadonlyMap<string, string>): Evidence {
  const running = new Map<number, readonly string[]>();
  const started: Started[] = [];
  const touched: Touched[] = [];
  const directories = new Set([...places, ...events.flatMap((event) => (event.kind === 'list' ? [event.path] : []))]);
  let starters = 0;
  for (const event of events) {
    const by = running.get(event.pid) ?? [];
    if (event.kind === 'fork') running.set(event.child, by);
    else if (event.kind === 'exec') {
      const name = nameOf(event.path);
      running.set(event.pid, [...by, name]);
      if (starters++ >= startersCount) started.push({ argv: [name, ...event.argv.slice(1)], by });
    } else if (starters >= startersCount) {
      // A read that failed showed nothing; a write that failed may succeed the next time.
      if (event.kind === 'read' && !event.succeeded) continue;
      const path = event.kind === 'list' ? event.path : withoutLinks(event.path, event.followsLast, links);
      // Directories are opened for many reasons; what is in them comes with `list`.
      if (event.kind === 'read' && directories.has(path)) continue;
      if (places.some((place) => path === place || path.startsWith(`${place}/`))) {
        touched.push({ kind: event.kind, path, by });
      }
    }
  }
  return { started, touched };
}

/** A program that `PATH` leads to under its name, another one under its path. */
const nameOf = (path: string): string =>
  ['/usr/local/bin', '/usr/bin', '/bin'].includes(posix.dirname(path)) ? posix.basename(path) : path;

/** The path with the symlinks on the way to it followed; the last name too, where the file behind it is meant. */
function withoutLinks(path: string, followsLast: boolean, links: ReadonlyMap<string, string>): string {
  const parent = posix.dirname(path);
  for (const [link, target] of links) {
    const isThrough = parent === link || parent.startsWith(`${link}/`);
    if (isThrough || (followsLast && path === link)) {
      return posix.join(posix.resolve(posix.dirname(link), target), path.slice(link.length));
    }
  }
  return path;
}
