// Which files one call may reach: its grants, measured on canonical absolute paths. Doubt refuses: what no pattern covers
// is closed, what an exception or a private directory covers is closed whatever else says so.

import { compilePathPattern, coversPath, type PathPattern } from '../../kernel/path-patterns.ts';
import { isPrivatePlace, isWithin } from '../../kernel/private-places.ts';
import type { Grants } from '../../kernel/types.ts';

/** Thrown towards the guest: its message is text for a model, without host paths that were not in the call. */
export class FileRefused extends Error {}

export type FilePurpose = 'read' | 'write';

/** What one call may open. */
export interface FileAccess {
  /** Canonical absolute path against which relative ones are read. */
  readonly workspace: string;
  covers(purpose: FilePurpose, absolute: string): boolean;
  /** True if a file below this directory, or the directory itself, may be written: then it may be created on the way. */
  mayMakeDirectory(absolute: string, forFile: string): boolean;
}

// Their files are not data but doors into this process and machine.
const machineDirectories = ['/proc', '/sys', '/dev'];

/** Compiles the path grants of one call. `privateDirectories` are canonical and closed under every grant. */
export function compileFileAccess(
  grants: Pick<Grants, 'read' | 'write' | 'exceptRead' | 'exceptWrite'>,
  workspace: string,
  privateDirectories: readonly string[],
): FileAccess {
  const compile = (patterns: readonly string[]): readonly PathPattern[] =>
    patterns.map((pattern) => compilePathPattern(pattern, workspace));
  const open = { read: compile(grants.read), write: compile(grants.write) };
  const closed = { read: compile(grants.exceptRead), write: compile(grants.exceptWrite) };
  const isClosed = (purpose: FilePurpose, absolute: string) =>
    machineDirectories.some((directory) => isWithin(absolute, directory)) ||
    isPrivatePlace(absolute, privateDirectories, workspace) ||
    coversPath(closed[purpose], absolute);
  const covers = (purpose: FilePurpose, absolute: string) =>
    coversPath(open[purpose], absolute) && !isClosed(purpose, absolute);
  return {
    workspace,
    covers,
    mayMakeDirectory: (absolute, forFile) =>
      covers('write', absolute) ||
      (covers('write', forFile) && !isClosed('write', absolute) && absolute.startsWith(`${workspace}/`)),
  };
}
