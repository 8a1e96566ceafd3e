// One simple command: assignments, words, redirections. Judged as the words that the program gets, and printed as them.

import type { ArrayValue, Assignment, Command, CommandArgument } from 'unbash';
import type { Analysis } from './analysis.ts';
import { evaluateBuiltin } from './builtins.ts';
import { assign, isHarmlessAssignment, isInEnvironment, spell } from './environment.ts';
import { exactText, type Field, known, printField, textOf, unknownWord } from './field.ts';
import { evaluateCall } from './functions.ts';
import { inSandbox } from './host-spelling.ts';
import { judge } from './judge.ts';
import { quoteWord } from './quote.ts';
import { printRedirections } from './redirection.ts';
import type { Evaluated } from './script.ts';
import { either, type ShellState, withoutVariables } from './shell-state.ts';
import { UnclearCommand } from './unclear-command.ts';
import { expandText, expandWord, plainWord } from './word.ts';

const wordsMax = 2_000;
const keepers = new Set(': break continue export readonly return set shift times trap unset'.split(' '));

/** Reads a simple command. */
export async function evaluateSimpleCommand(node: Command, state: ShellState, analysis: Analysis): Promise<Evaluated> {
  analysis.printsNames = false;
  analysis.ran = undefined;
  const fields = await readFields(node, state, analysis);
  const assigned = await readAssignments(node, state, analysis);
  const redirections = await printRedirections(node.redirects, state, analysis);
  const isFed = node.redirects.some(({ operator }) => operator.startsWith('<'));
  const inner: ShellState = isFed ? { ...state, readsNames: false } : state;
  const prefix = assigned.map(printAssigned);

  if (fields.length === 0) {
    const after = assigned.reduce((before, assignment) => assignAny(before, assignment), state);
    analysis.printsNames = false;
    analysis.ran = undefined;
    return { text: `${prefix.join(' ')}${redirections}`.trimStart(), flow: either(after) };
  }
  for (const { name, value, elements } of assigned) {
    if (elements !== undefined) throw new UnclearCommand(`the array \`${name}\` before a command reaches nothing`);
    if (value.kind === 'unknown' && !isHarmlessAssignment(name, ''))
      analysis.addOpaque(`${name}=${value.text}`, value.why);
  }
  // POSIX keeps them afterwards, as if they stood alone; bash does not.
  const kept = assigned.find(({ name, value }) => !isHarmlessAssignment(name, textOf(value)));
  if (kept !== undefined && keepers.has(textOf(fields[0])))
    throw new UnclearCommand(`some shells keep \`${kept.name}\` after \`${textOf(fields[0])}\`; assign it on its own`);
  // What the shell does by itself looks at none of them.
  const isByShell =
    !state.functions.has(textOf(fields[0])) &&
    /^(?:echo|printf|test|\[|true|false|:)$/.test(exactText(fields[0]) ?? '');
  const assignments = isByShell
    ? []
    : [
        ...[...state.carried].flatMap(([name, text]) => (name === 'IFS' ? [] : [text])),
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
    // They reach everything that the body runs, which was judged without them.
    if (!assigned.every(({ name: variable, value }) => isHarmlessAssignment(variable, textOf(value))))
      throw new UnclearCommand(`variables are set for the call of the function \`${name}\`; set them inside it`);
    analysis.add({
      kind: 'run',
      argv: fields.map(spell),
      assignments,
      spellings: [],
      outside: [],
      standing: 'implied',
    });
    const call = await evaluateCall(called, fields, print, inner, analysis);
    analysis.printsNames = false;
    analysis.ran = undefined;
    return call;
  }
  const builtin = await evaluateBuiltin(invocation, node.redirects.length > 0, analysis);
  // What an error message holds is neither only names nor of a known shape.
  const isMixed = node.redirects.some(({ operator }) => operator === '>&' || operator === '&>');
  const words = fields.map(exactText).filter((word) => word !== undefined);
  const ran = !isMixed && assignments.length === 0 && words.length === fields.length ? words : undefined;
  if (builtin !== undefined) {
    analysis.ran = ran;
    return { text: print(builtin.fields), flow: builtin.flow };
  }
  const judged = await judge(invocation, analysis);
  analysis.ran = ran;
  if (isMixed) analysis.printsNames = false;
  // `printf -v` may have changed any variable.
  const isPlain = name !== 'printf' || /^[^-]/.test(exactText(fields[1]) ?? '-');
  return { text: print(judged.fields), flow: either(isPlain ? state : withoutVariables(state)) };
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
      const { name, value, elements } = await readAssignment(word, state, analysis);
      if (elements !== undefined)
        throw new UnclearCommand(`the array \`${name}\` is declared; assign it without a command`);
      fields.push(
        value.kind === 'known'
          ? {
              ...value,
              text: `${name}=${value.text}`,
              printed: value.printed && `${printField(known(`${name}=`))}${value.printed}`,
            }
          : {
              ...value,
              text: `${printField(known(`${name}=`))}${value.text}`,
              lead: `${name}=${value.lead}`,
              nature: 'any',
            },
      );
    }
  }
  return fields;
}

