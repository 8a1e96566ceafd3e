import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { contentsOf } from '../../../src/policy/classify/contents.ts';

function place() {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-contents-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return (name: string, text?: string) => {
    const path = join(folder, name);
    if (text !== undefined) writeFileSync(path, text);
    return path;
  };
}
const contentOf = async (path: string) => (await contentsOf([path]))[0]?.content;

test('what is no ordinary file is told as what it is, and never waited for', async () => {
  const at = place();
  mkdirSync(at('folder'));
  execFileSync('mkfifo', [at('pipe')]);
  symlinkSync('file', at('link'));
  expect(await contentOf(at('gone'))).toBe('cannot be read');
  expect(await contentOf(at('link'))).toBe('cannot be read');
  expect(await contentOf(at('folder'))).toBe('a directory');
  expect(await contentOf(at('pipe'))).toBe('no ordinary file');
});

test('a file is its digest, and one byte makes another', async () => {
  const at = place();
  const sha256 = createHash('sha256').update('hello').digest('hex');
  expect(await contentOf(at('a', 'hello'))).toBe(`sha256:${sha256}`);
  expect(await contentOf(at('a', 'hellp'))).not.toBe(`sha256:${sha256}`);
});

test('of a large file the beginning, the size and the last change count', async () => {
  const at = place();
  const path = at('large', '');
  truncateSync(path, 5_000_000);
  const before = await contentOf(path);
  expect(before).toMatch(/^sha256:[0-9a-f]{64} of its first 4194304 bytes; 5000000 bytes, changed [\d.]+$/);
  truncateSync(path, 5_000_001);
  expect(await contentOf(path)).not.toBe(before);
});

test('paths are told once, in order, and a long list says how many are not', async () => {
  const at = place();
  const paths = Array.from({ length: 120 }, (_, index) => at(`f${String(index).padStart(3, '0')}`, ''));
  const read = await contentsOf([...paths.toReversed(), ...paths]);
  expect(read.slice(0, 100).map(({ path }) => path)).toEqual(paths.slice(0, 100));
  expect(read.at(-1)).toEqual({ path: '', content: '20 more, not looked at' });
});
