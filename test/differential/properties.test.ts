// What holds for every command line, whatever it does: reading the printed form again changes nothing, how words are quoted
// does not matter, and a composition has the effects of its parts.

import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import type { Effect } from '../../src/kernel/types.ts';
import { type CommandReading, classifyCommand } from '../../src/policy/classify/command/classify-command.ts';
import { commandLine } from './command-lines.ts';
import { linesOf } from './line-grammar.ts';
import { quoted, spelled } from './spelling.ts';
import { makeWorkspace } from './workspace.ts';

/** The same lines in every run; another seed looks at others. */
const seed = Number(process.env.SALLYPORT_TEST_SEED ?? 20_261_121);

const place = makeWorkspace();
afterAll(() => rmSync(place.workspace, { recursive: true }));

const read = (command: string): Promise<CommandReading> => classifyCommand({ command }, place);
const keys = (effects: readonly Effect[]): string[] =>
  effects.map(({ standing: _standing, ...effect }) => JSON.stringify(effect)).sort();
const runs = (numRuns: number): { numRuns: number; seed: number } => ({ numRuns, seed });

test('reading what was printed prints the same, with the same effects', async () => {
  let understood = 0;
  await fc.assert(
    fc.asyncProperty(commandLine, async (line) => {
      const reading = await read(line);
      if (reading.kind === 'unclear' || !('command' in reading.args)) return;
      understood += 1;
      expect(await read(reading.args.command)).toStrictEqual(reading);
    }),
    runs(400),
  );
  expect(understood).toBeGreaterThan(150);
});

const text = fc.oneof(
  fc.constantFrom(
    'a.txt',
    '.env',
    '-n',
    '--',
    'x y.txt',
    "it's",
    '$X',
    '*',
    '~',
    '',
    ';',
    '{a,b}',
    '/etc/passwd',
    'a=b',
    '!',
  ),
  fc.stringMatching(/^[ -~]{1,8}$/),
);
const program = fc.constantFrom(
  'cat',
  'ls',
  'grep',
  'probe',
  'sed',
  'git',
  'env',
  'find',
  'xargs',
  'tee',
  'cp',
  'sort',
);

test('how the words of a command are quoted does not change its effects', async () => {
  const twice = fc
    .tuple(program, fc.array(text, { maxLength: 4 }))
    .chain(([name, words]) =>
      fc.tuple(fc.constant([name, ...words].map(quoted).join(' ')), fc.tuple(...[name, ...words].map(spelled))),
    );
  await fc.assert(
    fc.asyncProperty(twice, async ([plain, words]) => {
      expect(await read(words.join(' '))).toStrictEqual(await read(plain));
    }),
    runs(400),
  );
});

test('a composition has every effect of its parts', async () => {
  const compose = fc.constantFrom(
    (a: string, b: string) => `{ ${a}\n}; ${b}`,
    (a: string, b: string) => `{ ${a}\n} && { ${b}\n}`,
    (a: string, b: string) => `{ ${a}\n} || ( ${b}\n)`,
    (a: string, b: string) => `{ ${a}\n} | { ${b}\n}`,
    (a: string, b: string) => `{ ${a}\n} & ${b}`,
    (a: string, b: string) => `if ${a}\nthen ${b}\nfi`,
    (a: string, b: string) => `case x in y) ${a}\n;; *) ${b}\n;; esac`,
  );
  // What changes the shell for the part after it is another command there.
  const still = linesOf('reading').filter(
    (line) => !/[=(]|\b(?:cd|set|read|unset|eval|exec|export|alias|source|readonly)\b|^\. /.test(line),
  );
  let composed = 0;
  await fc.assert(
    fc.asyncProperty(still, still, compose, async (left, right, build) => {
      const [a, b, both] = [await read(left), await read(right), await read(build(left, right))];
      if (a.kind === 'unclear' || b.kind === 'unclear' || both.kind === 'unclear') return;
      composed += 1;
      expect(keys(both.effects)).toEqual(expect.arrayContaining([...keys(a.effects), ...keys(b.effects)]));
    }),
    runs(300),
  );
  expect(composed).toBeGreaterThan(150);
});
