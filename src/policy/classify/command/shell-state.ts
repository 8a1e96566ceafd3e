// What is known about the shell at one point of a script: variables, environment changes, possible directories. Where two
// ways lead to one point, only what both agree on stays known, and every possible directory is kept.

import { UnclearCommand } from './unclear-command.ts';

/** A shell function: where it was defined and what it may change. */
export interface ShellFunction {
  readonly calledFrom: readonly string[];
  readonly after: ShellState;
}

/** The shell at one point. A variable that is not in `variables` is unknown. Directories are paths as the sandbox sees them. */
export interface ShellState {
  readonly variables: ReadonlyMap<string, string>;
  /** Environment changes that reach every later command, as `NAME=value` by name. */
  readonly carried: ReadonlyMap<string, string>;
  readonly directories: readonly string[];
  readonly functions: ReadonlyMap<string, ShellFunction>;
  readonly dialect: 'bash' | 'posix';
  /** True if standard input is a list of names inside the workspace, made by a command that can make no other. */
  readonly readsNames: boolean;
}

/** The state after a command that succeeded, and after one that failed. */
export interface Flow {
  readonly success: ShellState;
  readonly failure: ShellState;
}

const directoriesMax = 8;

/** The sandbox mounts the workspace here and starts there; its home is a private directory in memory. */
export const sandboxWorkspace = '/workspace';
export const sandboxHome = '/tmp';

/** A fresh shell in the workspace. */
export const freshState = (directories: readonly string[] = [sandboxWorkspace]): ShellState => ({
  variables: new Map([['HOME', sandboxHome], ...pwdOf(directories)]),
  carried: new Map(),
  directories,
  functions: new Map(),
  dialect: 'bash',
  readsNames: false,
});

/** The same state whether the command succeeded or not. */
export const either = (state: ShellState): Flow => ({ success: state, failure: state });

/** The state where both ways have come together. */
export function merge(left: ShellState, right: ShellState): ShellState {
  if (left === right) return left;
  const isSame =
    left.functions.size === right.functions.size &&
    [...left.functions].every(([name, body]) => right.functions.get(name) === body);
  if (!isSame) throw new UnclearCommand('a function may or may not be defined; define it before everything else');
  const directories = [...new Set([...left.directories, ...right.directories])].sort();
  if (directories.length > directoriesMax) {
    throw new UnclearCommand('it may be in too many different directories; use fewer `cd`');
  }
  return {
    ...left,
    variables: new Map([...left.variables].filter(([name, value]) => right.variables.get(name) === value)),
    carried: new Map([...left.carried, ...right.carried]),

    directories,
  };
}

/** The state after the flow, however it went. */
export const joined = (flow: Flow): ShellState => merge(flow.success, flow.failure);

/** Moves to one of the directories. */
export const inDirectories = (state: ShellState, directories: readonly string[]): ShellState => ({
  ...state,
  directories,
  variables: new Map([...[...state.variables].filter(([name]) => name !== 'PWD'), ...pwdOf(directories)]),
});

/** The state with nothing known about variables. */
export const withoutVariables = (state: ShellState): ShellState => ({ ...state, variables: new Map() });

function pwdOf(directories: readonly string[]): [string, string][] {
  const [only] = directories;
  return directories.length === 1 && only !== undefined ? [['PWD', only]] : [];
}
