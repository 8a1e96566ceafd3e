import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import type { Script } from '../../../src/kernel/types.ts';
import { createScriptPlaces } from '../../../src/sandbox/container/script-places.ts';
import { sweepScripts } from '../../../src/sandbox/container/sweep-scripts.ts';
import { temporaryFolder } from '../../fixtures/temporary-store.ts';

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
const digest = (digit: string) => digit.repeat(64);
const age = (path: string, hours: number) => utimesSync(path, hoursAgo(hours), hoursAgo(hours));
const script: Script = {
  run: ['sh'],
  file: 'a/look.sh',
  files: [{ path: 'a/look.sh', base64: Buffer.from('echo hi').toString('base64') }],
  image: '',
};

test('what is no copy of a script, and what was used within a day, stays', async () => {
  const directory = temporaryFolder();
  const names = ['notes', digest('g'), digest('a').slice(1), `${digest('a')}-x`, digest('b')];
  for (const name of names) {
    mkdirSync(join(directory, name));
    age(join(directory, name), name === digest('b') ? 23 : 1_000);
  }
  writeFileSync(join(directory, digest('c')), 'a file');
  age(join(directory, digest('c')), 1_000);
  await sweepScripts(directory);
  expect(readdirSync(directory).sort()).toEqual([...names, digest('c')].sort());
});

test('a copy that nobody used for a day goes, and so does one that was never whole', async () => {
  const directory = temporaryFolder();
  for (const name of [digest('a'), `${digest('b')}-0123456789abcdef`]) {
    mkdirSync(join(directory, name, 'sub'), { recursive: true });
    writeFileSync(join(directory, name, 'sub', 'file'), '');
    age(join(directory, name), 25);
  }
  await sweepScripts(directory);
  expect(readdirSync(directory)).toEqual([]);
  await sweepScripts(join(directory, 'not there'));
});

test('a copy that is used stays for the next start, and one that went is made again', async () => {
  const directory = temporaryFolder();
  const path = await createScriptPlaces(directory)(script);
  mkdirSync(join(directory, digest('a')));
  for (const old of [path, join(directory, digest('a'))]) age(old, 25);
  expect(await createScriptPlaces(directory)(script)).toBe(path);
  expect(readdirSync(directory)).toEqual([basename(path)]);
  expect(readFileSync(join(path, 'a/look.sh'), 'utf8')).toBe('echo hi');
  age(path, 20);
  const find = createScriptPlaces(directory);
  await find(script);
  expect(Date.now() - lstatSync(path).mtimeMs).toBeLessThan(3_600_000);
  await sweepScripts(directory);
  expect(existsSync(path)).toBe(true);
});
