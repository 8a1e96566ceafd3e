// Starts and ends one isolate process. It has an empty environment, its own process group, Node's permission model with
// read access to its own source alone, and an OS limit on memory. A small shell stays beside it and kills it as soon as
// the kernel is gone, whatever state it is in: the kernel's end of the shell's input closes with the kernel.

import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { Duplex, type Readable } from 'node:stream';
import { encodeFrame, type Frame, frameReader } from './frames.ts';
import { stockMax } from './stock.ts';
import { openGauge, type ProcessGauge } from './watch-use.ts';

/** One isolate process, from the kernel's side. */
export interface IsolateProcess {
  /** Process id of the process that holds the isolates, once it said `ready`; 0 before. */
  readonly pid: () => number;
  /** Shows what that process uses. */
  readonly gauge: () => ProcessGauge;
  readonly isAlive: () => boolean;
  /** True from its last `ready` until it is told to start. */
  readonly isReady: () => boolean;
  /** True from when it has nothing left to make ahead until it is told to start. */
  readonly isRested: () => boolean;
  /** Resolves once the process has taken it, or is gone: whoever sends a lot waits, so that nothing piles up here. */
  send(frame: Frame): Promise<void>;
  /** Who hears its frames, and that it is gone, from now on: one listener at a time, so that nothing is kept of a call. */
  hear(listener: (frame: Frame) => void, gone: (lastWords: string) => void): void;
  /** Stops or goes on reading what it says. */
  hold(isHeld: boolean): void;
  /** Resolves when it is gone, with what it last complained about. Never rejects. */
  readonly ended: Promise<string>;
  /** SIGKILL to the whole process group. */
  kill(): void;
}

// Beside its stock the process holds the isolate of its call and one that is being made. Each reserves about 530 MiB of
// address space that counts as data, and the runtime as much again; the rest is what can really be used before the kernel's
// own watch on memory strikes.
const reservedMiB = (stockMax + 3) * 530;

// $! is ours until we waited for it, so that the number cannot belong to anybody else.
const guardian =
  'unset PWD OLDPWD; ulimit -c 0; ulimit -d "$1" || exit 70; shift; "$@" & exec 3<&- 2<&-; read -r _; kill -9 $!; wait';

/** Files of packages that the process loads or reads, found without loading them into this one. */
function packageFiles(): { readonly addon: string; readonly papaparse: string; readonly diff: string } {
  const require = createRequire(import.meta.url);
  const folderOf = (name: string) => dirname(require.resolve(`${name}/package.json`));
  const isolatedVm = folderOf('isolated-vm');
  return {
    addon: createRequire(join(isolatedVm, 'package.json'))('node-gyp-build').path(isolatedVm),
    papaparse: join(folderOf('papaparse'), 'papaparse.min.js'),
    diff: join(folderOf('diff'), 'dist', 'diff.min.js'),
  };
}

/** Starts an isolate process. `memoryMiB` is the heap of the isolates made ahead, `memoryMiBMax` the OS limit above it. */
export function startIsolateProcess(nodePath: string, memoryMiB: number, memoryMiBMax: number): IsolateProcess {
  const { addon, papaparse, diff } = packageFiles();
  const entry = join(import.meta.dirname, `child${extname(import.meta.filename)}`);
  const flags = ['--no-node-snapshot', '--permission', '--allow-addons', '--disable-warning=SecurityWarning'];
  const rehearsed = join(import.meta.dirname, '..', 'tools', `run-code${extname(import.meta.filename)}`);
  const readable = [join(import.meta.dirname, '/'), rehearsed, addon, papaparse, diff].map(
    (path) => `--allow-fs-read=${path}`,
  );
  const dataKiB = (reservedMiB + memoryMiBMax) * 1024;
  const child = spawn(
    '/bin/sh',
    [
      '-c',
      guardian,
      'sh',
      `${dataKiB}`,
      nodePath,
      ...flags,
      ...readable,
      entry,
      addon,
      `${memoryMiB}`,
      papaparse,
      diff,
    ],
    { env: {}, cwd: '/', detached: true, stdio: ['pipe', 'ignore', 'pipe', 'pipe'] },
  );
  return watchProcess(child);
}

function watchProcess(child: ChildProcess): IsolateProcess {
  const [lifeline, , complaints, wire] = child.stdio;
  if (!lifeline || !complaints || !(wire instanceof Duplex))
    throw new Error('could not start an isolate process: no pipes');
  const ended = Promise.withResolvers<string>();
  let isAlive = true;
  let isReady = false;
  let isRested = false;
  let pid = 0;
  let gauge: ProcessGauge = { read: () => undefined, close: () => {} };
  let lastWords = '';
  let listener: (frame: Frame) => void = () => {};
  let whenGone: (lastWords: string) => void = () => {};

  const kill = () => {
    if (!isAlive) return;
    isAlive = false;
    if (child.pid !== undefined) killGroup(child.pid);
    gauge.close();
    wire.destroy();
    lifeline.destroy();
    // What it last complained about may still be on its way.
    setImmediate(() => {
      complaints.destroy();
      ended.resolve(lastWords);
      whenGone(lastWords);
    });
  };
  const read = frameReader((frame) => {
    if (frame.kind === 'ready') isReady = true;
    // It may cross with the order to start; then it says nothing any more.
    if (frame.kind === 'rested') {
      isRested = isReady;
      return;
    }
    if (frame.kind === 'ready' && pid === 0) {
      pid = frame.id;
      gauge = openGauge(pid);
    }
    listener(frame);
  });
  wire.on('data', (chunk: Buffer) => {
    try {
      read(chunk);
    } catch {
      lastWords = 'it sent something that is not a frame';
      kill();
    }
  });
  complaints.on('data', (chunk: Buffer) => {
    lastWords = `${lastWords}${chunk}`.slice(0, 4_096);
  });
  for (const stream of [wire, lifeline, complaints]) stream.on('error', kill);
  wire.on('close', kill);
  child.on('error', (error) => {
    lastWords = error.message;
    kill();
  });
  child.on('exit', kill);
  // An idle isolate process keeps nobody from ending.
  child.unref();
  for (const stream of [wire, lifeline, complaints])
    if ('unref' in stream) (stream as Readable & { unref(): void }).unref();

  return {
    pid: () => pid,
    gauge: () => gauge,
    isAlive: () => isAlive,
    isReady: () => isReady,
    isRested: () => isRested,
    send: (frame) => {
      if (frame.kind === 'start') [isReady, isRested] = [false, false];
      return new Promise((resolve) => {
        if (isAlive) wire.write(encodeFrame(frame), () => resolve());
        else resolve();
      });
    },
    hear: (heard, gone) => {
      listener = heard;
      whenGone = gone;
    },
    hold: (isHeld) => void (isHeld ? wire.pause() : wire.resume()),
    ended: ended.promise,
    kill,
  };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
