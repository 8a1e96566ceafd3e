// A machine of its own for the set-up scripts: a copy of the launcher and scripts in a temporary tree (its path has
// spaces), and a PATH that holds only the programs a test names. Packages are borrowed from this tree by links.
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { onTestFinished } from 'vitest';

const realTree = join(import.meta.dirname, '../..');

/** What every POSIX system has; the rest a test adds, as the real program or as a stub. */
const always =
  'sh awk cat chmod cksum cp cut date df dirname env false flock grep kill ln ls mkdir mktemp mv ps readlink rm sed setsid sleep tail touch true umask uname';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface FakeMachine {
  /** The folder that holds everything; removed when the test is finished. */
  readonly root: string;
  readonly tree: string;
  readonly home: string;
  /** Puts a real program on the PATH. */
  readonly has: (...programs: readonly string[]) => void;
  /** Puts a shell script on the PATH under this name. */
  readonly stub: (program: string, script: string) => void;
  readonly start: (
    command: readonly string[],
    options?: StartOptions,
  ) => { child: ChildProcess; ended: Promise<Ended> };
  readonly run: (command: readonly string[], options?: StartOptions) => Promise<Ended>;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly uid?: number;
}

export function fakeMachine(): FakeMachine {
  const root = mkdtempSync(join(tmpdir(), 'sallyport setup '));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  // Other users may look in: some tests run as one.
  chmodSync(root, 0o755);
  const tree = join(root, 'the tree');
  const home = join(root, 'home');
  const bin = join(root, 'bin');
  for (const folder of [tree, home, bin, join(tree, 'src')]) mkdirSync(folder);
  for (const name of ['sallyport', 'scripts', 'package.json', 'package-lock.json', '.npmrc']) {
    cpSync(join(realTree, name), join(tree, name), { recursive: true });
  }

  // The packages are this tree's own, by links: nothing on a fake machine may compile into them.
  writeFileSync(join(tree, 'scripts/build-sqlite.sh'), 'echo "nothing is compiled in a test"; exit 1\n');

  const has = (...programs: readonly string[]) => {
    for (const program of programs) {
      const real = (process.env.PATH ?? '').split(delimiter).find((folder) => existsSync(join(folder, program)));
      if (real !== undefined) symlinkSync(join(real, program), join(bin, program));
    }
  };
  has(...always.split(' '));
  const stub = (program: string, script: string) => {
    const file = join(bin, program);
    rmSync(file, { force: true });
    writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  };
  const start = (command: readonly string[], options: StartOptions = {}) => {
    const [program = '', ...args] = command;
    const child = spawn(program, args, {
      cwd: options.cwd ?? root,
      env: { PATH: bin, HOME: home, TMPDIR: tmpdir(), ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    });
    const ended = new Promise<Ended>((resolve, reject) => {
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (text) => (stdout += text));
      child.stderr.on('data', (text) => (stderr += text));
      child.on('error', reject);
      // Only when nobody holds the pipes any more: what stays in the background has to let go of them.
      child.on('close', (code) => resolve({ code, stdout, stderr }));
    });
    return { child, ended };
  };
  return { root, tree, home, has, stub, start, run: (command, options) => start(command, options).ended };
}

/** Links this tree's packages into the machine's, as an `npm ci` would have put them; `node` is the one running this. */
export function linkPackages(machine: FakeMachine): void {
  const packages = join(machine.tree, 'node_modules');
  mkdirSync(join(packages, '.bin'), { recursive: true });
  for (const name of readdirSync(join(realTree, 'node_modules'))) {
    if (name !== '.bin' && name !== '.sallyport-ready')
      symlinkSync(join(realTree, 'node_modules', name), join(packages, name));
  }
  symlinkSync(process.execPath, join(packages, '.bin/node'));
}

/** The body of an `npm` stub whose `ci` does what {@link linkPackages} does, and notes each call in `npm-calls`. */
export function workingNpm(machine: FakeMachine): string {
  const packages = join(realTree, 'node_modules');
  return `echo "$*" >> '${machine.root}/npm-calls'
rm -rf node_modules
mkdir -p node_modules/.bin
ln -s '${packages}'/* '${packages}/.package-lock.json' node_modules/
ln -s '${process.execPath}' node_modules/.bin/node`;
}

/** Puts everything on the PATH that set-up looks for, npm as a stub that works. */
export function withTools(machine: FakeMachine): void {
  machine.has('git', 'make', 'c++', 'python3', 'id');
  machine.stub('npm', workingNpm(machine));
  symlinkSync(process.execPath, join(machine.root, 'bin/node'));
}
