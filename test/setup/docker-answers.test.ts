// Whether an engine answers, asked of servers that answer as an engine would, badly, or not at all.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const script = join(import.meta.dirname, '../../scripts/docker-answers.mjs');

async function exitOf(listener: RequestListener | undefined, ...args: readonly string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-answers-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const socket = join(folder, 'docker.sock');
  if (listener !== undefined) {
    const server = createServer(listener).listen(socket);
    onTestFinished(() => void server.close());
    await once(server, 'listening');
  }
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, DOCKER_HOST: `unix://${socket}` },
    stdio: 'ignore',
  });
  const [code] = await once(child, 'exit');
  return code;
}

const status =
  (code: number): RequestListener =>
  (_request, response) => {
    response.writeHead(code).end('{}');
  };

test('no socket: no engine', async () => expect(await exitOf(undefined)).toBe(1));
test('a server in trouble is no engine', async () => expect(await exitOf(status(503))).toBe(1));
test('a connection that is dropped is no engine', async () =>
  expect(await exitOf((request) => void request.socket.destroy())).toBe(1));
test('an engine without the image', async () => expect(await exitOf(status(404), 'sallyport-sandbox:1')).toBe(3));
test('an engine', async () => expect(await exitOf(status(200))).toBe(0));
test('an engine with the image, asked for by its name and tag', async () => {
  const asked: string[] = [];
  const code = await exitOf((request, response) => {
    asked.push(request.url ?? '');
    response.end('{}');
  }, 'sallyport-sandbox:1');
  expect(code).toBe(0);
  expect(asked).toEqual(['/images/sallyport-sandbox%3A1/json']);
});
