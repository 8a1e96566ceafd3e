// `tar`: its first word may be a bundle of options without a dash (`tar xzf`), where values follow in order. What it makes, an
// archive or files in a directory, is written.

import type { Analysis } from '../analysis.ts';
import { spell } from '../environment.ts';
import { examinePath } from '../examine.ts';
import { type Field, textOf } from '../field.ts';
import type { Invocation } from '../invocation.ts';
import type { Findings } from '../judge.ts';
import { judgeDescribed } from '../judge-described.ts';
import { readOptions } from '../options.ts';
import { findProgram } from '../programs.ts';

const harmlessLetters = /^[cxtruAdvzjJZapmkOPhSwWfCTXbgN]+$/;

/** Reads the words of `tar`. */
export async function readTar(invocation: Invocation, findings: Findings, analysis: Analysis): Promise<void> {
  const { fields, state } = invocation;
  const program = findProgram('tar');
  if (program !== undefined) await judgeDescribed(invocation, program, findings, analysis);
  const bundle = textOf(fields[1]);
  if (fields.length > 1 && !bundle.startsWith('-') && !harmlessLetters.test(bundle)) {
    analysis.addOpaque(
      fields.map(spell).join(' '),
      `the options \`${bundle}\` of \`tar\` are not known, or run a program`,
    );
  }
  const options = bundle.startsWith('-') ? dashed(fields) : bundled(fields);
  const has = (names: string): boolean => options.some(({ option }) => names.split(' ').includes(option));
  const valuesOf = (names: string): readonly string[] =>
    options.flatMap(({ option, value }) => (names.split(' ').includes(option) && value !== '' ? [value] : []));
  // A colon before any slash names another machine, which `tar` asks through a program of its own.
  for (const archive of valuesOf('-f --file')) {
    if (/^[^/]*:/.test(archive))
      analysis.addOpaque(archive, '`tar` would fetch the archive from there; write `./` before the name of a file');
  }
  if (has('-c -r -u -A --create --append --update --catenate --concatenate --delete')) {
    for (const archive of valuesOf('-f --file')) await examinePath(archive, 'write', state, analysis);
    return;
  }
  for (const archive of valuesOf('-f --file')) await examinePath(archive, 'read', state, analysis);
  if (has('-x --extract --get') && !has('-O --to-stdout')) {
    const directories = valuesOf('-C --directory');
    for (const directory of directories.length === 0 ? ['.'] : directories)
      await examinePath(directory, 'write', state, analysis);
  }
}

interface TarOption {
  readonly option: string;
  readonly value: string;
}

function dashed(fields: readonly Field[]): readonly TarOption[] {
  const program = findProgram('tar');
  if (program === undefined) return [];
  return readOptions(fields, program).map(({ option, value }) => ({ option, value: textOf(value) }));
}

/** The letters of the bundle; those that take a value have the words after it in order. */
function bundled(fields: readonly Field[]): readonly TarOption[] {
  let next = 2;
  return [...textOf(fields[1])].map((letter) => {
    if (!'fCbXTgKLNHVIF'.includes(letter)) return { option: `-${letter}`, value: '' };
    next += 1;
    return { option: `-${letter}`, value: textOf(fields[next - 1]) };
  });
}
