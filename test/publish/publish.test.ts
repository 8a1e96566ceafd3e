import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { publishToFile } from '../../src/publish/publish-to-file.ts';
import { publishToGit } from '../../src/publish/publish-to-git.ts';
import { temporaryFolder } from '../fixtures/temporary-store.ts';

const git = (directory: string, ...args: readonly string[]) =>
  execFileSync('git', ['-C', directory, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

function repository(): string {
  const directory = temporaryFolder();
  git(directory, 'init', '--quiet', '--initial-branch', 'main');
  return directory;
}

test('a place that is not there is refused, and nothing is made', async () => {
  const directory = temporaryFolder();
  await expect(publishToFile(join(directory, 'no', 'file'), 'note\n')).rejects.toThrow(/ENOENT/);
  await expect(publishToGit(directory, 'note\n', 'title', false)).rejects.toThrow(/not a git repository/);
  expect(existsSync(join(directory, 'checkpoint'))).toBe(false);
});

test('a push that cannot be made is refused, and the commit stays', async () => {
  const directory = repository();
  await expect(publishToGit(directory, 'note\n', 'title', true)).rejects.toThrow(/push/);
  expect(git(directory, 'log', '--format=%s').trim()).toBe('title');
});

test('no hook of the repository runs', async () => {
  const directory = repository();
  const trace = join(directory, 'trace');
  mkdirSync(join(directory, '.git', 'hooks'), { recursive: true });
  for (const hook of ['pre-commit', 'post-commit', 'commit-msg', 'pre-push', 'reference-transaction']) {
    const path = join(directory, '.git', 'hooks', hook);
    writeFileSync(path, `#!/bin/sh\necho ${hook} >> '${trace}'\n`);
    chmodSync(path, 0o755);
  }
  git(directory, 'config', 'core.fsmonitor', `touch '${trace}'`);
  await publishToGit(directory, 'note\n', 'title', false);
  expect(existsSync(trace)).toBe(false);
});

test('a file gets one note after the other', async () => {
  const path = join(temporaryFolder(), 'checkpoints');
  await publishToFile(path, 'one\n');
  await publishToFile(path, 'two\n');
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
});

test('a repository gets a commit for each note, and none for the same note again; other changes stay out', async () => {
  const directory = repository();
  writeFileSync(join(directory, 'other'), 'mine');
  git(directory, 'add', 'other');
  for (const note of ['one\n', 'one\n', 'two\n']) await publishToGit(directory, note, `note ${note.trim()}`, false);
  expect(git(directory, 'log', '--format=%s %an').trim()).toBe('note two sallyport\nnote one sallyport');
  expect(git(directory, 'show', 'HEAD:checkpoint')).toBe('two\n');
  expect(git(directory, 'ls-tree', '--name-only', 'HEAD').trim()).toBe('checkpoint');
});

test('a repository with an upstream is pushed', async () => {
  const upstream = temporaryFolder();
  git(upstream, 'init', '--quiet', '--bare', '--initial-branch', 'main');
  const directory = repository();
  git(directory, 'remote', 'add', 'origin', upstream);
  git(directory, 'config', 'push.autoSetupRemote', 'true');
  await publishToGit(directory, 'one\n', 'one', true);
  expect(git(upstream, 'log', '--format=%s').trim()).toBe('one');
});
