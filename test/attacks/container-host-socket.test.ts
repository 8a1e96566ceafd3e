// A service of this machine listens on a socket inside the workspace: a container without network would reach it, because
// neither a read-only mount nor a missing network keeps a program from a socket it can see.

import { spawn } from 'node:child_process';
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { containerBench, outputOf } from '../fixtures/container-bench.ts';

const bench = containerBench('host-socket');
afterAll(() => bench.close());

const ask = (path: string) =>
  `python3 -c 'import socket; s = socket.socket(socket.AF_UNIX); s.connect("${path}"); print(s.recv(9))'`;

/** A service of this machine that listens in `directory`; `path` is read from there. */
async function serviceIn(directory: string, path: string): Promise<{ visits: () => number; end: () => void }> {
  const program = `const server = require('node:net').createServer((socket) => { process.send('visit'); socket.end('welcome'); });
    server.listen(${JSON.stringify(path)}, () => process.send('ready'));`;
  let visits = 0;
  const service = spawn(process.execPath, ['-e', program], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  await new Promise((resolve) => service.once('message', resolve));
  service.on('message', () => {
    visits += 1;
  });
  return { visits: () => visits, end: () => void service.kill() };
}

test('a service that listens inside the workspace is not reached from a container', async () => {
  const workspace = bench.workspace();
  const service = await serviceIn(workspace, join(workspace, 'service.sock'));
  const outcome = await bench.run(`${ask('service.sock')} 2>&1; true`, workspace, { read: ['.'], write: ['.'] });
  service.end();
  expect(outputOf(outcome)).toMatch(/Error/);
  expect(service.visits()).toBe(0);
});

test('one that was bound by a name which counts from the service itself is not reached', async () => {
  const workspace = bench.workspace();
  mkdirSync(join(workspace, 'deep/er'), { recursive: true });
  const service = await serviceIn(join(workspace, 'deep'), 'er/service.sock');
  const outcome = await bench.run(`${ask('deep/er/service.sock')} 2>&1; true`, workspace, { read: ['.'], write: [] });
  service.end();
  expect(outputOf(outcome)).toMatch(/PermissionError/);
  expect(service.visits()).toBe(0);
});

test('one that was given another name after it was bound is not reached', async () => {
  const workspace = bench.workspace();
  const service = await serviceIn(workspace, join(workspace, '.new.sock'));
  renameSync(join(workspace, '.new.sock'), join(workspace, 'service.sock'));
  const outcome = await bench.run(`${ask('service.sock')} 2>&1; true`, workspace, { read: ['.'], write: [] });
  service.end();
  expect(outputOf(outcome)).toMatch(/PermissionError/);
  expect(service.visits()).toBe(0);
});

test('a socket that nobody listens on any more is an ordinary file of the call', async () => {
  const workspace = bench.workspace();
  const bind = `import socket; socket.socket(socket.AF_UNIX).bind("left.sock")`;
  outputOf(await bench.run(`python3 -c '${bind}'`, workspace, { read: ['.'], write: ['.'] }));
  outputOf(await bench.run('rm left.sock', workspace, { read: ['.'], write: ['.'] }));
});
