// The launcher from where people start it: any folder, a symlink, odd names; and what passes through it.
import { once } from 'node:events';
import { appendFileSync, chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type FakeMachine, fakeMachine, linkPackages, withTools } from './fake-machine.ts';

const echoMain = 'console.log(JSON.stringify({ args: process.argv.slice(2), flags: process.execArgv }));\n';

async function readyMachine(main = echoMain): Promise<FakeMachine> {
  const machine = fakeMachine();
  linkPackages(machine);
  writeFileSync(join(machine.tree, 'src/main.ts'), main);
  const stamped = await machine.run([
    'sh',
    '-c',
    'cksum <"$1/package-lock.json" >"$1/node_modules/.sallyport-ready"',
    '-',
    machine.tree,
  ]);
  expect(stamped.code).toBe(0);
  return machine;
}

const argsOf = (stdout: string): unknown => JSON.parse(stdout).args;

test('without a Node 24 anywhere it says so and what to do', async () => {
  const machine = await readyMachine();
  rmSync(join(machine.tree, 'node_modules/.bin/node'));
  machine.stub('node', 'echo v22.19.0');
  const ended = await machine.run([join(machine.tree, 'sallyport'), '--version']);
  expect(ended).toMatchObject({ code: 69, stdout: '' });
  expect(ended.stderr).toContain('no Node 24 or newer was found; put one on `PATH`');
});

test.each(['v20.20.2', 'v9.0.0', 'nonsense', ''])(
  'a SALLYPORT_NODE that answers `%s` is named and not used',
  async (version) => {
    const machine = await readyMachine();
    machine.stub('old-node', `echo '${version}'`);
    const ended = await machine.run([join(machine.tree, 'sallyport')], { env: { SALLYPORT_NODE: 'old-node' } });
    expect(ended).toMatchObject({ code: 69, stdout: '' });
    expect(ended.stderr).toContain('`SALLYPORT_NODE=old-node` is not a Node 24 or newer');
  },
);

test('a tree that cannot be made ready starts nothing', async () => {
  const machine = await readyMachine();
  rmSync(join(machine.tree, 'node_modules/.sallyport-ready'));
  rmSync(join(machine.tree, 'node_modules/.package-lock.json'), { force: true });
  const ended = await machine.run([join(machine.tree, 'sallyport'), 'hello']);
  expect(ended).toMatchObject({ code: 69, stdout: '' });
  expect(ended.stderr).toContain('not found: `npm`');
});

test('a demo without a home says which variable to set, and makes nothing', async () => {
  const machine = await readyMachine();
  const ended = await machine.run([join(machine.tree, 'sallyport'), 'demo'], { env: { HOME: '' } });
  expect(ended).toMatchObject({ code: 69, stdout: '' });
  expect(ended.stderr).toContain('`HOME` is empty; set it, or name a folder in `SALLYPORT_HOME`');
});

test.each([['--help'], ['-h'], ['--no-docker', '--help']])('`demo %s` prepares nothing', async (...flags) => {
  const machine = await readyMachine();
  const ended = await machine.run([join(machine.tree, 'sallyport'), 'demo', ...flags], { env: { HOME: '' } });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(argsOf(ended.stdout)).toEqual(['demo', ...flags]);
});

test('it passes every argument on as it is, and says nothing itself', async () => {
  const machine = await readyMachine();
  const args = ['call', 'exec', '{"command":"echo \'a  b\' $HOME *"}', '', '--', 'two\nlines'];
  const ended = await machine.run([join(machine.tree, 'sallyport'), ...args]);
  expect(ended.stderr).toBe('');
  expect(argsOf(ended.stdout)).toEqual(args);
  expect(JSON.parse(ended.stdout).flags).toContain('--no-node-snapshot');
});

test("the exit code is the program's", async () => {
  const machine = await readyMachine('process.exitCode = 2;\n');
  expect(await machine.run([join(machine.tree, 'sallyport')])).toEqual({ code: 2, stdout: '', stderr: '' });
});

test("a signal reaches the program, which has the launcher's own pid", async () => {
  const machine = await readyMachine(
    'process.once("SIGTERM", () => process.exit(7));\nsetInterval(() => {}, 1000);\nconsole.log(process.pid);\n',
  );
  const { child, ended } = machine.start([join(machine.tree, 'sallyport')]);
  if (child.stdout) await once(child.stdout, 'data');
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ code: 7, stdout: `${child.pid}\n` });
});

test('it finds its tree through a chain of symlinks on PATH, from any folder, with no HOME', async () => {
  const machine = await readyMachine();
  const elsewhere = join(machine.root, 'else where');
  mkdirSync(elsewhere);
  symlinkSync(join(machine.tree, 'sallyport'), join(elsewhere, 'first'));
  symlinkSync('../else where/first', join(machine.root, 'bin/sally'));
  const ended = await machine.run(['sh', '-c', 'unset HOME; CDPATH=/tmp; cd /; exec sally hello']);
  expect(ended.stderr).toBe('');
  expect(argsOf(ended.stdout)).toEqual(['hello']);
});

test('it starts as `sh sallyport` in its own folder too', async () => {
  const machine = await readyMachine();
  const ended = await machine.run(['sh', 'sallyport', 'hello'], { cwd: machine.tree });
  expect(argsOf(ended.stdout)).toEqual(['hello']);
});

test('a tree that is ready and cannot be written to runs', async () => {
  const machine = await readyMachine();
  chmodSync(machine.tree, 0o555);
  const ended = await machine.run(
    [join(machine.tree, 'sallyport'), 'hello'],
    process.getuid?.() === 0 ? { uid: 65534 } : {},
  );
  chmodSync(machine.tree, 0o755);
  expect(ended.stderr).toBe('');
  expect(argsOf(ended.stdout)).toEqual(['hello']);
});

test('a lock file that changed makes the tree ready again before anything runs', async () => {
  const machine = await readyMachine();
  withTools(machine);
  appendFileSync(join(machine.tree, 'package-lock.json'), '\n');
  const ended = await machine.run([join(machine.tree, 'sallyport'), 'hello']);
  expect(ended.code).toBe(0);
  expect(ended.stderr).toContain('✓ ready');
  expect(argsOf(ended.stdout)).toEqual(['hello']);
});
