// Shell functions: the body is judged where it stands, with nothing known about variables; calling it adds nothing new.

import type { Function as FunctionNode } from 'unbash';
import type { Analysis } from './analysis.ts';
import { isBuiltinName } from './builtins.ts';
import { evaluateCompound } from './compound.ts';
import { findProgram } from './programs.ts';
import { findReader } from './readers.ts';
import type { Evaluated } from './script.ts';
import { either, joined, merge, type ShellFunction, type ShellState, withoutVariables } from './shell-state.ts';
import { UnclearCommand } from './unclear-command.ts';

/** Reads a definition. */
export async function evaluateFunction(node: FunctionNode, state: ShellState, analysis: Analysis): Promise<Evaluated> {
  const name = node.name.text;
  if (!/^[a-z_][a-z0-9_]*$/i.test(name)) throw new UnclearCommand(`the function name \`${name}\` is not a plain name`);
  if (isBuiltinName(name) || findReader(name) !== undefined || findProgram(name) !== undefined) {
    throw new UnclearCommand(`the function \`${name}\` takes the name of a command; give it another one`);
  }
  if (node.body.type === 'CompoundList' || node.body.type === 'Redirected') {
    throw new UnclearCommand(`the body of the function \`${name}\` is not a plain group`);
  }
  const body = await evaluateCompound(node.body, { ...withoutVariables(state), readsNames: false }, analysis);
  const defined: ShellFunction = { calledFrom: state.directories, after: joined(body.flow) };
  return {
    text: `${name}() ${body.text}`,
    flow: either({ ...state, functions: new Map([...state.functions, [name, defined]]) }),
  };
}

/** The shell after a call; the call itself is only what the body was judged for. */
export function afterCall(name: string, called: ShellFunction, state: ShellState, analysis: Analysis): ShellState {
  if (state.directories.some((directory) => !called.calledFrom.includes(directory))) {
    analysis.addOpaque(name, 'the function was read for another directory than it is called in');
  }
  if ([...state.carried].some(([variable, value]) => called.after.carried.get(variable) !== value)) {
    analysis.addOpaque(name, 'the function was read with another environment than it is called in');
  }
  return withoutVariables({
    ...merge(state, { ...called.after, functions: state.functions }),
    functions: state.functions,
    readsNames: false,
  });
}
