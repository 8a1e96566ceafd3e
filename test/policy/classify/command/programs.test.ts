// The table of described programs: whatever it calls dangerous is caught in every spelling that programs accept.

import { expect, test } from 'vitest';
import type { Program } from '../../../../src/policy/classify/command/describe.ts';
import { programs } from '../../../../src/policy/classify/command/programs.ts';
import { findReader } from '../../../../src/policy/classify/command/readers.ts';
import { read, refusal } from './workspace.ts';

interface Case {
  readonly words: readonly string[];
  readonly option: string;
  readonly program: Program;
}

const dangerous = new Set(['code', 'beyond', 'shell']);

function casesOf(words: readonly string[], program: Program): readonly Case[] {
  const own = [...program.options]
    .filter(([option, use]) => dangerous.has(use) && option.startsWith('-'))
    .map(([option]) => ({ words, option, program }));
  return [...own, ...[...program.commands].flatMap(([name, inner]) => casesOf([...words, name], inner))];
}

/** Programs with a reader of their own have corpora of their own. */
const described = [...programs].filter(([name]) => findReader(name) === undefined);
const cases = described.flatMap(([name, program]) => casesOf([name], program));

/** `--exec x`, `--exec=x`, `--exe=x`; `-e x`, `-ex`, and in a cluster after each letter without a value. */
function spellings({ option, program }: Case): readonly (readonly string[])[] {
  if (option.includes('=')) return [[option]];
  if (/[,:-]$/.test(option)) return [[`${option}x`]];
  const isLong = option.startsWith('--') || program.hasLongDash;
  if (!isLong && option.length > 2) return [[option, 'rm x']];
  if (isLong) {
    const isAlone = [...program.options.keys()].filter((name) => name.startsWith(option.slice(0, -1))).length === 1;
    const shortened = option.startsWith('--') && isAlone && option.length > 6 ? [[`${option.slice(0, -1)}=rm x`]] : [];
    return [[option, 'rm x'], [`${option}=rm x`], ...shortened];
  }
  const flags = [...program.options].filter(([name, use]) => use === 'flag' && /^-[A-Za-z]$/.test(name)).slice(0, 3);
  return [[option, 'rm x'], [`${option}rm x`], ...flags.map(([flag]) => [`${flag}${option.slice(1)}`, 'rm x'])];
}

test('every dangerous option of the table is caught in each spelling of it', async () => {
  const allowed: string[] = [];
  for (const one of cases) {
    for (const spelling of spellings(one)) {
      const argv = [...one.words, ...spelling];
      const run = [`${one.words[0]} *`];
      if ((await refusal({ argv }, { run, read: ['.'], write: [], deny: [] })) === '') allowed.push(argv.join(' '));
    }
  }
  expect(allowed).toEqual([]);
});

test('the table has not shrunk', () => {
  expect(programs.size).toBeGreaterThan(500);
  expect(cases.length).toBeGreaterThan(1_500);
});

test('an operand that starts a program is judged like a command of its own', async () => {
  const starters = described.filter(
    ([, program]) => program.operands[0] === 'program' && program.wrapping !== 'spelling',
  );
  expect(starters.length).toBeGreaterThan(15);
  for (const [name] of starters) {
    const run = [`${name} *`];
    expect(await refusal({ argv: [name, 'rm', 'x'] }, { run, read: ['.'], write: [], deny: [] }), name).not.toBe('');
  }
});

test('what a shell on another machine reads is opaque where only a sample of it is known', async () => {
  const reading = await read('ssh web1 "ls; echo $(nproc)"');
  const kinds = reading.kind === 'understood' ? reading.effects.map(({ kind }) => kind) : ['opaque'];
  expect(kinds).toContain('opaque');
});
