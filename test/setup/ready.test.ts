// First-time set-up: what is missing is named with its remedy, and whatever happens half-way the next start is whole.
import { chmodSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { type Ended, type FakeMachine, fakeMachine, linkPackages, withTools, workingNpm } from './fake-machine.ts';

const ready = (machine: FakeMachine) => ['sh', join(machine.tree, 'scripts/ready.sh')];
const stampOf = (machine: FakeMachine) => join(machine.tree, 'node_modules/.sallyport-ready');
const npmCallsOf = (machine: FakeMachine) => {
  const file = join(machine.root, 'npm-calls');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
};

// The message first: when this fails, it says why.
function expectReady(ended: Ended): void {
  expect(ended.stderr).toContain('✓ ready');
  expect(ended).toMatchObject({ code: 0, stdout: '' });
}

function machineWithTools(): FakeMachine {
  const machine = fakeMachine();
  withTools(machine);
  return machine;
}

test('without tools, an ordinary user on Debian is given the exact command', async () => {
  const machine = fakeMachine();
  machine.stub('id', 'echo 1000');
  machine.stub('apt-get', 'exit 99');
  const ended = await machine.run(ready(machine));
  expect(ended.code).toBe(69);
  expect(ended.stderr).toContain('not found: `npm` `git` `make` `c++` `python3`');
  expect(ended.stderr).toContain(
    'run `sudo apt-get install -y --no-install-recommends npm git make g++ python3 libsqlite3-dev`',
  );
});

test('without tools on another system the packages are named', async () => {
  const machine = machineWithTools();
  machine.stub('id', 'echo 0');
  await machine.run(['sh', '-c', 'rm "$1/bin/make"', '-', machine.root]);
  const ended = await machine.run(ready(machine));
  expect(ended.code).toBe(69);
  expect(ended.stderr).toContain('not found: `make`;');
  expect(ended.stderr).toContain("with this system's package manager");
});

test('root on Debian has the missing packages installed, and nothing that is there', async () => {
  const machine = machineWithTools();
  machine.stub('id', 'echo 0');
  await machine.run(['sh', '-c', 'mv "$1/bin/make" "$1/make"', '-', machine.root]);
  machine.stub(
    'apt-get',
    `echo "$*" >> '${machine.root}/apt-calls'; ln -s '${machine.root}/make' '${machine.root}/bin/make'`,
  );
  const ended = await machine.run(ready(machine));
  expect(ended.stderr).toContain('✓ installing Debian packages: make');
  expectReady(ended);
  expect(readFileSync(join(machine.root, 'apt-calls'), 'utf8').split('\n')[0]).toMatch(/ make$/);
});

test('a failed apt-get shows its last lines and where the log is', async () => {
  const machine = fakeMachine();
  machine.stub('id', 'echo 0');
  machine.stub('apt-get', 'echo "E: Unable to fetch some archives"; exit 100');
  const ended = await machine.run(ready(machine));
  expect(ended.code).toBe(69);
  expect(ended.stderr).toContain('| E: Unable to fetch some archives');
  expect(ended.stderr).toContain('setup.log.tmp');
});

test.each([
  ['npm error code ENOTFOUND', 'the package registry was not reached'],
  ['npm error code ENOSPC', 'the disk is full'],
  ['npm error code UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'certificate is not trusted here'],
  ['npm error code EINTEGRITY', 'a package is not the one the lock file names'],
  ['npm error code EACCES', 'check who owns'],
  ['npm error code ESURPRISE', '`npm ci` failed; see the lines above'],
])('after `%s` it says: %s', async (line, remedy) => {
  const machine = machineWithTools();
  machine.stub('npm', `echo '${line}' >&2; exit 1`);
  const ended = await machine.run(ready(machine));
  expect(ended).toMatchObject({ code: 69, stdout: '' });
  expect(ended.stderr).toContain(`| ${line}`);
  expect(ended.stderr).toContain(remedy);
  expect(existsSync(stampOf(machine))).toBe(false);
});

test('a disk with too little room is said before anything is fetched', async () => {
  const machine = machineWithTools();
  machine.stub('df', 'echo Filesystem; echo "/dev/x 1000 900 100 90% /"');
  const ended = await machine.run(ready(machine));
  expect(ended.code).toBe(69);
  expect(ended.stderr).toContain('has 100 MiB free and needs 800');
  expect(npmCallsOf(machine)).toEqual([]);
});

test('a tree that cannot be written to is named', async () => {
  const machine = machineWithTools();
  chmodSync(machine.tree, 0o555);
  const ended = await machine.run(ready(machine), process.getuid?.() === 0 ? { uid: 65534 } : {});
  chmodSync(machine.tree, 0o755);
  expect(ended.code).toBe(69);
  expect(ended.stderr).toContain(`\`${machine.tree}\` cannot be written to`);
});

test('where no pinned Node exists, an old one is refused before anything is fetched', async () => {
  const machine = machineWithTools();
  machine.stub('uname', '[ "$1" = -s ] && echo Darwin || echo arm64');
  machine.stub('node', 'echo v22.0.0');
  const ended = await machine.run(ready(machine));
  expect(ended.code).toBe(69);
  expect(ended.stderr).toContain('no Node 24 or newer was found');
  expect(npmCallsOf(machine)).toEqual([]);
});

test('packages that do not load are not called ready', async () => {
  const machine = machineWithTools();
  linkPackages(machine);
  writeFileSync(join(machine.tree, 'scripts/runtime-works.mjs'), 'throw new Error("wrong ELF class");\n');
  writeFileSync(join(machine.tree, 'scripts/build-sqlite.sh'), 'echo built\n');
  const ended = await machine.run(ready(machine));
  expect(ended.code).toBe(69);
  expect(ended.stderr).toContain('wrong ELF class');
  expect(existsSync(stampOf(machine))).toBe(false);
});

test('a set-up fetches once, without install scripts, and leaves no log; the second does nothing', async () => {
  const machine = machineWithTools();
  const first = await machine.run(ready(machine), { env: { HOME: '' } });
  expectReady(first);
  expect(first.stderr).toMatch(/✓ fetching the npm packages {2}\d+ s\n {2}✓ ready\n/);
  expect(existsSync(join(machine.tree, 'setup.log.tmp'))).toBe(false);
  expect(npmCallsOf(machine)).toEqual([expect.stringContaining('ci --ignore-scripts')]);

  machine.stub('npm', 'exit 99');
  expect(await machine.run(ready(machine))).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('packages that an `npm ci` by hand brought are looked at and need no tools', async () => {
  const machine = fakeMachine();
  linkPackages(machine);
  expectReady(await machine.run(ready(machine)));
  expect(npmCallsOf(machine)).toEqual([]);
});

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'after %s in the middle nothing is called ready, and the next start is whole',
  async (signal) => {
    const machine = machineWithTools();
    machine.stub('npm', `mkdir -p node_modules/half; echo $$ > '${machine.root}/npm-pid'; kill -STOP $$`);
    const { child, ended } = machine.start(ready(machine));
    const npmPid = await pidIn(machine, 'npm-pid');
    child.kill(signal);
    process.kill(npmPid, 'SIGKILL');
    expect((await ended).code).not.toBe(0);
    expect(existsSync(stampOf(machine))).toBe(false);

    machine.stub('npm', workingNpm(machine));
    expectReady(await machine.run(ready(machine)));
    expect(existsSync(stampOf(machine))).toBe(true);
    expect(existsSync(join(machine.tree, 'node_modules/half'))).toBe(false);
  },
);

test.each([true, false])(
  'two set-ups at once take turns, and the second has nothing left to do (flock: %s)',
  async (hasFlock) => {
    const machine = machineWithTools();
    if (!hasFlock) await machine.run(['rm', join(machine.root, 'bin/flock')]);
    // A set-up that crashed and left its lock: the number belongs to no process.
    if (!hasFlock) symlinkSync('4194305', join(machine.tree, '.sallyport-ready'));
    const both = await Promise.all([machine.run(ready(machine)), machine.run(ready(machine))]);
    expect(both).toEqual([expect.objectContaining({ code: 0 }), expect.objectContaining({ code: 0 })]);
    expect(npmCallsOf(machine)).toHaveLength(1);
    expect(both.filter(({ stderr }) => stderr.includes('✓ ready'))).toHaveLength(1);
    expect(existsSync(join(machine.tree, '.sallyport-ready'))).toBe(false);
  },
);

async function pidIn(machine: FakeMachine, name: string): Promise<number> {
  const file = join(machine.root, name);
  const text = await vi.waitUntil(() => existsSync(file) && readFileSync(file, 'utf8').trim(), { timeout: 20_000 });
  return Number(text);
}
