// A name is any bytes to Linux, and text to rules, mounts and the engine. What is closed by name must not come into sight,
// nor be made, because its name, or that of a directory above it, is no text.

import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { containerBench, outputOf } from '../fixtures/container-bench.ts';

const bench = containerBench('name-without-text');
afterAll(() => bench.close());

const exceptions = { exceptRead: ['**/.env', '**/*.pem'], exceptWrite: ['**/.env', '**/hooks/**'] };
const reading = { read: ['.'], write: [], ...exceptions };
const writing = { read: ['.'], write: ['.'], ...exceptions };

/** A path of bytes. */
const below = (workspace: string, ...parts: readonly (string | number)[]): Buffer =>
  Buffer.concat([workspace, '/', ...parts].map((part) => Buffer.from(typeof part === 'string' ? part : [part])));

test('a closed file below a directory whose name is no text refuses the call', async () => {
  const workspace = bench.workspace();
  mkdirSync(below(workspace, 'caf', 0xe9, '/inner'), { recursive: true });
  writeFileSync(below(workspace, 'caf', 0xe9, '/inner/.env'), 'not for the model');
  const outcome = await bench.run('cat */*/.env', workspace, reading);
  expect(outcome).toMatchObject({ kind: 'failed', facts: { started: false } });
  expect(outcome).toMatchObject({ because: expect.stringContaining('is not text') });
});

test('a closed file whose own name is no text refuses the call', async () => {
  const workspace = bench.workspace();
  writeFileSync(below(workspace, 'key', 0xff, '.pem'), 'not for the model');
  const outcome = await bench.run('cat *.pem', workspace, reading);
  expect(outcome).toMatchObject({ kind: 'failed', because: expect.stringContaining('rename') });
});

test('what a rule closes and a call makes under such a name fails the call, and refuses the next one', async () => {
  const workspace = bench.workspace();
  const make = `mkdir -p $'a\\xff/hooks' && echo evil > $'a\\xff/hooks/pre-commit'`;
  const made = await bench.run(make, workspace, writing);
  expect(made).toMatchObject({ kind: 'failed', because: expect.stringMatching(/hooks.* was made or replaced/) });
  expect(await bench.run('true', workspace, writing)).toMatchObject({ kind: 'failed', facts: { started: false } });
});

test('names that are no text, and names that look like one, do not stand in the way where nothing is closed', async () => {
  const workspace = bench.workspace();
  mkdirSync(below(workspace, 'caf', 0xe9));
  writeFileSync(below(workspace, 'caf', 0xe9, '/menu'), 'soup');
  writeFileSync(below(workspace, 'odd\ufffd.txt'), 'fine');
  mkdirSync(below(workspace, 'odd\ufffd'));
  writeFileSync(below(workspace, 'odd\ufffd/.env'), 'not for the model');
  expect(outputOf(await bench.run('cat */menu odd*.txt', workspace, writing))).toBe('soupfine');
  expect(await bench.run('cat odd*/.env', workspace, writing)).toMatchObject({
    kind: 'failed',
    output: expect.stringContaining('Permission denied'),
  });
});
