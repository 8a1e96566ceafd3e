// What a call leaves belongs to the owner of the workspace, often root: a setuid file would be a way to their rights for
// every user of this machine.

import { chmodSync, lstatSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { disarm } from '../../src/sandbox/container/disarm.ts';
import { containerBench, outputOf } from '../fixtures/container-bench.ts';

const bench = containerBench('setuid');
afterAll(() => bench.close());

const bitsOf = (path: string): number => lstatSync(path).mode & 0o7777;

test('a setuid file does not outlive its call, which has failed', async () => {
  const workspace = bench.workspace();
  const command = 'mkdir -p a/b; cp /bin/cat a/b/cat; chmod 6755 a/b/cat; cp /bin/id id; chmod 4111 id; chmod 2700 a/b';
  const outcome = await bench.run(command, workspace, { write: ['.'] });
  expect(outcome).toMatchObject({ kind: 'failed', because: expect.stringMatching(/a\/b\/cat.*setuid/) });
  expect(bitsOf(join(workspace, 'a/b/cat'))).toBe(0o755);
  expect(bitsOf(join(workspace, 'id'))).toBe(0o111);
});

test('a name that is no text and holds line breaks hides no setuid file', async () => {
  const workspace = bench.workspace();
  const command = `python3 -c 'import os; n = b"\\xff\\n*"; open(n, "w").close(); os.chmod(n, 0o4755)'`;
  expect(await bench.run(command, workspace, { write: ['.'] })).toMatchObject({ kind: 'failed' });
  expect(outputOf(await bench.run('find . -perm /6000', workspace, { read: ['.'] }))).toBe('');
});

test('what was setuid before and was left alone stays so, and no link is followed', async () => {
  const workspace = bench.workspace();
  const outside = join(bench.workspace(), 'program');
  mkdirSync(join(workspace, 'bin'));
  for (const path of [outside, join(workspace, 'bin/own')]) {
    writeFileSync(path, '');
    chmodSync(path, 0o4755);
  }
  symlinkSync(outside, join(workspace, 'bin/link'));
  expect(await disarm([workspace], Date.now() + 60_000)).toEqual([]);
  utimesSync(join(workspace, 'bin/own'), 0, 0);
  expect(await disarm([workspace], Date.now())).toEqual([join(workspace, 'bin/own')]);
  expect(bitsOf(outside)).toBe(0o4755);
});
