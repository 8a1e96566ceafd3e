// What is known about the shell at one point of a script: variables, environment changes, possible directories. Where two
// ways lead to one point, only what both agree on stays known, and every possible directory is kept.

import type { Function as FunctionNode } from 'unbash';
import { isNumber, joinShapes, numbersOfShell, type Shape } from './shape.ts';
import { UnclearCommand } from './unclear-command.ts';

/**
 * What a name of a shell function stands for: a body that was judged where it stands, and what it may change; a body that is
 * judged anew for the words of each call; or it may or may not be a function.
 */
export type ShellFunction =
  | { readonly kind: 'judged'; readonly calledFrom: readonly string[]; readonly after: ShellState }
  | { readonly kind: 'per-call'; readonly node: FunctionNode }
  | { readonly kind: 'unsure' };

/** The name of a function that is there on some ways only. */
export const unsureFunction: ShellFunction = { kind: 'unsure' };

/**
 * The shell at one point. A variable is in one of `variables`, `shapes` and `arrays`, or unknown. Directories are paths as
 * the sandbox sees them.
 */
export interface ShellState {
  readonly variables: ReadonlyMap<string, string>;
  /** What is known of variables whose text is not. */
  readonly shapes: ReadonlyMap<string, Shape>;
  /** The elements of arrays, from 0 on without gaps. */
  readonly arrays: ReadonlyMap<string, readonly string[]>;
  /** `$1` and the following; undefined if they are not known. */
  readonly parameters: readonly string[] | undefined;
  /** Where `cd -` leads; empty before the first `cd`, undefined if that is not one known directory. */
  readonly previous: string | undefined;
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
  shapes: numbersOfShell,
  arrays: new Map(),
  parameters: [],
  previous: '',
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
  const directories = [...new Set([...left.directories, ...right.directories])].sort();
  if (directories.length > directoriesMax) {
    throw new UnclearCommand('it may be in too many different directories; use fewer `cd`');
  }
  return {
    ...left,
    variables: new Map([...left.variables].filter(([name, value]) => right.variables.get(name) === value)),
    shapes: mergedShapes(left, right),
    arrays: new Map([...left.arrays].filter(([name, elements]) => right.arrays.get(name) === elements)),
    parameters: sameWords(left.parameters, right.parameters) ? left.parameters : undefined,
    previous: samePlace(left.previous, right.previous),
    carried: new Map([...left.carried, ...right.carried]),
    directories,
    functions: mergedFunctions(left.functions, right.functions),
  };
}

function mergedFunctions(
  left: ReadonlyMap<string, ShellFunction>,
  right: ReadonlyMap<string, ShellFunction>,
): ReadonlyMap<string, ShellFunction> {
  if (left === right) return left;
  const names = new Set([...left.keys(), ...right.keys()]);
  return new Map(
    [...names].map((name) => {
      const body = left.get(name);
      return [name, body !== undefined && body === right.get(name) ? body : unsureFunction];
    }),
  );
}

function mergedShapes(left: ShellState, right: ShellState): ReadonlyMap<string, Shape> {
  if (left.shapes === right.shapes && left.variables === right.variables) return left.shapes;
  const shapes = new Map<string, Shape>();
  for (const name of new Set([...left.shapes.keys(), ...right.shapes.keys(), ...left.variables.keys()])) {
    if (left.variables.has(name) && left.variables.get(name) === right.variables.get(name)) continue;
    const shape = joinShapes(shapeIn(left, name), shapeIn(right, name));
    if (shape !== undefined) shapes.set(name, shape);
  }
  return shapes;
}

/** What is known of a variable; of a known text only that it is a number. */
export function shapeIn(state: ShellState, name: string): Shape | undefined {
  const text = state.variables.get(name);
  if (text === undefined) return state.shapes.get(name);
  return isNumber(text) ? { kind: 'sample', text } : undefined;
}

/** Where `cd` has not been used yet, `cd -` fails, so the other way decides. */
function samePlace(left: string | undefined, right: string | undefined): string | undefined {
  if (left === '' || left === right) return right;
  return right === '' ? left : undefined;
}

const sameWords = (left: readonly string[] | undefined, right: readonly string[] | undefined): boolean =>
  left === right ||
  (left !== undefined && left.length === right?.length && left.every((word, index) => word === right[index]));

/** The state after the flow, however it went. */
export const joined = (flow: Flow): ShellState => merge(flow.success, flow.failure);

/** Moves to one of the directories. */
export const inDirectories = (state: ShellState, directories: readonly string[]): ShellState => ({
  ...state,
  directories,
  previous: state.directories.length === 1 ? state.directories[0] : undefined,
  variables: new Map([...[...state.variables].filter(([name]) => name !== 'PWD'), ...pwdOf(directories)]),
});

/** The state with nothing known about variables. */
export const withoutVariables = (state: ShellState): ShellState => ({
  ...state,
  variables: new Map(),
  shapes: new Map(),
  arrays: new Map(),
  parameters: undefined,
});

function pwdOf(directories: readonly string[]): [string, string][] {
  const [only] = directories;
  return directories.length === 1 && only !== undefined ? [['PWD', only]] : [];
}
