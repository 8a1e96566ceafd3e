import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commitWorkspace } from '../../src/publish/commit-workspace.ts';
import { temporaryFolder } from '../fixtures/temporary-store.ts';

function place() {
  const root = realpathSync(temporaryFolder());
  const workspace = join(root, 'workspace');
  const repository = join(root, 'workspace.git');
  mkdirSync(workspace);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'core.quotePath=false', '--git-dir', repository, ...args], { encoding: 'utf8' });
  const commit = (message = 'm\n') => commitWorkspace({ workspace, repository, message, now: 1_000_000_000_000 });
  return { root, workspace, git, commit, tree: () => git('ls-tree', '-r', '--format=%(objectmode) %(path)', 'main') };
}

test('nothing that lies in the workspace is run, whatever its git configuration says', async () => {
  const { root, workspace, commit, tree } = place();
  const trace = join(root, 'ran');
  const inside = (...args: string[]) => execFileSync('git', ['-C', workspace, ...args]);
  inside('init', '-q');
  const evil = `touch ${trace};`;
  for (const [name, value] of [
    ['core.fsmonitor', evil],
    ['core.hooksPath', join(workspace, 'hooks')],
    ['filter.evil.clean', evil],
    ['filter.evil.process', evil],
    ['filter.evil.required', 'true'],
  ])
    inside('config', name ?? '', value ?? '');
  writeFileSync(join(workspace, '.gitattributes'), '* filter=evil\n');
  mkdirSync(join(workspace, 'hooks'));
  for (const hook of ['pre-commit', 'post-commit', 'reference-transaction', 'post-index-change']) {
    writeFileSync(join(workspace, 'hooks', hook), `#!/bin/sh\n${evil}\n`);
    chmodSync(join(workspace, 'hooks', hook), 0o755);
  }
  mkdirSync(join(workspace, 'sub'));
  execFileSync('git', ['-C', join(workspace, 'sub'), 'init', '-q']);
  execFileSync('git', ['-C', join(workspace, 'sub'), 'config', 'core.fsmonitor', evil]);
  writeFileSync(join(workspace, 'sub', 'file'), 'x');
  writeFileSync(join(workspace, '.gitmodules'), '[submodule "sub"]\n path = sub\n ignore = none\n url = ext::x\n');
  const done = await commit();
  expect(done.leftOut).toEqual(['sub/']);
  expect(tree()).toContain('100755 hooks/pre-commit');
  expect(existsSync(trace)).toBe(false);
  expect(existsSync(join(workspace, '.git', 'refs', 'heads', 'main'))).toBe(false);
});

test('links are committed as links, and nothing behind one is read', async () => {
  const { root, workspace, git, commit, tree } = place();
  mkdirSync(join(root, 'outside'));
  writeFileSync(join(root, 'outside', 'secret'), 'secret');
  symlinkSync('../outside', join(workspace, 'there'));
  symlinkSync('../outside/secret', join(workspace, 'it'));
  const done = await commit();
  expect(done.files).toBe(2);
  expect(tree()).toBe('120000 it\n120000 there\n');
  expect(git('show', 'main:it')).toBe('../outside/secret');
});

test('what is ignored stays out, and names are any bytes', async () => {
  const { workspace, commit, tree } = place();
  writeFileSync(join(workspace, '.gitignore'), 'ignored\n');
  for (const name of ['ignored', 'a b', 'a"b\\', 'ü\n', '$(x)', '-x']) writeFileSync(join(workspace, name), name);
  await commit();
  expect(
    tree()
      .split('\n')
      .filter((line) => line.includes('ignored') && !line.includes('.gitignore')),
  ).toEqual([]);
  expect(tree()).toContain('100644 a b\n');
  expect(tree()).toContain('100644 -x\n');
  expect(tree()).toContain('"a\\"b\\\\"');
  expect(tree()).toContain('ü\\n');
});

test('a workspace that did not change is not committed again; one that did, upon the last', async () => {
  const { workspace, git, commit } = place();
  expect(await commit()).toMatchObject({ isNew: true, files: 0 });
  writeFileSync(join(workspace, 'a'), '1');
  writeFileSync(join(workspace, 'b'), '1');
  const first = await commit('first\n\nRun: run-1\n');
  expect(first).toMatchObject({ isNew: true, files: 2, leftOut: [] });
  expect(await commit('again\n')).toEqual({ ...first, isNew: false });
  rmSync(join(workspace, 'a'));
  const second = await commit('second\n');
  expect(git('log', '--format=%H %s', 'main').split('\n').slice(0, 2)).toEqual([
    `${second.commit} second`,
    `${first.commit} first`,
  ]);
  expect(git('ls-tree', '--name-only', 'main')).toBe('b\n');
  expect(git('for-each-ref', '--format=%(refname)')).toBe('refs/heads/main\n');
  expect(git('log', '-1', '--format=%B', first.commit)).toContain('Run: run-1');
});
