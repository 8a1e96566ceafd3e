import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { lutimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { directoryNameOf } from '../../../src/sandbox/container/runtime-directory.ts';
import { compileFileAccess } from '../../../src/sandbox/files/file-access.ts';
import { createUnfinishedFiles } from '../../../src/sandbox/files/unfinished-files.ts';
import { createWriteText } from '../../../src/sandbox/files/write-text.ts';
import { isInstanceAlive } from '../../../src/store/instance.ts';

/** A workspace, and notes beside it. `left` is a file as a killed kernel would leave it, with its note. */
function bench(instance = 'of-nobody') {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-unfinished-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const [workspace, notes] = [join(root, 'workspace'), join(root, 'notes')];
  mkdirSync(workspace);
  const unfinished = createUnfinishedFiles(notes, instance);
  const left = async (directory: string): Promise<string> => {
    const { name } = await unfinished.begin(directory);
    writeFileSync(join(directory, name), 'half');
    return name;
  };
  const noted = () => readdirSync(notes).flatMap((name) => readdirSync(join(notes, name)));
  return { root, workspace, notes, unfinished, left, noted };
}
const nobodyLives = () => false;

test('what a living kernel is writing is not touched', async () => {
  const { workspace, unfinished, left, noted } = bench();
  const name = await left(workspace);
  await unfinished.sweep((instance) => instance === 'of-nobody');
  expect(readdirSync(workspace)).toEqual([name]);
  expect(noted()).toHaveLength(1);
});

test('a file that only looks like an unfinished one is never removed', async () => {
  const { workspace, unfinished, left } = bench();
  const name = await left(workspace);
  const alike = ['.sallyport-0123456789abcdef01.tmp', '.0123456789abcdef01.tmp', `x${name}`, `${name}~`];
  for (const other of alike) writeFileSync(join(workspace, other), 'mine');
  await unfinished.sweep(nobodyLives);
  expect(readdirSync(workspace).sort()).toEqual([...alike].sort());
});

test('a directory that became a link is not followed, and its note is kept for when it is back', async () => {
  const { root, workspace, unfinished, left, noted } = bench();
  mkdirSync(join(workspace, 'sub'));
  await left(workspace);
  await left(join(workspace, 'sub'));
  const elsewhere = join(root, 'elsewhere');
  renameSync(workspace, elsewhere);
  symlinkSync(elsewhere, workspace);
  await unfinished.sweep(nobodyLives);
  expect(readdirSync(elsewhere, { recursive: true })).toHaveLength(3);
  expect(noted()).toHaveLength(2);
  rmSync(workspace);
  renameSync(elsewhere, workspace);
  await unfinished.sweep(nobodyLives);
  expect(readdirSync(workspace, { recursive: true })).toEqual(['sub']);
  expect(noted()).toEqual([]);
});

test('a note that nobody can follow is kept for 30 days, and no longer', async () => {
  const { root, workspace, notes, unfinished, left, noted } = bench();
  await left(workspace);
  renameSync(workspace, join(root, 'elsewhere'));
  symlinkSync('elsewhere', workspace);
  const [note = ''] = noted();
  const days = (count: number) => new Date(Date.now() - count * 86_400_000);
  for (const [age, kept] of [
    [29, 1],
    [31, 0],
  ] as const) {
    await lutimes(join(notes, directoryNameOf('of-nobody'), note), days(age), days(age));
    await unfinished.sweep(nobodyLives);
    expect(readdirSync(notes)).toHaveLength(kept);
  }
});

test('whatever lies among the notes, the sweep goes on and leaves what is not its own', async () => {
  const { root, workspace, notes, unfinished, left } = bench();
  await left(workspace);
  const own = join(notes, directoryNameOf('of-nobody'));
  writeFileSync(join(notes, 'a file'), '');
  mkdirSync(join(notes, 'not of an instance'));
  mkdirSync(join(notes, directoryNameOf('another')));
  writeFileSync(join(root, '.sallyport-00.tmp'), '');
  for (const [name, target] of [
    ['00', root],
    ['0'.repeat(18), 'nowhere'],
    ['1'.repeat(18), '\n'],
  ] as const)
    symlinkSync(target, join(own, name));
  writeFileSync(join(own, '2'.repeat(18)), workspace);
  mkdirSync(join(own, '3'.repeat(18)));
  await unfinished.sweep(nobodyLives);
  expect(readdirSync(workspace)).toEqual([]);
  expect(readdirSync(root).sort()).toEqual(['.sallyport-00.tmp', 'notes', 'workspace']);
  expect(readdirSync(notes)).toEqual(expect.arrayContaining(['a file', 'not of an instance']));
  expect(readdirSync(notes)).not.toContain(directoryNameOf('another'));
});

test('a note whose file is gone goes too, and one whose directory is gone stays', async () => {
  const { workspace, unfinished, left, noted } = bench();
  mkdirSync(join(workspace, 'sub'));
  await left(join(workspace, 'sub'));
  await left(workspace);
  for (const name of readdirSync(workspace)) rmSync(join(workspace, name), { recursive: true });
  await unfinished.sweep(nobodyLives);
  expect(noted()).toHaveLength(1);
});

test('a write that ended leaves no note, whether it was refused or not', async () => {
  const { workspace, notes, unfinished, noted } = bench();
  const access = compileFileAccess({ read: [], write: ['.'], exceptRead: [], exceptWrite: [] }, workspace, []);
  const write = createWriteText(unfinished);
  await write('a/b.txt', 'text', access, () => {});
  const late = () => {
    throw new Error('the call is over');
  };
  await expect(write('c.txt', 'text', access, late)).rejects.toThrow('over');
  expect(readdirSync(workspace)).toEqual(['a']);
  expect(noted()).toEqual([]);
  await unfinished.close();
  expect(readdirSync(notes)).toEqual([]);
});

test('what cannot be noted is not written', async () => {
  const { root, workspace } = bench();
  writeFileSync(join(root, 'full'), '');
  const write = createWriteText(createUnfinishedFiles(join(root, 'full'), 'x'));
  const access = compileFileAccess({ read: [], write: ['.'], exceptRead: [], exceptWrite: [] }, workspace, []);
  await expect(write('a.txt', 'text', access, () => {})).rejects.toThrow('could not write `a.txt`: ENOTDIR');
  expect(readdirSync(workspace)).toEqual([]);
});

test.each(['noted', 'half', 'whole'])(
  'P11: a kernel killed when a file is %s leaves what the next start removes',
  async (instant) => {
    const { workspace, notes, unfinished, noted } = bench('the next');
    writeFileSync(join(workspace, 'file'), 'as it was');
    const script = join(import.meta.dirname, 'dying-writer.ts');
    const { signal, stderr } = spawnSync(process.execPath, [script, notes, workspace, 'file', instant], {
      encoding: 'utf8',
    });
    expect(signal, stderr).toBe('SIGKILL');
    expect(noted()).toHaveLength(1);
    expect(readdirSync(workspace)).toHaveLength(instant === 'noted' ? 1 : 2);
    await unfinished.sweep(isInstanceAlive);
    expect(readdirSync(workspace)).toEqual(['file']);
    expect(readFileSync(join(workspace, 'file'), 'utf8')).toBe('as it was');
    expect(readdirSync(notes)).toEqual([]);
  },
);
