// From the grants of a decision to the places a container sees: what is open for reading, what for writing, and what stays
// closed inside them. Only looks, changes nothing. INVARIANT: nothing is opened that the grants do not cover, and what is
// not clear (a symbolic link, too many entries) refuses the call before anything is made.

import { lstatSync } from 'node:fs';
import { compilePathPattern, coversPath } from '../../kernel/path-patterns.ts';
import { isWithin } from '../../kernel/private-places.ts';
import type { Grants } from '../../kernel/types.ts';
import { exceptedPaths } from './exceptions.ts';
import { type GrantedRoot, grantedRoots } from './granted-roots.ts';
import { hostSocketsIn } from './host-sockets.ts';
import { absentFrozen, pinnedAbove } from './kept-places.ts';
import { realPathOf, targetOf, whatIsAt, withAncestors } from './places.ts';
import { refuseSystemPlaces } from './refused-places.ts';
import { Unmountable } from './unmountable.ts';
import type { WalkBudget } from './walk.ts';
import type { WalkMemory } from './walk-memory.ts';

/** `read` and `write` show what is there; `closed` hides it, and opening it says "permission denied". */
export type Access = 'read' | 'write' | 'closed';

/** One place inside the container. */
export interface PlannedMount {
  /** Canonical absolute path on this machine. */
  readonly source: string;
  /** Absolute path inside the container. */
  readonly target: string;
  readonly access: Access;
  readonly kind: 'file' | 'directory';
  /** True if the source has to be made first. */
  readonly isAbsent: boolean;
  /** What is mounted in its place, for a call that runs on copies; null for the source itself. */
  readonly copy: string | null;
}

/** What a plan is made from. */
export interface MountRequest {
  readonly grants: Grants;
  /** Absolute real path. */
  readonly workspace: string;
  /** Directories and sockets of this machine that no container sees, whatever was granted. */
  readonly privatePaths: readonly string[];
  /** How many entries may be looked at in search of what stays closed. */
  readonly entriesMax: number;
  /** What earlier searches saw. */
  readonly memory: WalkMemory;
}

/** What a container gets to see. */
export interface MountPlan {
  /** Parents before children. */
  readonly mounts: readonly PlannedMount[];
  /** Real paths inside what may be written that exceptions keep from it. */
  readonly frozen: ReadonlySet<string>;
}

/** More mounts than this make a container slow to start, and grants that nobody can oversee. */
const mountsMax = 512;

/**
 * The mounts of one call.
 * @throws {Unmountable} if a grant cannot become a mount.
 */
export async function planMounts(request: MountRequest): Promise<MountPlan> {
  const { grants, workspace, memory } = request;
  const budget: WalkBudget = { left: request.entriesMax };
  if ((await realPathOf(workspace)) !== workspace || (await whatIsAt(workspace)) !== 'directory') {
    throw new Unmountable(`the workspace \`${workspace}\` is not a directory, or not spelled without symbolic links`);
  }
  const closedPatterns = closedPatternsOf(request);
  const opened = await openedRoots(request, closedPatterns, budget);
  const paths = opened.map(({ source }) => source);
  const writable = opened.filter(({ access }) => access === 'write').map(({ source }) => source);

  const closed = await exceptedPaths(closedPatterns, paths, workspace, budget, memory);
  const frozen = await exceptedPaths(grants.exceptWrite, writable, workspace, budget, memory);
  const places = new Map(opened.map((mount) => [mount.target, mount]));
  const put = (mount: PlannedMount) => places.set(mount.target, mount);
  refuseNameless([...closed.nameless, ...frozen.nameless]);
  for (const path of frozen.paths) put(await mountOf(path, 'read', workspace));
  for (const mount of await absentFrozen(grants.exceptWrite, writable, workspace)) put(mount);
  const sockets = await hostSocketsIn({ roots: paths, budget: { left: request.entriesMax }, memory });
  for (const path of [...closed.paths, ...sockets]) put(await mountOf(path, 'closed', workspace));
  for (const mount of pinnedAbove([...places.values()], writable, workspace)) put(mount);

  const mounts = [...places.values()].sort((one, other) => (one.target < other.target ? -1 : 1));
  if (mounts.length > mountsMax) {
    throw new Unmountable(
      `the grants come to more than ${mountsMax} mounts; grant directories instead of single files`,
    );
  }
  const isHidden = (mount: PlannedMount) =>
    mounts.some(
      ({ access, target }) => access === 'closed' && target !== mount.target && isWithin(mount.target, target),
    );
  return { mounts: mounts.filter((mount) => !isHidden(mount)), frozen: frozen.paths };
}

/** A place that no mount can name stays in sight whatever a rule says of it. */
function refuseNameless([first]: readonly string[]): void {
  if (first === undefined) return;
  const why = 'is closed by a rule, and cannot be closed to a container because its name is not text (UTF-8)';
  throw new Unmountable(`\`${first}\` ${why}; rename or remove it`);
}

/** What the grants open, without what is closed as a whole; a write grant wins over a read grant inside it. */
async function openedRoots(
  request: MountRequest,
  closedPatterns: readonly string[],
  budget: WalkBudget,
): Promise<readonly PlannedMount[]> {
  const { grants, workspace, privatePaths, memory } = request;
  const writable = await grantedRoots(grants.write, workspace, budget, memory);
  const readable = withoutInner(
    (await grantedRoots(grants.read, workspace, budget, memory)).filter(
      ({ path, isAbsent }) => !isAbsent && !writable.some((root) => isWithin(path, root.path)),
    ),
  );
  const isClosed = coverage(closedPatterns, workspace);
  const isFrozen = coverage(grants.exceptWrite, workspace);
  const mounts: PlannedMount[] = [];
  for (const root of [...readable, ...writable]) {
    refuseSystemPlaces(root.path, workspace, privatePaths);
    if (isClosed(root.path)) continue;
    const access = readable.includes(root) || isFrozen(root.path) ? 'read' : 'write';
    if (root.isAbsent && access === 'read') continue;
    const { path: source, kind, isAbsent } = root;
    mounts.push({ source, target: targetOf(source, workspace), access, kind, isAbsent, copy: null });
  }
  return mounts;
}

/** Without what another root shows already, as long as both are on one file system: others below are not seen. */
const withoutInner = (roots: readonly GrantedRoot[]): readonly GrantedRoot[] =>
  roots.filter(
    (inner, index) =>
      !roots.some((outer, other) =>
        outer.path === inner.path
          ? other < index
          : isWithin(inner.path, outer.path) && deviceOf(inner.path) === deviceOf(outer.path),
      ),
  );

const deviceOf = (path: string): number | undefined => lstatSync(path, { throwIfNoEntry: false })?.dev;

/** What hides the workspace itself (a state home that holds it) is private around it, not inside it; a workspace that is one is closed. */
const closedPatternsOf = ({ grants, workspace, privatePaths }: MountRequest): readonly string[] => [
  ...grants.exceptRead,
  ...privatePaths.filter((path) => path === workspace || !isWithin(workspace, path)),
];

/** True for a path that the patterns cover, or that lies below one. */
function coverage(patterns: readonly string[], workspace: string): (path: string) => boolean {
  const compiled = patterns.map((pattern) => compilePathPattern(pattern, workspace));
  return (path) => withAncestors(path).some((above) => coversPath(compiled, above));
}

async function mountOf(source: string, access: Access, workspace: string): Promise<PlannedMount> {
  const kind = (await whatIsAt(source)) === 'directory' ? 'directory' : 'file';
  return { source, target: targetOf(source, workspace), access, kind, isAbsent: false, copy: null };
}