interface Assigned {
  readonly name: string;
  readonly value: Field;
  /** The elements if it is an array. */
  readonly elements: readonly string[] | undefined;
}

const printAssigned = ({ name, value, elements }: Assigned): string =>
  `${name}=${elements === undefined ? printField(value) : `(${elements.map(quoteWord).join(' ')})`}`;

function assignAny(state: ShellState, { name, value, elements }: Assigned): ShellState {
  if (elements === undefined) return assign(state, name, value, false);
  const after = assign(state, name, unknownWord('', 'it is an array'), false);
  return { ...after, arrays: new Map([...after.arrays, [name, elements]]) };
}

async function readAssignments(node: Command, state: ShellState, analysis: Analysis): Promise<Assigned[]> {
  const assigned: Assigned[] = [];
  let during = state;
  for (const part of node.prefix) {
    if (part.type !== 'Assignment') continue;
    analysis.countAssignment();
    const one = await readAssignment(part, during, analysis);
    assigned.push(one);
    during = assignAny(during, one);
  }
  return assigned;
}

async function readAssignment(node: Assignment, state: ShellState, analysis: Analysis): Promise<Assigned> {
  const { name, value } = node;
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || node.index !== undefined) {
    throw new UnclearCommand(`the array \`${name}\` is not followed; use plain variables or write the words out`);
  }
  if (value.type === 'ArrayValue') return readArray(node, value, state, analysis);
  const read = await expandText(value, state, analysis);
  if (node.append !== true) return { name, value: read, elements: undefined };
  const before = state.variables.get(name);
  const added = exactText(read);
  if (before === undefined || added === undefined) throw new UnclearCommand(`\`${name}+=\` adds to an unknown value`);
  return { name, value: known(before + added), elements: undefined };
}

/** `name=(…)` with known elements; an element that starts with `[` would be a subscript, which a shell evaluates. */
async function readArray(
  { name, append }: Assignment,
  { elements: words }: ArrayValue,
  state: ShellState,
  analysis: Analysis,
): Promise<Assigned> {
  const elements: string[] = append === true ? [...(state.arrays.get(name) ?? [])] : [];
  const isKnownBefore = append !== true || state.arrays.has(name);
  for (const word of words) {
    for (const field of await expandWord(word, state, analysis)) elements.push(exactText(field) ?? '[');
  }
  const isPlain = isKnownBefore && state.dialect === 'bash' && !isInEnvironment(name) && !state.carried.has(name);
  if (!isPlain || elements.length > wordsMax || elements.some((element) => element.startsWith('[')))
    throw new UnclearCommand(`the array \`${name}\` is not followed; use plain variables or write the words out`);
  return { name, value: known(''), elements };
}
