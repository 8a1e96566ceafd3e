// The engine's life: found and left alone, or started for somebody and ended with the last of them. `dockerd` is a
// script here that answers while a file exists; everything else (locks, sessions, signals, pids) is real.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type Ended, type FakeMachine, fakeMachine, linkPackages } from './fake-machine.ts';

interface EngineMachine extends FakeMachine {
  readonly state: string;
  readonly engine: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Ended>;
  readonly answers: () => boolean;
}

function engineMachine(): EngineMachine {
  const machine = fakeMachine();
  linkPackages(machine);
  const state = join(machine.root, 'state');
  const answering = join(machine.root, 'answering');
  writeFileSync(
    join(machine.tree, 'scripts/docker-answers.mjs'),
    `import { existsSync } from 'node:fs';\nprocess.exitCode = existsSync(${JSON.stringify(answering)}) ? 0 : 1;\n`,
  );
  machine.stub('id', 'echo 0');
  machine.stub(
    'dockerd',
    `trap 'rm -f "${answering}"; kill $idle; exit 0' TERM
sleep 100 & idle=$!
: >"${answering}"
wait`,
  );
  const script = join(machine.tree, 'scripts/docker-engine.sh');
  const engine = (args: readonly string[], env = {}) =>
    machine.run(['sh', script, ...args], { env: { SALLYPORT_ENGINE_STATE: state, ...env } });
  onTestFinished(async () => {
    await engine(['stop']);
  });
  return { ...machine, state, engine, answers: () => existsSync(answering) };
}

