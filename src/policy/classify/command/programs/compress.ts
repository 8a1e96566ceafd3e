// `gzip` and its kin put a file in the place of another: `a.txt` becomes `a.txt.gz`, and back.

import type { Analysis } from '../analysis.ts';
import { examinePath } from '../examine.ts';
import { textOf } from '../field.ts';
import type { Invocation } from '../invocation.ts';
import type { Findings } from '../judge.ts';
import { judgeDescribed } from '../judge-described.ts';
import { readOptions } from '../options.ts';
import { findProgram } from '../programs.ts';

const suffixes: Readonly<Record<string, string>> = {
  gzip: '.gz',
  gunzip: '.gz',
  bzip2: '.bz2',
  bunzip2: '.bz2',
  xz: '.xz',
  unxz: '.xz',
  lzma: '.lzma',
  unlzma: '.lzma',
  zstd: '.zst',
  unzstd: '.zst',
  lz4: '.lz4',
  unlz4: '.lz4',
};

/** The programs that this file reads. */
export const compressors: readonly string[] = Object.keys(suffixes);

const onlyReads = new Set('-c --stdout --to-stdout -l --list -t --test -V --version --help'.split(' '));

/** Reads the words of a program that compresses files, or the other way. */
export async function readCompressor(invocation: Invocation, findings: Findings, analysis: Analysis): Promise<void> {
  const { fields, state } = invocation;
  const name = textOf(fields[0]).replace(/^.*\//, '');
  const program = findProgram(name);
  if (program === undefined) return;
  await judgeDescribed(invocation, program, findings, analysis);
  const words = readOptions(fields, program);
  if (words.some(({ option }) => onlyReads.has(option))) return;
  const stated = words.find(({ option }) => option === '-S' || option === '--suffix');
  const suffix = stated === undefined ? (suffixes[name] ?? '') : textOf(stated.value);
  for (const { option, value, index } of words) {
    const text = textOf(value);
    if (option !== '' || text === '' || text === '-') continue;
    const isPacked = text.endsWith(suffix) && text !== suffix;
    const other = isPacked ? text.slice(0, -suffix.length) : `${text}${suffix}`;
    for (const path of [text, other]) {
      if (await examinePath(path, 'write', state, analysis)) findings.outside.add(index);
    }
  }
}
