import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { createSessionFolder, type SessionFolder } from '../../src/sessions/session-folder.ts';
import { appendLines, readTranscript } from '../../src/sessions/transcript.ts';

let root: string;
let directory: string;
let folder: SessionFolder;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sallyport-sessions-'));
  directory = join(root, 'sessions');
  folder = createSessionFolder(directory, systemClock);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const indexText = () => readFileSync(join(directory, 'sessions.json'), 'utf8');
const ending = {
  type: 'run',
  run: 'run-1',
  at: 1,
  phase: 'end',
  because: '',
  labels: [],
  usage: { tokens: 1 },
} as const;

test('where there is no folder there are no sessions, and looking makes none', async () => {
  expect(await folder.list()).toEqual({ files: [], damaged: [] });
  expect(await folder.current('agent:main:main')).toBeNull();
  expect(existsSync(directory)).toBe(false);
});

test('a file that is no transcript, or that of another session, is told and stops nothing else', async () => {
  const good = await folder.open('agent:main:main');
  const garbage = join(directory, `${'0'.repeat(32)}-1.jsonl`);
  writeFileSync(garbage, 'garbage\n');
  const copied = join(directory, `${'1'.repeat(32)}-1.jsonl`);
  writeFileSync(copied, readFileSync(good.path));
  writeFileSync(join(directory, 'notes.jsonl'), 'mine');
  const { files, damaged } = await folder.list();
  expect(files).toEqual([good]);
  expect([...damaged].sort()).toEqual([garbage, copied]);
});

test('the file of a session that says it is another is not used', async () => {
  const one = await folder.open('agent:main:one');
  const other = await folder.open('agent:main:other');
  writeFileSync(one.path, readFileSync(other.path));
  await expect(folder.open('agent:main:one')).rejects.toThrow('another session');
});

test('`sessions.json` that is missing, broken or lies is made anew from the files', async () => {
  const one = await folder.open('agent:main:one');
  const other = await folder.open('agent:main:other');
  const whole = indexText();
  const lie = whole.replaceAll('agent:main:one', 'agent:main:two');
  for (const text of ['', '{', '[]', '{"version":1,"sessions":{}}', lie]) {
    writeFileSync(join(directory, 'sessions.json'), text);
    expect((await folder.list()).files).toEqual([one, other]);
  }
  rmSync(join(directory, 'sessions.json'));
  await folder.list();
  expect(indexText()).toBe(whole);
  expect(JSON.parse(whole).sessions['agent:main:one'].current.id).toBe(one.id);
});

test('a reset begins a new file and leaves the old one as it is', async () => {
  const first = await folder.open('agent:main:main');
  await appendLines(first.path, [ending]);
  const before = readFileSync(first.path);
  const second = await folder.reset('agent:main:main');
  expect(second.path).not.toBe(first.path);
  expect(await Array.fromAsync(readTranscript(second.path))).toEqual([]);
  expect(readFileSync(first.path)).toEqual(before);
  expect((await folder.open('agent:main:main')).id).toBe(second.id);
  const { files } = await folder.list();
  expect(files.map(({ number, isCurrent }) => [number, isCurrent])).toEqual([
    [2, true],
    [1, false],
  ]);
});

test('what is archived is moved, and its number is not given again', async () => {
  const first = await folder.open('agent:main:main');
  const to = await folder.archive(first);
  expect(existsSync(first.path)).toBe(false);
  expect(existsSync(to)).toBe(true);
  expect((await folder.list()).files).toEqual([]);
  expect((await folder.open('agent:main:main')).number).toBe(2);
});

test('two who begin the same session at once find the same one, or one after the other', async () => {
  const many = Array.from({ length: 8 }, () => createSessionFolder(directory, systemClock).reset('agent:main:main'));
  const numbers = (await Promise.all(many)).map(({ number }) => number);
  expect(new Set(numbers).size).toBe(8);
  expect((await folder.current('agent:main:main'))?.number).toBe(8);
});

test('names of files say nothing of the key, and only this account reads them', async () => {
  for (const key of ['agent:main:..', 'agent:main:%2F', 'agent:main:Main', 'agent:main:main']) await folder.open(key);
  const names = readdirSync(directory).filter((name) => name.endsWith('.jsonl'));
  expect(names).toHaveLength(4);
  for (const name of names) expect(name).toMatch(/^[0-9a-f]{32}-1\.jsonl$/);
  for (const name of [...names, 'sessions.json', '.']) expect(statSync(join(directory, name)).mode & 0o077).toBe(0);
});