/** A process somebody may need the engine for. */
function somebody(): ChildProcess & { pid: number } {
  const child = spawn('sleep', ['100'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const { pid } = child;
  if (pid === undefined) throw new Error('sleep did not start');
  return Object.assign(child, { pid });
}

const enginePid = (machine: EngineMachine): number =>
  Number(readFileSync(join(machine.state, 'engine'), 'utf8').split(' ')[0]);
const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);
const hasEnded = (pid: number) => vi.waitUntil(() => !isAlive(pid), { timeout: 20_000 });

test('who is not root is told what to run, and nothing is started', async () => {
  const machine = engineMachine();
  machine.stub('id', 'echo 1000');
  const ended = await machine.engine(['ensure']);
  expect(ended).toMatchObject({ code: 69, stdout: '' });
  expect(ended.stderr).toContain('run `sudo systemctl start docker`');
  expect(machine.answers()).toBe(false);
});

test('who is not root and has no Docker is given the command that installs it', async () => {
  const machine = engineMachine();
  machine.stub('id', 'echo 1000');
  machine.stub('apt-get', 'exit 99');
  await machine.run(['rm', join(machine.root, 'bin/dockerd')]);
  const ended = await machine.engine(['ensure']);
  expect(ended.code).toBe(69);
  expect(ended.stderr).toContain('run `sudo apt-get install -y docker.io && sudo usermod -aG docker "$USER"`');
});

test('where there are no Debian packages the way to Docker is named', async () => {
  const machine = engineMachine();
  await machine.run(['rm', join(machine.root, 'bin/dockerd')]);
  const ended = await machine.engine(['ensure']);
  expect(ended.code).toBe(69);
  expect(ended.stderr).toContain('https://docs.docker.com/engine/install/');
});

test('an engine named in DOCKER_HOST that does not answer is not replaced by one here', async () => {
  const machine = engineMachine();
  const ended = await machine.engine(['ensure'], { DOCKER_HOST: 'tcp://10.0.0.9:2375' });
  expect(ended.code).toBe(69);
  expect(ended.stderr).toContain('`DOCKER_HOST=tcp://10.0.0.9:2375`');
  expect(existsSync(machine.state)).toBe(false);
});

test('an engine that ends at once is a failure, with its last words', async () => {
  const machine = engineMachine();
  machine.stub('dockerd', 'echo "failed to start daemon: Devices cgroup is not mounted" >&2; exit 1');
  const ended = await machine.engine(['ensure']);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain('| failed to start daemon: Devices cgroup is not mounted');
  expect(existsSync(join(machine.state, 'engine'))).toBe(false);
});

test('a Debian package that does not install is a failure, with its last lines', async () => {
  const machine = engineMachine();
  await machine.run(['rm', join(machine.root, 'bin/dockerd')]);
  machine.stub('apt-get', 'echo "E: Unable to locate package docker.io"; exit 100');
  const ended = await machine.engine(['ensure']);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain('| E: Unable to locate package docker.io');
});

test.each([['ensure', '--for-pid'], ['ensure', '--for-pid', '1x'], ['begin'], []])(
  '`%s %s %s` is not a command',
  async (...args) => {
    expect(await engineMachine().engine(args)).toMatchObject({ code: 64 });
  },
);

test('an engine that was running is used and never ended', async () => {
  const machine = engineMachine();
  writeFileSync(join(machine.root, 'answering'), '');
  const user = somebody();
  expect(await machine.engine(['ensure', '--for-pid', String(user.pid)])).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(await machine.engine(['stop'])).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(machine.answers()).toBe(true);
  expect(existsSync(machine.state)).toBe(false);
});

test('an engine started for a process ends with it, however it ends, and nothing is left', async () => {
  const machine = engineMachine();
  const user = somebody();
  expect(await machine.engine(['ensure', '--for-pid', String(user.pid)])).toMatchObject({ code: 0 });
  const pid = enginePid(machine);
  const watcher = Number(readFileSync(join(machine.state, 'users', String(user.pid)), 'utf8').split(' ')[0]);
  expect(isAlive(pid)).toBe(true);
  user.kill('SIGKILL');
  await hasEnded(pid);
  await hasEnded(watcher);
  expect(machine.answers()).toBe(false);
  expect(readdirSync(join(machine.state, 'users'))).toEqual([]);
});

test('an engine that two use ends with the second', async () => {
  const machine = engineMachine();
  const [first, second] = [somebody(), somebody()];
  await machine.engine(['ensure', '--for-pid', String(first.pid)]);
  await machine.engine(['ensure', '--for-pid', String(second.pid)]);
  const pid = enginePid(machine);
  const watcher = Number(readFileSync(join(machine.state, 'users', String(first.pid)), 'utf8').split(' ')[0]);
  await machine.engine(['stop', '--for-pid', String(first.pid)]);
  await hasEnded(watcher);
  expect(isAlive(pid)).toBe(true);
  await machine.engine(['stop', '--for-pid', String(second.pid)]);
  await hasEnded(pid);
});

test('an engine asked for without a process stays when others that used it have ended', async () => {
  const machine = engineMachine();
  const user = somebody();
  await machine.engine(['ensure']);
  await machine.engine(['ensure', '--for-pid', String(user.pid)]);
  await machine.engine(['stop', '--for-pid', String(user.pid)]);
  expect(isAlive(enginePid(machine))).toBe(true);
});

test('asked by two at once, one engine is started', async () => {
  const machine = engineMachine();
  machine.stub(
    'dockerd',
    `echo one >>"${machine.root}/starts"\n${readFileSync(join(machine.root, 'bin/dockerd'), 'utf8')}`,
  );
  const both = await Promise.all([machine.engine(['ensure']), machine.engine(['ensure'])]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(readFileSync(join(machine.root, 'starts'), 'utf8')).toBe('one\n');
});

test('a number that now belongs to another process is not ended', async () => {
  const machine = engineMachine();
  const bystander = somebody();
  mkdirSync(join(machine.state, 'users'), { recursive: true });
  writeFileSync(join(machine.state, 'engine'), `${bystander.pid} 12345\n`);
  writeFileSync(join(machine.state, 'users/4194305'), `${bystander.pid} 12345\n`);
  expect(await machine.engine(['stop'])).toMatchObject({ code: 0 });
  expect(bystander.exitCode ?? bystander.signalCode).toBe(null);
  expect(isAlive(bystander.pid)).toBe(true);
  expect(existsSync(join(machine.state, 'engine'))).toBe(false);
});
