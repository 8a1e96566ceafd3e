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

test('no file can be made setuid or setgid, by whatever call', async () => {
  const workspace = bench.workspace();
  const command = [
    'mkdir -p a/b; cp /bin/cat a/b/cat; chmod 6755 a/b/cat; cp /bin/id id; chmod 4111 id; chmod g+s id; install -m 4755 id in',
    `python3 -c '
import ctypes, os
def tried(work):
    try: work(); print("made")
    except OSError as error: print(error.errno)
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *words):
    if libc.syscall(number, *words) < 0: raise OSError(ctypes.get_errno(), "")
fd = os.open("f", os.O_CREAT | os.O_WRONLY, 0o755)
tried(lambda: os.fchmod(fd, 0o4755))
tried(lambda: os.close(os.open("g", os.O_CREAT, 0o4755)))
tried(lambda: os.close(os.open(".", os.O_TMPFILE | os.O_WRONLY, 0o2755)))
tried(lambda: os.mknod("h", 0o104755))
tried(lambda: call(85, b"i", 0o4755))
tried(lambda: call(452, -100, b"f", 0o4755, 0))
tried(lambda: call(437, -100, b"j", (ctypes.c_uint64 * 3)(0o101, 0o4755, 0), 24))
'`,
  ].join('\n');
  const outcome = await bench.run(command, workspace, { write: ['.'] });
  expect(outputOf(outcome).match(/^\d+$/gm)).toEqual(['1', '1', '1', '1', '1', '1', '38']);
  expect(outputOf(outcome)).not.toMatch(/^made$/m);
  expect(outputOf(outcome).match(/Operation not permitted/g)).toHaveLength(4);
  expect(outputOf(await bench.run('find . -perm /6000', workspace, { read: ['.'] }))).toBe('');
  expect(bitsOf(join(workspace, 'a/b/cat'))).toBe(0o755);
});

test('the numbers of another ABI lead past no filter', async () => {
  const workspace = bench.workspace();
  const x32 = 'import ctypes; print(ctypes.CDLL(None).syscall(0x4000005a, b"f", 0o4755))';
  await bench.run(`touch f; python3 -c '${x32}'`, workspace, { write: ['.'] });
  expect(bitsOf(join(workspace, 'f'))).toBe(0o644);
});

test('where the system calls are not filtered, a setuid file is found and disarmed', async () => {
  const workspace = bench.workspace();
  const program = join(workspace, 'cat');
  writeFileSync(program, '');
  chmodSync(program, 0o6755);
  expect(await disarm([workspace], Date.now())).toEqual([program]);
  expect(bitsOf(program)).toBe(0o755);
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
