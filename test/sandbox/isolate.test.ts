import { EventEmitter, once } from 'node:events';
import { readFileSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { defaultSandboxLimits, noGrants } from '../../src/kernel/limits.ts';
import { rehearsal } from '../../src/sandbox/isolate/rehearsal.ts';
import { permitFor } from '../fixtures/permit-for.ts';
import { createTestSandbox, said } from './isolate-harness.ts';

const sandbox = createTestSandbox();
const { executor, workspace } = sandbox;
afterAll(() => sandbox[Symbol.asyncDispose]());
const action = (code: string) => ({ tool: 'raw', args: { code }, sandbox: 'isolate' as const, workspace });

test('what is not a permit runs nothing', async () => {
  await expect(Reflect.apply(executor.execute, executor, [{}, new AbortController().signal])).rejects.toThrow(
    'not one',
  );
});

test('a permit runs once', async () => {
  const permit = await permitFor(action('return 1'), {});
  const { signal } = new AbortController();
  expect((await executor.execute(permit, signal)).kind).toBe('ok');
  await expect(executor.execute(permit, signal)).rejects.toThrow('redeemed');
});

test('a tool without a program fails and says so', async () => {
  expect(said(await sandbox.call('exec', { command: 'ls' }))).toMatch(/^failed: .*no program for the tool `exec`/);
});

test('an isolate has no Node, no network, no timers, no shared memory and no WebAssembly', async () => {
  const names = 'process require module Buffer fetch setTimeout SharedArrayBuffer Atomics WebAssembly ivm isolated_vm';
  const code = names
    .split(' ')
    .map((name) => `typeof ${name}`)
    .join(' + ');
  expect(said(await sandbox.run(`return ${code}`))).toBe('undefined'.repeat(names.split(' ').length));
});

test('the rehearsal of an isolate runs to its end, and asks for nothing but a look', async () => {
  const outcome = await sandbox.call('js', JSON.parse(rehearsal.argsJson), { read: ['.'] });
  expect(said(outcome)).toContain('"first": "a: b c"');
  expect(outcome.facts).toMatchObject({ hostCalls: 1, reads: 0, writes: 0, connections: 0 });
});

test('nothing stays from one call to the next', async () => {
  await sandbox.run('globalThis.left = 1; Array.prototype.left = 1; return 1');
  for (let call = 0; call < 6; call += 1) {
    expect(said(await sandbox.run('return typeof left + [].left'))).toBe('undefinedundefined');
  }
});

test('a program that does not end is stopped after its time, before or after an await', async () => {
  const limits = { wallMs: 300 };
  const because = 'failed: the program did not end within its 300 ms';
  expect(said(await sandbox.run('for (;;);', {}, limits))).toBe(because);
  expect(said(await sandbox.run('await null; for (;;);', {}, limits))).toBe(because);
  expect(said(await sandbox.run('for (;;) await null;', {}, limits))).toBe(because);
});

test('a program that waits for nothing ends at once and says so', async () => {
  expect(said(await sandbox.run('await new Promise(() => {})'))).toBe(
    'failed: the program waits for something that never comes',
  );
});

test('an abort stops the program', async () => {
  const permit = await permitFor(action('for (;;);'), {});
  const abort = new AbortController();
  const outcome = executor.execute(permit, abort.signal);
  await sandbox.run('return 1');
  abort.abort();
  expect(said(await outcome)).toBe('failed: the call was aborted');
});

test('a call that was aborted before it started runs nothing', async () => {
  const permit = await permitFor(action('return host.writeText("aborted.txt", "x")'), { write: ['.'] });
  expect((await executor.execute(permit, AbortSignal.abort())).kind).toBe('failed');
  expect(() => readFileSync(join(workspace, 'aborted.txt'))).toThrow('ENOENT');
});

test('output is cut at its limit, at a character', async () => {
  const outcome = await sandbox.run('return "€".repeat(1000)', {}, { outputBytes: 100 });
  expect(outcome).toMatchObject({ kind: 'ok', truncated: true, output: '€'.repeat(33) });
});

test('more host calls than allowed end the call', async () => {
  const outcome = await sandbox.run(
    'for (let i = 0; i <= 10000; i += 1) await host.stat(".").catch(() => 0); return "done"',
  );
  expect(said(outcome)).toBe('failed: the program made more than 10000 host calls');
});

test('facts name what was read and written, also when the program fails afterwards', async () => {
  writeFileSync(join(workspace, 'in.txt'), 'hello');
  const grants = { read: ['.'], write: ['.'] };
  const code = 'await host.readText("in.txt"); await host.writeText("out.txt", "bye"); throw new Error("late")';
  const outcome = await sandbox.run(code, grants);
  expect(outcome).toMatchObject({
    kind: 'failed',
    because: 'late',
    facts: {
      hostCalls: 2,
      read: [{ path: 'in.txt', bytes: 5 }],
      wrote: [
        { path: 'out.txt', bytes: 3, sha256: 'b49f425a7e1f9cff3856329ada223f2f9d368f15a00cf48df16ca95986137fe8' },
      ],
      unconfirmed: [],
    },
  });
});

test('a write that ended is told, also when the program hangs afterwards', async () => {
  const code = 'await host.writeText("hung.txt", "there"); for (;;);';
  const outcome = await sandbox.run(code, { read: ['.'], write: ['.'] }, { wallMs: 2_000 });
  expect(outcome).toMatchObject({ kind: 'failed', facts: { wrote: [{ path: 'hung.txt', bytes: 5 }] } });
  expect(readFileSync(join(workspace, 'hung.txt'), 'utf8')).toBe('there');
});

test('errors of the host carry no stack and no path that was not in the call', async () => {
  const code = 'try { await host.readText("../../etc/shadow") } catch (error) { return error.stack + error.message }';
  const text = said(await sandbox.run(code, { read: ['.'] }));
  expect(text).toContain('`../../etc/shadow` is outside what this call may read');
  expect(text).not.toContain(workspace);
  expect(text).not.toMatch(/\.ts|node:|src\//);
});

test('many calls at once all end, each with its own answer', async () => {
  const outcomes = await Promise.all(Array.from({ length: 12 }, (_, index) => sandbox.run(`return ${index}`)));
  expect(outcomes.map(said)).toEqual(Array.from({ length: 12 }, (_, index) => `${index}`));
});

test('a rule can give less processor time than time', async () => {
  const outcome = await sandbox.run('for (;;);', {}, { wallMs: 20_000, cpus: 0.02 });
  expect(said(outcome)).toBe('failed: the program used more than its 400 ms of processor time');
});

test('callers that never pause are all served, in their turn, and none for a reason of another', async () => {
  const served = Array.from({ length: 16 }, () => 0);
  const caller = async (_: number, index: number) => {
    for (let call = 0; call < 12; call += 1) {
      expect(said(await sandbox.run(`return ${index * call}`))).toBe(`${index * call}`);
      served[index] = call + 1;
      expect(Math.max(...served) - Math.min(...served)).toBeLessThanOrEqual(3);
    }
  };
  await Promise.all(served.map(caller));
});

test('calls that wait for the world do not keep others from theirs', async () => {
  await using crowd = createTestSandbox({ processesMax: 32 });
  await using server = await listening(undefined);
  const hang = `await host.fetch({ url: "http://127.0.0.1:${server.port}/" })`;
  const hanging = Array.from({ length: availableParallelism() + 2 }, () =>
    crowd.run(hang, { connect: [`127.0.0.1:${server.port}`] }, { wallMs: 20_000 }),
  );
  const first = Promise.race(hanging.map((each) => each.then(() => 'a call that hangs')));
  expect(await Promise.race([first, crowd.run('return "served"').then(said)])).toBe('served');
  await server.asked(hanging.length);
  await crowd.executor.close();
  for (const outcome of await Promise.all(hanging)) expect(outcome.kind).toBe('unknown');
});

test('a rule can give less memory than usual', async () => {
  const fill = 'const kept = []; for (;;) kept.push(new Array(1000).fill(kept.length)); return 1';
  expect(said(await sandbox.run(fill, {}, { memoryMiB: 32 }))).toBe(
    'failed: the program needed more memory than its 32 MiB',
  );
  expect(defaultSandboxLimits.memoryMiB).toBeGreaterThan(32);
});

test('a node that is not there makes the sandbox missing, with a reason', async () => {
  await using broken = createTestSandbox({ nodePath: '/nowhere/node' });
  const availability = await broken.executor.availability(noGrants, '/work/place');
  expect(availability).toMatchObject({
    kind: 'missing',
    because: expect.stringContaining('could not start an isolate process'),
  });
  expect((await broken.run('return 1')).kind).toBe('failed');
});

/** A server that never answers, and one that does. */
interface Listening extends AsyncDisposable {
  readonly port: number;
  /** Resolves once so many requests have come. */
  asked(times: number): Promise<void>;
}

async function listening(answer: string | undefined): Promise<Listening> {
  let requests = 0;
  const came = new EventEmitter();
  const server = createServer((_request, response) => {
    requests += 1;
    came.emit('request');
    if (answer !== undefined) response.end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    asked: async (times) => {
      while (requests < times) await once(came, 'request');
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

test('an exchange that was on its way when the time ran out makes the outcome unknown', async () => {
  await using server = await listening(undefined);
  const code = `await host.fetch({ url: "http://127.0.0.1:${server.port}/", method: "POST", body: "x" })`;
  const outcome = await sandbox.run(code, { connect: [`127.0.0.1:${server.port}`] }, { wallMs: 400 });
  expect(outcome).toMatchObject({ kind: 'unknown', because: expect.stringContaining(`POST 127.0.0.1:${server.port}`) });
});

test('an exchange that ended is told among the facts', async () => {
  await using server = await listening('pong');
  const args = { url: `http://127.0.0.1:${server.port}/`, method: 'GET', headers: {}, body: '' };
  const outcome = await sandbox.call('http', args, { connect: [`GET http://127.0.0.1:${server.port}/`] });
  expect(said(outcome)).toMatch(/^status: 200\n[\s\S]*\n\npong$/);
  const fact = { host: '127.0.0.1', port: server.port, method: 'GET', address: '127.0.0.1', status: 200, bytesIn: 4 };
  expect(outcome.facts).toMatchObject({ connected: [fact], unconfirmed: [] });
});

test('the state home is closed under its real name too', async () => {
  const { workspace: home } = sandbox;
  symlinkSync(home, `${home}-link`);
  await using other = createTestSandbox({ privateDirectories: [`${home}-link`] });
  writeFileSync(join(home, 'secrets'), 'PRIVATE');
  const outcome = await other.run(`return (await host.readText("${home}/secrets")).text`, { read: ['/'] });
  unlinkSync(`${home}-link`);
  expect(said(outcome)).toMatch(/^failed: .*outside what this call may read/);
});
