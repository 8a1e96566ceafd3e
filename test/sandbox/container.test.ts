import { existsSync, readdirSync } from 'node:fs';
import Docker from 'dockerode';
import { afterAll, expect, test } from 'vitest';
import { noGrants } from '../../src/kernel/limits.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { createContainerExecutor, usualDockerSocket } from '../../src/sandbox/container.ts';
import { containerBench, outputOf } from '../fixtures/container-bench.ts';

const bench = containerBench('container');
const engine = new Docker({ socketPath: usualDockerSocket });
afterAll(() => bench.close());

const failure = (because: RegExp, facts: object = {}) => ({
  kind: 'failed',
  because: expect.stringMatching(because),
  facts: expect.objectContaining(facts),
});
const nothingRan = { started: false };

test('without an engine the sandbox is missing, and the message says how to get one', async () => {
  const without = containerBench('no-engine', { socketPath: '/nonexistent/docker.sock' });
  const availability = await without.executor.availability(noGrants, '/work/place');
  expect(availability).toEqual({ kind: 'missing', because: expect.stringContaining('sh scripts/docker-engine.sh') });
  const outcome = await without.run('true', without.workspace());
  expect(outcome).toMatchObject(failure(/Docker is not installed or not running/, nothingRan));
  await without.close();
});

test('without the image the sandbox is missing, and the message says how to build it', async () => {
  const without = containerBench('no-image', { image: 'sallyport-sandbox:never-built' });
  const availability = await without.executor.availability(noGrants, '/work/place');
  expect(availability).toEqual({ kind: 'missing', because: expect.stringContaining('sh scripts/sandbox-image.sh') });
  expect(await without.run('true', without.workspace())).toMatchObject(failure(/never-built/, nothingRan));
  await without.close();
});

test('what is no permit runs nothing', async () => {
  const forged = Object.create(null);
  await expect(bench.executor.execute(forged, new AbortController().signal)).rejects.toThrow(/permit/);
});

test('P7: a call with a secret for its sandbox is refused instead of being run without', async () => {
  const workspace = bench.workspace();
  expect(await bench.run('true', workspace, { secrets: ['token'] })).toMatchObject(failure(/secret/, nothingRan));
});

test('a call with a secret for its sandbox is not even asked about, and the message says what to grant instead', async () => {
  const availability = await bench.executor.availability({ ...noGrants, secrets: ['token'] }, bench.workspace());
  expect(availability).toEqual({ kind: 'missing', because: expect.stringContaining('`grant: { inject: [...] }`') });
});

test('arguments that are no command are refused', async () => {
  const workspace = bench.workspace();
  for (const args of [
    {},
    { command: 'true', argv: ['true'] },
    { argv: [] },
    { argv: [''] },
    { argv: [1] },
    { command: 5 },
  ]) {
    expect(await bench.run(args, workspace)).toMatchObject(failure(/command|argv/, nothingRan));
  }
  expect(await bench.run({ argv: ['echo', 'a\0b'] }, workspace)).toMatchObject(failure(/NUL/, nothingRan));
  expect(await bench.run('#'.repeat(200_000), workspace)).toMatchObject(failure(/longer than/, nothingRan));
});

test('a workspace that is not there, or is a link, is refused', async () => {
  expect(await bench.run('true', '/nonexistent/workspace')).toMatchObject(failure(/workspace/, nothingRan));
  if (existsSync('/var/run') && existsSync('/proc/self/cwd')) {
    expect(await bench.run('true', '/proc/self/cwd')).toMatchObject(failure(/workspace/, nothingRan));
  }
});

test('a run that was aborted before runs nothing', async () => {
  const outcome = await bench.run('true', bench.workspace(), {}, AbortSignal.abort());
  expect(outcome).toMatchObject(failure(/aborted/, nothingRan));
});

test('what a command prints on both streams is told, and it is done', async () => {
  const outcome = await bench.run('echo one; echo two >&2; printf "\\xff"', bench.workspace());
  expect(outcome).toMatchObject({ kind: 'ok', truncated: false });
  // Which stream is read first is not fixed.
  expect(outputOf(outcome)).toMatch(/one\n/);
  expect(outputOf(outcome)).toMatch(/two\n/);
  expect(outputOf(outcome)).toMatch(/\ufffd/);
  expect(outcome.facts).toMatchObject({ exitStatus: 0, stdoutBytes: 5, stderrBytes: 4, outOfMemory: false });
});

test('an argv runs without a shell', async () => {
  const outcome = await bench.run(['printf', '%s|', '$HOME', '*', 'a b'], bench.workspace());
  expect(outputOf(outcome)).toBe('$HOME|*|a b|');
});

test('standard input is what was given, and nothing otherwise', async () => {
  const text = `${'x'.repeat(300_000)}end`;
  const outcome = await bench.run({ argv: ['sha256sum'], stdin: text }, bench.workspace());
  const { createHash } = await import('node:crypto');
  expect(outputOf(outcome)).toContain(createHash('sha256').update(text).digest('hex'));
  expect(await bench.run('cat', bench.workspace())).toMatchObject({ kind: 'ok', output: '' });
});

test('the exit status is told exactly, and failure keeps the output', async () => {
  const outcome = await bench.run('echo partly; exit 42', bench.workspace());
  expect(outcome).toMatchObject({ ...failure(/^exited with status 42$/, { exitStatus: 42 }), output: 'partly\n' });
  const killed = await bench.run('kill -9 $$', bench.workspace());
  expect(killed).toMatchObject(failure(/signal 9/, { exitStatus: 137, signal: 9 }));
});

test('a program that the image lacks fails and says so', async () => {
  const outcome = await bench.run(['no-such-program'], bench.workspace());
  expect(outcome).toMatchObject({ ...failure(/status 127/), output: expect.stringContaining('no-such-program') });
});

test('nothing of a call is left soon after its outcome is known', async () => {
  const own = containerBench('gone');
  await own.run('true', own.workspace(), { read: ['.'] });
  const filters = JSON.stringify({ label: [`sallyport.instance=${own.instance}`] });
  const left = () => engine.listContainers({ all: true, filters });
  await expect.poll(left, { timeout: 10_000, interval: 20 }).toEqual([]);
  await own.close();
  const runtime = process.getuid?.() === 0 && existsSync('/run/sallyport') ? readdirSync('/run/sallyport') : [];
  expect(runtime).not.toContain(Buffer.from(own.instance).toString('base64url'));
});

test('a closed executor runs nothing more, and closing ends what runs', async () => {
  const own = containerBench('closing');
  const running = own.run('sleep 60', own.workspace());
  await expect.poll(() => runningOf(own.instance), { timeout: 30_000, interval: 20 }).toBe(1);
  await own.executor.close();
  expect(await running).toMatchObject(failure(/aborted/, { ending: 'aborted' }));
  expect(await own.run('true', own.workspace())).toMatchObject(failure(/closed/, nothingRan));
  await own.close();
});

test('an instance that no directory could be named after is refused at once', () => {
  const options = { clock: systemClock, instance: 'x'.repeat(300), privateDirectories: [] };
  expect(() => createContainerExecutor(options)).toThrow(/instance/);
});

const runningOf = async (instance: string): Promise<number> => {
  const filters = JSON.stringify({ label: [`sallyport.instance=${instance}`] });
  return (await engine.listContainers({ filters })).length;
};
