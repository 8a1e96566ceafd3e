import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createInstance, isInstanceAlive } from '../../src/store/instance.ts';

test('a name nobody can read is not alive', () => {
  for (const name of ['', '{}', 'null', '7', '{"pid":-1}', '{"pid":0}', `{"pid":${process.pid}}`]) {
    expect(isInstanceAlive(name)).toBe(false);
  }
});

test('this process is alive', () => {
  expect(isInstanceAlive(createInstance())).toBe(true);
});

test('another process under the same number, or after another boot, is not the one that was named', () => {
  const instance = JSON.parse(createInstance());
  expect(isInstanceAlive(JSON.stringify({ ...instance, started: '1' }))).toBe(false);
  expect(isInstanceAlive(JSON.stringify({ ...instance, boot: 'another' }))).toBe(false);
});

test('a process that ended is not alive, not even as a zombie', async () => {
  const print = `process.stdout.write(m.createInstance())`;
  const path = JSON.stringify(new URL('../../src/store/instance.ts', import.meta.url).href);
  // The shell starts node, stays its parent and never asks how it ended.
  const script = `"$0" --input-type=module -e '${`import * as m from ${path}; ${print}`}' & exec sleep 60`;
  const parent = spawn('/bin/sh', ['-c', script, process.execPath], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [named] = await once(parent.stdout, 'data');
  const { pid } = JSON.parse(String(named));
  while (!isZombie(pid)) await new Promise((resolve) => setImmediate(resolve));
  expect(isInstanceAlive(String(named))).toBe(false);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
});

function isZombie(pid: number): boolean {
  return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}
