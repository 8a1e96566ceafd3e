// Shell functions. A body is judged where it stands, with nothing known about variables; calling it adds nothing new. Where
// that leaves something open because of `$1` and the like, it is judged and printed anew for the words of each call.

import type { Function as FunctionNode } from 'unbash';
import type { Analysis } from './analysis.ts';
import { isBuiltinName } from './builtins.ts';
import { evaluateCompound } from './compound.ts';
import { exactText, type Field } from './field.ts';
import { findReader } from './readers.ts';
import type { Evaluated } from './script.ts';
import { either, joined, merge, type ShellFunction, type ShellState, withoutVariables } from './shell-state.ts';
import { UnclearCommand } from './unclear-command.ts';

/** Reads a definition. */
export async function evaluateFunction(node: FunctionNode, state: ShellState, analysis: Analysis): Promise<Evaluated> {
  const name = node.name.text;
  if (!/^[a-z_][a-z0-9_]*$/i.test(name)) throw new UnclearCommand(`the function name \`${name}\` is not a plain name`);
  if (isBuiltinName(name) || findReader(name) !== undefined) {
    throw new UnclearCommand(`the function \`${name}\` takes the name of a command; give it another one`);
  }
  const with_ = (defined: ShellFunction): ShellState => ({
    ...state,
    functions: new Map([...state.functions, [name, defined]]),
  });
  const read = analysis.readsParameters;
  analysis.readsParameters = false;
  const trial = await analysis.onTrial(() => onceOrWhy(node, withoutVariables(state), analysis));
  const isPerCall = analysis.readsParameters && (trial.isOpaque || trial.result instanceof UnclearCommand);
  analysis.readsParameters = read;
  if (isPerCall) {
    trial.undo();
    return { text: "':'", flow: either(with_({ kind: 'per-call', node })) };
  }
  if (trial.result instanceof UnclearCommand) throw trial.result;
  const defined: ShellFunction = {
    kind: 'judged',
    calledFrom: state.directories,
    after: joined(trial.result.flow),
  };
  return { text: `${name}() ${trial.result.text}`, flow: either(with_(defined)) };
}

async function onceOrWhy(
  node: FunctionNode,
  state: ShellState,
  analysis: Analysis,
): Promise<Evaluated | UnclearCommand> {
  try {
    return await evaluateBody(node, state, analysis);
  } catch (error) {
    if (error instanceof UnclearCommand) return error;
    throw error;
  }
}

async function evaluateBody(node: FunctionNode, state: ShellState, analysis: Analysis): Promise<Evaluated> {
  if (node.body.type === 'CompoundList' || node.body.type === 'Redirected')
    throw new UnclearCommand(`the body of the function \`${node.name.text}\` is not a plain group`);
  const mark = analysis.jumped.length;
  const body = await evaluateCompound(node.body, { ...state, readsNames: false }, analysis);
  const after = analysis.jumped.splice(mark).reduce(merge, joined(body.flow));
  return { text: body.text, flow: either(after) };
}

/** Reads a call: its printed form, given the one of its words, and the shell after it. */
export async function evaluateCall(
  called: ShellFunction,
  fields: readonly Field[],
  print: (words: readonly Field[]) => string,
  state: ShellState,
  analysis: Analysis,
): Promise<Evaluated> {
  const [first, ...rest] = fields.map(exactText);
  const name = first ?? '';
  switch (called.kind) {
    case 'unsure':
      throw new UnclearCommand(`the function \`${name}\` may or may not be defined; define it before everything else`);
    case 'judged':
      return { text: print(fields), flow: either(afterCall(name, called.after, called.calledFrom, state, analysis)) };
    case 'per-call': {
      const parameters = rest.filter((word) => word !== undefined);
      if (parameters.length < rest.length)
        throw new UnclearCommand(`the function \`${name}\` is called with words that are not known before it runs`);
      const body = await analysis.deeper(() =>
        evaluateBody(called.node, { ...state, shapes: new Map(), parameters }, analysis),
      );
      const after = {
        ...withoutVariables(joined(body.flow)),
        parameters: state.parameters,
        functions: state.functions,
      };
      return { text: `{ ${name}() ${body.text}; ${print(fields)}; }`, flow: either({ ...after, readsNames: false }) };
    }
  }
}

/** The shell after a call; the call itself is only what the body was judged for. */
function afterCall(
  name: string,
  after: ShellState,
  calledFrom: readonly string[],
  state: ShellState,
  analysis: Analysis,
): ShellState {
  if (state.directories.some((directory) => !calledFrom.includes(directory))) {
    analysis.addOpaque(name, 'the function was read for another directory than it is called in');
  }
  if ([...state.carried].some(([variable, value]) => after.carried.get(variable) !== value)) {
    analysis.addOpaque(name, 'the function was read with another environment than it is called in');
  }
  return {
    ...withoutVariables({ ...merge(state, { ...after, functions: state.functions }) }),
    parameters: state.parameters,
    functions: state.functions,
    readsNames: false,
  };
}
