// One simple command: assignments, words, redirections. Judged as the words that the program gets, and printed as them.

import type { Assignment, Command, CommandArgument } from 'unbash';
import type { Analysis } from './analysis.ts';
import { evaluateBuiltin } from './builtins.ts';
import { assign, isHarmlessAssignment, spell } from './environment.ts';
import { type Field, known, printField, textOf } from './field.ts';
import { afterCall } from './functions.ts';
import { inSandbox } from './host-spelling.ts';
import { judge } from './judge.ts';
import { printRedirections } from './redirection.ts';
import type { Evaluated } from './script.ts';
import { either, type ShellState } from './shell-state.ts';
import { UnclearCommand } from './unclear-command.ts';
import { expandText, expandWord, plainWord } from './word.ts';

const wordsMax = 2_000;

/** Reads a simple command. */
export async function evaluateSimpleCommand(node: Command, state: ShellState, analysis: Analysis): Promise<Evaluated> {
  analysis.printsNames = false;
  const fields = await readFields(node, state, analysis);
  const assigned = await readAssignments(node, state, analysis);
  const redirections = await printRedirections(node.redirects, state, analysis);
  const isFed = node.redirects.some(({ operator }) => operator.startsWith('<'));
  const inner: ShellState = isFed ? { ...state, readsNames: false } : state;
  const prefix = assigned.map(({ name, value }) => `${name}=${printField(value)}`);

  if (fields.length === 0) {
    const after = assigned.reduce((before, { name, value }) => assign(before, name, value, false), state);
    return { text: `${prefix.join(' ')}${redirections}`.trimStart(), flow: either(after) };
  }
  for (const { name, value } of assigned) {
    if (value.kind === 'unknown' && !isHarmlessAssignment(name, ''))
      analysis.addOpaque(`${name}=${value.text}`, value.why);
  }
  const assignments = [
    ...state.carried.values(),
    ...assigned
      .filter(({ name, value }) => !isHarmlessAssignment(name, textOf(value)))
      .map(({ name, value }) => `${name}=${spell(value)}`),
  ];
  const input = await inputFile(node, state, analysis);
  const invocation = { fields, assignments, state: inner, standing: 'own', inShell: true, input } as const;
  const name = textOf(fields[0]);
  const called = state.functions.get(name);
  const print = (words: readonly Field[]): string => [...prefix, ...words.map(printField)].join(' ') + redirections;
  if (called !== undefined) {
    analysis.add({
      kind: 'run',
      argv: fields.map(spell),
      assignments,
      spellings: [],
      outside: [],
      standing: 'implied',
    });
    return { text: print(fields), flow: either(afterCall(name, called, state, analysis)) };
  }
  const builtin = await evaluateBuiltin(invocation, node.redirects.length > 0, analysis);
  if (builtin !== undefined) return { text: print(builtin.fields), flow: builtin.flow };
  const judged = await judge(invocation, analysis);
  // What an error message holds is not only names.
  if (node.redirects.some(({ operator }) => operator === '>&' || operator === '&>')) analysis.printsNames = false;
  return { text: print(judged.fields), flow: either(state) };
}

/** The one file that `<` gives the command; undefined if there is none, or more than that. */
async function inputFile(node: Command, state: ShellState, analysis: Analysis): Promise<string | undefined> {
  const inputs = node.redirects.filter(({ operator }) => operator.startsWith('<'));
  const [only] = inputs;
  if (inputs.length !== 1 || only?.type !== 'Redirect' || only.operator !== '<' || only.descriptor !== undefined)
    return undefined;
  if (only.target === undefined) return undefined;
  const [file, ...more] = await expandWord(only.target, state, analysis);
  return more.length === 0 && file?.kind === 'known' ? textOf(inSandbox(file, analysis)) : undefined;
}

async function readFields(node: Command, state: ShellState, analysis: Analysis): Promise<Field[]> {
  const fields: Field[] = [];
  const words: CommandArgument[] = node.name === undefined ? [...node.args] : [node.name, ...node.args];
  for (const word of words) {
    if (fields.length > wordsMax) throw new UnclearCommand(`a command has more than ${wordsMax} words; split it`);
    const plain = word.type === 'Word' ? plainWord(word) : undefined;
    if (plain !== undefined) fields.push(plain);
    else if (word.type === 'Word') fields.push(...(await expandWord(word, state, analysis)));
    else {
      const { name, value } = await readAssignment(word, state, analysis);
      fields.push(
        value.kind === 'known'
          ? known(`${name}=${value.text}`)
          : { ...value, text: `${printField(known(`${name}=`))}${value.text}` },
      );
    }
  }
  return fields;
}

interface Assigned {
  readonly name: string;
  readonly value: Field;
}

async function readAssignments(node: Command, state: ShellState, analysis: Analysis): Promise<Assigned[]> {
  const assigned: Assigned[] = [];
  let during = state;
  for (const part of node.prefix) {
    if (part.type !== 'Assignment') continue;
    const { name, value } = await readAssignment(part, during, analysis);
    assigned.push({ name, value });
    during = assign(during, name, value, false);
  }
  return assigned;
}

async function readAssignment(node: Assignment, state: ShellState, analysis: Analysis): Promise<Assigned> {
  const { name, value } = node;
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || node.index !== undefined || value.type === 'ArrayValue') {
    throw new UnclearCommand(`the array \`${name}\` is not followed; use plain variables or write the words out`);
  }
  const read = await expandText(value, state, analysis);
  if (node.append !== true) return { name, value: read };
  const before = state.variables.get(name);
  if (before === undefined || read.kind === 'unknown')
    throw new UnclearCommand(`\`${name}+=\` adds to an unknown value`);
  return { name, value: known(before + read.text) };
}
