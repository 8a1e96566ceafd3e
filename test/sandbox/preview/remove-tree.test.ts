import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const nobody = 65_534;
const source = resolve(import.meta.dirname, '../../../src/sandbox/preview/remove-tree.ts');

test('what a command closed to everybody is removed all the same, by a kernel that is not root', () => {
  const root = mkdtempSync(join(tmpdir(), 'sallyport-remove-'));
  const own = { uid: process.getuid?.() === 0 ? nobody : (process.getuid?.() ?? 0) };
  // Where the source lies, another user may not be able to look.
  cpSync(source, join(root, 'remove-tree.ts'));
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  const tree = join(root, 'place/tree');
  mkdirSync(join(tree, 'closed/inner'), { recursive: true });
  writeFileSync(join(tree, 'closed/inner/file'), 'x');
  for (const path of [
    'place',
    'place/tree',
    'place/tree/closed',
    'place/tree/closed/inner',
    'place/tree/closed/inner/file',
  ]) {
    if (process.getuid?.() === 0) chownSync(join(root, path), own.uid, own.uid);
  }
  for (const path of ['closed/inner', 'closed']) chmodSync(join(tree, path), 0o000);
  chmodSync(root, 0o755);
  const program = `import { removeTree } from '${root}/remove-tree.ts'; await removeTree('${tree}');`;
  const words = ['--input-type=module', '--eval', program];
  const { status, stderr } = spawnSync(process.execPath, words, { ...own, cwd: '/', encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  expect(existsSync(tree)).toBe(false);
  rmSync(root, { recursive: true });
});
