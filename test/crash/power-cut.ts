// A disk that forgets, for the directory of one database: `power-cut.c` keeps what was flushed, and this decides what of the
// rest reached the disk before the power was gone: any sectors of it, or none.

import { execFileSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { between, type Random } from '../soak/random.ts';

/** Compiles the library into `directory`. @throws {Error} without a C compiler: what it proves cannot be left out. */
export function compilePowerCut(directory: string): string {
  const library = join(directory, 'power-cut.so');
  const source = resolve(import.meta.dirname, 'power-cut.c');
  execFileSync(process.env.CC ?? 'cc', ['-shared', '-fPIC', '-O2', '-Wall', '-o', library, source, '-ldl']);
  return library;
}

/** What a process needs for its writes to `live` to reach only `disk`; it dies before its `at`-th one, 0 for never. */
export const powerCutEnvironment = (library: string, live: string, disk: string, at: number) => ({
  LD_PRELOAD: library,
  POWER_CUT_LIVE: live,
  POWER_CUT_DISK: disk,
  ...(at > 0 ? { POWER_CUT_AT: `${at}` } : {}),
});

/** What hardware writes as a whole. */
const sectorBytes = 512;
const noteBytes = 24;
const notes = '.dirty';
const removed = '.unlinked';

/** The power is gone: `live` becomes what is on the disk, and whatever of the rest happened to reach it. */
export function cutPower(live: string, disk: string, random: Random): void {
  // Often all of it, or nothing; else each sector for itself.
  const share = [0, 0.1, 0.5, 0.9, 1][between(random, 0, 4)] ?? 0;
  for (const name of endingWith(disk, notes)) {
    reachDisk(join(live, name), join(disk, name), readFileSync(join(disk, name + notes)), () => random() < share);
    rmSync(join(disk, name + notes));
  }
  for (const name of endingWith(disk, removed)) {
    const isBack = !existsSync(join(disk, name)) && random() < 0.5;
    if (isBack) renameSync(join(disk, name + removed), join(disk, name));
    else rmSync(join(disk, name + removed));
  }
  rmSync(live, { recursive: true });
  mkdirSync(live);
  for (const name of readdirSync(disk)) copyFileSync(join(disk, name), join(live, name));
}

const endingWith = (directory: string, ending: string): readonly string[] =>
  readdirSync(directory).flatMap((name) => (name.endsWith(ending) ? [name.slice(0, -ending.length)] : []));

/** Carries some of what was noted about a file over. A file whose name never reached the disk may do so now. */
function reachDisk(from: string, to: string, noted: Buffer, isReached: () => boolean): void {
  if (!existsSync(from) || (!existsSync(to) && !isReached())) return;
  const source = openSync(from, 'r');
  const target = openSync(to, existsSync(to) ? 'r+' : 'w+');
  const sector = Buffer.alloc(sectorBytes);
  for (let at = 0; at + noteBytes <= noted.length; at += noteBytes) {
    const [kind, offset, length] = [0, 8, 16].map((member) => Number(noted.readBigInt64LE(at + member)));
    if (kind === undefined || offset === undefined || length === undefined) continue;
    if (kind === 2 && isReached()) ftruncateSync(target, length);
    if (kind !== 1) continue;
    const end = offset + length;
    for (let start = offset - (offset % sectorBytes); start < end; start += sectorBytes) {
      const [first, last] = [Math.max(start, offset), Math.min(start + sectorBytes, end)];
      if (!isReached()) continue;
      const got = readSync(source, sector, 0, last - first, first);
      writeSync(target, sector, 0, got, first);
    }
  }
  closeSync(source);
  closeSync(target);
}
