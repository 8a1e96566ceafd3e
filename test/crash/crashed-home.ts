// One state home and the processes that live and die on it, from the side of the harness.

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, cpSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Random } from '../soak/random.ts';
import { type HomeState, readHome } from './home-state.ts';
import type { Orders } from './orders.ts';
import { cutPower, powerCutEnvironment } from './power-cut.ts';
import { type Promised, readPromises } from './promises.ts';

/** A process on the home. */
export interface Lived {
  readonly kind: 'workload' | 'people';
  /** It is at work, or has ended. */
  readonly ready: Promise<void>;
  /** How it ended: a signal, or `status n`. */
  readonly ended: Promise<string>;
  kill(): void;
  /** What it was promised so far. */
  promises(): readonly Promised[];
  /** What it said about its end. */
  complaint(): string;
}

export interface CrashedHome {
  readonly root: string;
  /** Starts a process; it dies before its `diesAtWrite`-th write, 0 for never, where writes are looked at. */
  start(kind: Lived['kind'], orders: Partial<Orders>, diesAtWrite: number): Lived;
  /** The power goes; every process has to be dead. */
  losePower(random: Random): void;
  /** What is there; `isInUse` if a process still runs on it. */
  read(isInUse: boolean): Promise<HomeState>;
  remove(): void;
}

const quiet: Orders = {
  ...{ database: '', effects: '', previews: '' },
  ...{ lanes: 1, firstPlan: 1, mine: '', mineTimes: 0, isCareless: false },
};

/** A new home. With `powerCut`, the library, its database lies on a disk that forgets what was not flushed. */
export function makeCrashedHome(powerCut: string | null): CrashedHome {
  const root = mkdtempSync(join(tmpdir(), 'sallyport-crash-'));
  const [live, disk, said, seen] = ['live', 'disk', 'said', 'seen'].map((name) => join(root, name)) as [
    string,
    string,
    string,
    string,
  ];
  for (const directory of [live, disk, said]) mkdirSync(directory);
  const database = join(live, 'sallyport.db');
  const places = { database, effects: join(root, 'effects'), previews: join(root, 'previews') };
  let started = 0;

  return {
    root,
    start(kind, orders, diesAtWrite) {
      started += 1;
      const [out, err] = [join(said, `${started}.out`), join(said, `${started}.err`)];
      const files = [openSync(out, 'w'), openSync(err, 'w')] as const;
      const environment = powerCut === null ? {} : powerCutEnvironment(powerCut, live, disk, diesAtWrite);
      const entry = join(import.meta.dirname, `${kind}-process.ts`);
      const child = spawn(process.execPath, [entry, JSON.stringify({ ...quiet, ...places, ...orders })], {
        env: { ...process.env, ...environment, NODE_COMPILE_CACHE: join(tmpdir(), 'sallyport-crash-code') },
        stdio: ['ignore', ...files, 'pipe'],
      });
      for (const file of files) closeSync(file);
      const ended = new Promise<string>((resolve) => {
        child.on('exit', (code, signal) => resolve(signal ?? `status ${code}`));
      });
      return {
        kind,
        ready: Promise.race([toldBy(child), ended.then(() => {})]),
        ended,
        kill: () => void child.kill('SIGKILL'),
        promises: () => readPromises(readFileSync(out, 'utf8')),
        complaint: () => readFileSync(err, 'utf8').slice(-2_000),
      };
    },
    losePower: (random) => cutPower(live, disk, random),
    async read(isInUse) {
      if (isInUse) return readHome(database, places.effects, places.previews);
      // Whoever opens the database repairs it; the next process shall find it as the last one left it.
      rmSync(seen, { recursive: true, force: true });
      cpSync(live, seen, { recursive: true });
      return readHome(join(seen, 'sallyport.db'), places.effects, places.previews);
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

const toldBy = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.stdio[3]?.on('error', () => resolve());
    child.stdio[3]?.once('readable', () => resolve());
  });
