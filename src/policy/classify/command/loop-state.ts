// What stays known at the start of every round of a loop: all but the variables that a round may change, and of those that
// are only ever made numbers, that they are numbers.

import type { ArithmeticExpression, CommandNode, PipelineNode, Statement, Word } from 'unbash';
import { isTooLong } from './arithmetic.ts';
import { isNumber, keepsShape, numberSample, type Shape } from './shape.ts';
import { type ShellState, shapeIn, unsureFunction, withoutVariables } from './shell-state.ts';

/** What the commands of a loop may change. */
interface Changes {
  /** Variables by name; true if they only ever become numbers. */
  readonly variables: Map<string, boolean>;
  readonly functions: Set<string>;
  /** True if any variable may change. */
  isAnything: boolean;
  commands: number;
  /** True if a round may be left early. */
  hasJumps: boolean;
}

/** Commands whose words name the variables that they change. */
const assigning = new Set('read export local readonly unset declare typeset getopts mapfile readarray'.split(' '));
/** Commands after which nothing is known about any variable. */
const sweeping = new Set('eval source . printf shift set command builtin let trap wait shopt alias'.split(' '));

/** What is known of each round before it is read. */
export interface Round {
  /** The state at its start. */
  readonly state: ShellState;
  readonly commands: number;
  /** True if it may be left early. */
  readonly hasJumps: boolean;
}

/** What holds at the start of every round of a loop. */
export function enterLoop(
  statements: readonly Statement[],
  steps: readonly (ArithmeticExpression | undefined)[],
  state: ShellState,
): Round {
  const changes: Changes = {
    variables: new Map(),
    functions: new Set(),
    isAnything: false,
    commands: 0,
    hasJumps: false,
  };
  inStatements(statements, state, changes);
  for (const step of steps) inArithmetic(step, changes);
  const functions =
    changes.functions.size === 0
      ? state.functions
      : new Map([...state.functions, ...[...changes.functions].map((name) => [name, unsureFunction] as const)]);
  const { commands, hasJumps } = changes;
  if (changes.isAnything) return { state: { ...withoutVariables(state), functions }, commands, hasJumps };
  const variables = new Map(state.variables);
  const shapes = new Map(state.shapes);
  const arrays = new Map(state.arrays);
  for (const [name, isNumeric] of changes.variables) {
    const shape = isNumeric && keepsShape(name) ? numeric(shapeIn(state, name)) : undefined;
    variables.delete(name);
    arrays.delete(name);
    shapes.delete(name);
    if (shape !== undefined) shapes.set(name, shape);
  }
  return { state: { ...state, variables, shapes, arrays, functions }, commands, hasJumps };
}

const numeric = (shape: Shape | undefined): Shape | undefined =>
  shape?.kind === 'sample' && isNumber(shape.text) ? { kind: 'sample', text: numberSample } : undefined;

function note(changes: Changes, name: string, isNumeric: boolean): void {
  changes.variables.set(name, isNumeric && changes.variables.get(name) !== false);
}

function inStatements(statements: readonly Statement[], state: ShellState, changes: Changes): void {
  for (const { command } of statements) {
    if (command.type === 'AndOr') for (const one of command.commands) inPipeline(one, state, changes);
    else inPipeline(command, state, changes);
  }
}

function inPipeline(node: PipelineNode, state: ShellState, changes: Changes): void {
  if (node.type !== 'Pipeline') inCommand(node, state, changes);
  else for (const command of node.commands) inCommand(command, state, changes);
}

