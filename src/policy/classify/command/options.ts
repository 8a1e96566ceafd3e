// Cuts the words of a described program into options, their values and operands: `--name=value`, `--name value`, shortened
// long options, glued short ones, `--`. In doubt a word is read as the more dangerous thing.

import type { Program, WordUse } from './describe.ts';
import { type Field, known, textOf } from './field.ts';

/** One word, or the value in it, and what the program does with it. */
export interface ReadWord {
  /** Position in the words of the command. */
  readonly index: number;
  /** The option that the word is or belongs to; empty for operands. */
  readonly option: string;
  readonly use: WordUse;
  /** The value; the operand itself for operands. Nothing for an option without value. */
  readonly value: Field | undefined;
  /** True if the description does not have this option. */
  readonly isUnknown: boolean;
}

/** The words of a command, and the description that its subcommand has, or the program itself. */
export interface ReadCommand {
  readonly words: readonly ReadWord[];
  readonly program: Program;
}

/** Reads all words after the first. */
export const readOptions = (fields: readonly Field[], program: Program): readonly ReadWord[] =>
  readCommand(fields, program).words;

/** Reads all words after the first; each subcommand goes on with a description of its own. */
export function readCommand(fields: readonly Field[], described: Program): ReadCommand {
  const words: ReadWord[] = [];
  let program = described;
  let isSubcommandNext = program.commands.size > 0;
  let operands = 0;
  let onlyOperands = false;
  for (let index = 1; index < fields.length; index++) {
    const field = fields[index];
    if (field === undefined) break;
    const text = textOf(field);
    if (text === '--' && !onlyOperands) {
      onlyOperands = true;
      continue;
    }
    if (!onlyOperands && text.startsWith('+') && program.options.has('+')) {
      words.push({ index, option: '+', use: 'code', value: field, isUnknown: false });
      continue;
    }
    if (onlyOperands || !/^[-+]./.test(text) || (text.startsWith('+') && !program.options.has(text))) {
      if (isSubcommandNext) {
        const command = program.commands.get(text);
        isSubcommandNext = command !== undefined && command.commands.size > 0;
        if (command !== undefined) {
          program = command;
          if (command.isDangerous) words.push({ index, option: '', use: 'beyond', value: field, isUnknown: false });
          continue;
        }
        if (program.hasPlugins) words.push({ index, option: '', use: 'code', value: field, isUnknown: false });
      }
      const use = program.operands[Math.min(operands, program.operands.length - 1)] ?? 'any';
      words.push({ index, option: '', use, value: field, isUnknown: false });
      operands += 1;
      if (use === 'program') break;
      if (program.stopsAtOperand) onlyOperands = true;
      continue;
    }
    const isLong = text.startsWith('--') || program.hasLongDash || program.options.has(text);
    const read = isLong ? readLong(text, index, program) : readCluster(text, index, program);
    const last = read[read.length - 1];
    if (last !== undefined && last.value === undefined && takesValue(last.use)) {
      index += 1;
      read[read.length - 1] = { ...last, value: fields[index], index };
    }
    words.push(...read);
    if (last?.use === 'program') break;
  }
  return { words: withOperands(words, program), program };
}

/** What the operands are once all options are known. */
function withOperands(words: readonly ReadWord[], { replacing, rewriting, operands }: Program): readonly ReadWord[] {
  const has = (options: readonly string[]): boolean => words.some(({ option }) => options.includes(option));
  if (has(rewriting)) return words.map((word) => (word.option === '' ? { ...word, use: 'write' } : word));
  if (!has(replacing)) return words;
  let count = 0;
  return words.map((word) => {
    if (word.option !== '') return word;
    count += 1;
    return { ...word, use: operands[Math.min(count, operands.length - 1)] ?? 'any' };
  });
}

const takesValue = (use: WordUse): boolean => use !== 'flag';
const dangerous: ReadonlySet<WordUse> = new Set(['code', 'beyond', 'shell', 'program', 'config', 'source', 'write']);
const isDangerous = (use: WordUse): boolean => dangerous.has(use);

function readLong(text: string, index: number, program: Program): ReadWord[] {
  const equals = text.indexOf('=');
  const option = equals < 0 ? text : text.slice(0, equals);
  const value = equals < 0 ? undefined : known(text.slice(equals + 1));
  for (const name of [text, option, program.hasLongDash ? option.slice(1) : option]) {
    const use = program.options.get(name);
    if (use !== undefined) return [{ index, option: name, use, value, isUnknown: false }];
  }
  const prefix = program.prefixes.find((name) => text.startsWith(name));
  if (prefix !== undefined) {
    const use = program.options.get(prefix) ?? 'any';
    return [{ index, option: prefix, use, value: known(text.slice(prefix.length)), isUnknown: false }];
  }
  const letter = program.options.get(text.slice(0, 2));
  if (!text.startsWith('--') && letter !== undefined && letter !== 'text' && takesValue(letter))
    return [{ index, option: text.slice(0, 2), use: letter, value: known(text.slice(2)), isUnknown: false }];
  const [name, use] = option.length < 3 ? [option, undefined] : unshortened(option, program);
  return [
    { index, option: name, use: use ?? (value === undefined ? 'flag' : 'any'), value, isUnknown: use === undefined },
  ];
}

/** The option that a shortened one may stand for, the most dangerous first. */
function unshortened(option: string, program: Program): readonly [string, WordUse | undefined] {
  let first: readonly [string, WordUse] | undefined;
  for (const entry of startsOf(program).get(option.slice(0, startLength)) ?? []) {
    if (!entry[0].startsWith(option)) continue;
    if (isDangerous(entry[1])) return entry;
    first ??= entry;
  }
  return first ?? [option, undefined];
}

const startLength = 3;
const starts = new WeakMap<Program, ReadonlyMap<string, readonly (readonly [string, WordUse])[]>>();

/** The options of a program by their first letters: a command can hold thousands that are not known. */
function startsOf(program: Program): ReadonlyMap<string, readonly (readonly [string, WordUse])[]> {
  const before = starts.get(program);
  if (before !== undefined) return before;
  const made = Map.groupBy(program.options, ([name]) => name.slice(0, startLength));
  starts.set(program, made);
  return made;
}

function readCluster(text: string, index: number, program: Program): ReadWord[] {
  const words: ReadWord[] = [];
  for (let at = 1; at < text.length; at++) {
    const isDouble = text[at] === text[at + 1] && program.options.has(`-${text.slice(at, at + 2)}`);
    if (isDouble) at += 1;
    const option = isDouble ? `-${text.slice(at - 1, at + 1)}` : `-${text[at]}`;
    const use = program.options.get(option);
    const rest = text.slice(at + 1);
    if (use !== undefined && takesValue(use)) {
      words.push({ index, option, use, value: rest === '' ? undefined : known(rest), isUnknown: false });
      return words;
    }
    // A letter that is not known may take the rest as its value.
    if (use === undefined && /^[/~=]|^\.\.?\//.test(rest)) {
      words.push({ index, option, use: 'any', value: known(rest.replace(/^=/, '')), isUnknown: true });
      return words;
    }
    words.push({ index, option, use: use ?? 'flag', value: undefined, isUnknown: use === undefined });
  }
  return words;
}
