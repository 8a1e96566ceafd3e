// Disks that are really full: a small one each for the workspace, the state home, the directory of the sandbox and the
// engine. A call ends with a reason a person can act on, nothing half done is called done, and when there is room again the
// next call is well. Mounting needs root, as the engine does.

import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { containerBench, outputOf } from '../fixtures/container-bench.ts';
import { ownEngine } from '../fixtures/own-engine.ts';
import { previewBench } from '../fixtures/preview-bench.ts';
import { createTestSandbox, said } from './isolate-harness.ts';

const undo: (() => unknown)[] = [];
afterAll(async () => {
  for (const step of undo.reverse()) await step();
});

/** A disk of so many bytes; `fill` leaves no room on it, `free` makes some again. */
function smallDisk(
  bytes: number,
  at = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-disk-'))),
  more = 'mode=755',
) {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},${more}`, 'tmpfs', at]);
  undo.push(() => {
    execFileSync('umount', ['--lazy', at]);
    rmSync(at, { recursive: true, force: true });
  });
  const ballast = join(at, '.ballast');
  return {
    at,
    fill: () => {
      const { bavail, bsize } = statfsSync(at);
      execFileSync('dd', ['if=/dev/zero', `of=${ballast}`, `bs=${bsize}`, `count=${bavail}`], { stdio: 'ignore' });
    },
    free: () => rmSync(ballast),
  };
}

const mebibyte = 1_048_576;
const hasNoPart = (directory: string) =>
  expect(readdirSync(directory).filter((name) => name.endsWith('.tmp'))).toEqual([]);

test('a file tool says that the disk is full, leaves the old file whole and nothing beside it, and works again with room', async () => {
  const disk = smallDisk(mebibyte);
  await using sandbox = createTestSandbox();
  const grants = { read: [disk.at], write: [disk.at] };
  const path = join(disk.at, 'report.txt');
  const content = 'new '.repeat(50_000);
  writeFileSync(path, 'old');
  disk.fill();
  const full = await sandbox.call('write', { path, content }, grants);
  expect(said(full)).toMatch(/^failed: .*report\.txt.*ENOSPC: a disk is full; make room/);
  expect(readFileSync(path, 'utf8')).toBe('old');
  hasNoPart(disk.at);
  disk.free();
  expect(await sandbox.call('write', { path, content }, grants)).toMatchObject({ kind: 'ok' });
  expect(readFileSync(path, 'utf8')).toBe(content);
});

test('a command in a full workspace fails by its own words, and the next one with room is well', async () => {
  const bench = containerBench('full-workspace');
  undo.push(() => bench.close());
  const disk = smallDisk(mebibyte);
  mkdirSync(join(disk.at, 'out'));
  disk.fill();
  const write = 'set -e; head -c 500000 /dev/zero > out/a; echo done';
  const full = await bench.run(write, disk.at, { write: ['out/**'] });
  expect(full).toMatchObject({ kind: 'failed' });
  expect(outputOf(full)).toMatch(/No space left on device/);
  disk.free();
  expect(await bench.run(write, disk.at, { write: ['out/**'] })).toMatchObject({ kind: 'ok', output: 'done\n' });
});

test('a full disk below the places of the sandbox fails a call before anything runs, and passes', async () => {
  // Directories take no blocks of such a disk: here the entries run out.
  const disk = smallDisk(mebibyte, undefined, 'mode=700,nr_inodes=3');
  const bench = containerBench('full-runtime', { runtimeDirectory: disk.at });
  undo.push(() => bench.close());
  const workspace = bench.workspace();
  disk.fill();
  const full = await bench.run('echo ran', workspace, { read: ['.'] });
  expect(full).toMatchObject({ kind: 'failed', facts: { started: false }, output: '' });
  expect(full).toMatchObject({ because: expect.stringMatching(/ENOSPC|no space left/) });
  execFileSync('mount', ['-o', 'remount,nr_inodes=1000', disk.at]);
  expect(await bench.run('echo ran', workspace, { read: ['.'] })).toMatchObject({ kind: 'ok', output: 'ran\n' });
});

test('a preview for which there is no room asks nobody, changes nothing and keeps nothing', async () => {
  const bench = previewBench('full-home');
  undo.push(() => bench.close());
  mkdirSync(join(bench.home, 'previews'), { recursive: true });
  const disk = smallDisk(mebibyte, join(bench.home, 'previews'));
  mkdirSync(join(bench.workspace, 'out'));
  writeFileSync(join(bench.workspace, 'out/a.txt'), 'x'.repeat(200_000));
  const call = (answer: 'approve' | 'decline') =>
    bench.call({ command: 'echo new > out/a.txt', grants: { write: ['out/**'] }, answer: () => answer });
  disk.fill();
  const full = await call('approve');
  expect(full.result).toMatchObject({ outcome: 'failed', because: expect.stringMatching(/ENOSPC|no space left/) });
  expect(full.asked).toEqual([]);
  expect(readFileSync(join(bench.workspace, 'out/a.txt'), 'utf8')).toHaveLength(200_000);
  disk.free();
  expect((await call('approve')).result).toMatchObject({ outcome: 'ok' });
  expect(readFileSync(join(bench.workspace, 'out/a.txt'), 'utf8')).toBe('new\n');
});

test('an engine whose disk is full fails a call with what to do, leaves no container, and serves the next one with room', async () => {
  const disk = smallDisk(2_048 * mebibyte);
  const engine = await ownEngine({ dataRoot: disk.at });
  undo.push(() => engine.close());
  const bench = containerBench('full-engine', { socketPath: engine.socketPath });
  const workspace = bench.workspace();
  expect(await bench.run('echo ran', workspace)).toMatchObject({ kind: 'ok' });
  disk.fill();
  const full = await bench.run('echo ran', workspace);
  expect(full).toMatchObject({ kind: 'failed', facts: { started: false } });
  expect(full).toMatchObject({
    because: expect.stringMatching(/no space left.*make room where the engine keeps its data/i),
  });
  disk.free();
  expect(await bench.run('echo ran', workspace)).toMatchObject({ kind: 'ok', output: 'ran\n' });
  await bench.close();
  const filters = JSON.stringify({ label: [`sallyport.instance=${bench.instance}`] });
  await expect.poll(async () => (await engine.docker.listContainers({ all: true, filters })).length).toBe(0);
  expect(existsSync(workspace)).toBe(false);
});