function inCommand(node: CommandNode, state: ShellState, changes: Changes): void {
  changes.commands += 1;
  switch (node.type) {
    case 'Command': {
      for (const part of node.prefix) {
        if (part.type === 'Assignment')
          note(changes, part.name, part.value.type === 'Word' && part.append !== true && isNumeric(part.value));
      }
      if (node.name !== undefined) inWords(node.name, node.args, state, changes);
      return;
    }
    case 'Redirected':
      inCommand(node.command, state, changes);
      return;
    case 'Function':
      changes.functions.add(node.name.text);
      return;
    case 'If':
      for (const branch of [node, ...node.elif]) inLists([branch.clause, branch.then], state, changes);
      if (node.else !== undefined) inLists([node.else], state, changes);
      return;
    case 'For':
      note(changes, node.name.text, false);
      inLists([node.body], state, changes);
      return;
    case 'While':
      inLists([node.clause, node.body], state, changes);
      return;
    case 'Case':
      for (const item of node.items) inLists([item.body], state, changes);
      return;
    case 'BraceGroup':
      inLists([node.body], state, changes);
      return;
    case 'ArithmeticCommand':
      inArithmetic(node.expression, changes);
      return;
    case 'ArithmeticFor':
      for (const step of [node.initialize, node.test, node.update]) inArithmetic(step, changes);
      inLists([node.body], state, changes);
      return;
    case 'Subshell':
    case 'TestCommand':
    case 'Select':
    case 'Coproc':
      return;
  }
}

const inLists = (lists: readonly { commands: readonly Statement[] }[], state: ShellState, changes: Changes): void => {
  for (const { commands } of lists) inStatements(commands, state, changes);
};

function inWords(
  name: Word,
  args: readonly ({ type: 'Word'; value: string } | { type: 'Assignment'; name: string })[],
  state: ShellState,
  changes: Changes,
): void {
  const isPlain = name.parts?.every(({ type }) => type === 'Literal' || type === 'SingleQuoted') ?? true;
  if (!isPlain || state.functions.has(name.value) || changes.functions.has(name.value)) changes.isAnything = true;
  if (sweeping.has(name.value) && !isHarmless(name.value, args)) changes.isAnything = true;
  if (!isPlain || name.value === 'break' || name.value === 'continue') changes.hasJumps = true;
  if (!assigning.has(name.value)) return;
  for (const word of args)
    note(changes, word.type === 'Assignment' ? word.name : (word.value.split('=')[0] ?? ''), false);
}

/** `printf` without `-v`, `wait` for a process, `command -v`. */
function isHarmless(name: string, args: readonly { type: string; value?: string }[]): boolean {
  const first = args[0]?.value ?? '';
  if (name === 'printf') return /^[^-$`]/.test(first);
  if (name === 'wait') return args.every(({ value }) => !/^-/.test(value ?? '-'));
  if (name === 'set') return args.every(({ value }) => /^[-+][eux]+$/.test(value ?? ''));
  return name === 'command' && /^-[vV]$/.test(first);
}

/** True if a value can only be a number: digits, or arithmetic. */
function isNumeric({ value, parts }: Word): boolean {
  const [part, ...more] = parts ?? [];
  if (part === undefined) return isNumber(value);
  if (more.length > 0) return false;
  const inner = part.type === 'DoubleQuoted' ? part.parts : [part];
  const [only] = inner;
  if (inner.length === 1 && only?.type === 'ArithmeticExpansion') return true;
  return (part.type === 'SingleQuoted' || only?.type === 'Literal') && isNumber(value);
}

function inArithmetic(expression: ArithmeticExpression | undefined, changes: Changes): void {
  if (expression === undefined || isTooLong(expression)) return;
  if (expression?.type === 'ArithmeticBinary') {
    if (/^[^=<>!]*=$/.test(expression.operator) && expression.left.type === 'ArithmeticWord')
      note(changes, expression.left.value, true);
    inArithmetic(expression.left, changes);
    inArithmetic(expression.right, changes);
  } else if (expression?.type === 'ArithmeticUnary') {
    if (/^(?:\+\+|--)$/.test(expression.operator) && expression.operand.type === 'ArithmeticWord')
      note(changes, expression.operand.value, true);
    inArithmetic(expression.operand, changes);
  } else if (expression?.type === 'ArithmeticGroup') inArithmetic(expression.expression, changes);
}
