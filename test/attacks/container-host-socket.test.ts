// A service of this machine listens on a socket inside the workspace: a container without network would reach it, because
// neither a read-only mount nor a missing network keeps a program from a socket it can see.

import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { containerBench, outputOf } from '../fixtures/container-bench.ts';

const bench = containerBench('host-socket');
afterAll(() => bench.close());

test('a service that listens inside the workspace is not reached from a container', async () => {
  const workspace = bench.workspace();
  let visits = 0;
  const server = createServer((socket) => {
    visits += 1;
    socket.end('welcome');
  });
  await new Promise<void>((resolve) => server.listen(join(workspace, 'service.sock'), resolve));
  const ask = 'import socket; s = socket.socket(socket.AF_UNIX); s.connect("service.sock"); print(s.recv(9))';
  const outcome = await bench.run(['python3', '-c', ask], workspace, { read: ['.'], write: ['.'] });
  server.close();
  expect(outputOf(outcome)).toMatch(/Error/);
  expect(visits).toBe(0);
});
