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

/** Reads all words after the first. */
export function readOptions(fields: readonly Field[], program: Program): ReadWord[] {
  const words: ReadWord[] = [];
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
  }
  return words;
}

const takesValue = (use: WordUse): boolean => use !== 'flag';

function readLong(text: string, index: number, program: Program): ReadWord[] {
  const equals = text.indexOf('=');
  const option = equals < 0 ? text : text.slice(0, equals);
  const value = equals < 0 ? undefined : known(text.slice(equals + 1));
  const exact = program.options.get(option);
  if (exact !== undefined) return [{ index, option, use: exact, value, isUnknown: false }];
  const candidates = option.length < 3 ? [] : [...program.options].filter(([name]) => name.startsWith(option));
  const dangerous = candidates.find(([, use]) => use === 'code' || use === 'shell' || use === 'write');
  const [name, use] = dangerous ?? candidates[0] ?? [option, undefined];
  return [
    { index, option: name, use: use ?? (value === undefined ? 'flag' : 'any'), value, isUnknown: use === undefined },
  ];
}

function readCluster(text: string, index: number, program: Program): ReadWord[] {
  const words: ReadWord[] = [];
  for (let at = 1; at < text.length; at++) {
    const option = `-${text[at]}`;
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
