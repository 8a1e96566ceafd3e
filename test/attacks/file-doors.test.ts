import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTestWorkspace, lists, reads, writes } from '../sandbox/files/harness.ts';

const everything = { read: ['/'], write: ['/'] };

test('a pipe, a device and a socket are refused at once', async () => {
  using space = createTestWorkspace();
  execFileSync('mkfifo', [join(space.workspace, 'pipe')]);
  const server = createServer().listen(join(space.workspace, 'socket'));
  const access = space.access(everything);
  for (const path of ['pipe', 'socket']) {
    expect(await reads(path, access)).toBe(`refused: \`${path}\` is neither a regular file nor a directory`);
    expect(await writes(path, 'x', access)).toBe(`refused: \`${path}\` is not a regular file`);
  }
  server.close();
  symlinkSync('/dev/zero', join(space.workspace, 'zero'));
  for (const path of ['/dev/zero', '/dev/stdin', '/dev/tty', 'zero'])
    expect(await reads(path, access)).toMatch(/^refused/);
});

test('the files of the machine are closed even under a grant of everything', async () => {
  using space = createTestWorkspace();
  symlinkSync('/proc/self', join(space.workspace, 'self'));
  const access = space.access(everything);
  const doors = [
    '/proc/self/environ',
    'self/environ',
    '/proc/self/fd/0',
    '/proc/1/root/etc/passwd',
    '/sys/kernel',
    '/dev/shm',
  ];
  for (const path of doors) expect(await reads(path, access), path).toMatch(/^refused/);
  expect(await lists('/proc', access)).toMatch(/^refused/);
  expect(await writes('/dev/shm/sallyport-test', 'x', access)).toMatch(/^refused/);
  expect(existsSync('/dev/shm/sallyport-test')).toBe(false);
  expect(await reads(`/proc/self/root${space.put('workspace/a.txt', 'inside')}`, access)).toBe('inside');
});

test('a path that climbs out is outside, however it is spelled', async () => {
  using space = createTestWorkspace();
  space.put('outside/a.txt', 'OUTSIDE');
  space.put('workspace/sub/b.txt', 'inside');
  const access = space.access({ read: ['.'], write: ['.'] });
  const climbs = [
    '../outside/a.txt',
    'sub/../../outside/a.txt',
    './/..//outside//a.txt',
    join(space.outside, 'a.txt'),
    '..',
    '/',
    '/proc/self/cwd/../../etc/passwd',
  ];
  for (const path of climbs) {
    expect(await reads(path, access), path).toMatch(/^refused/);
    expect(await writes(path, 'x', access), path).toMatch(/^refused/);
  }
  expect(await reads('sub/../sub/./b.txt', access)).toBe('inside');
  expect(await reads('a\0b', access)).toMatch(/NUL/);
  expect(await reads('~/.ssh/id_rsa', access)).toBe('refused: `~/.ssh/id_rsa` is not there');
});

test('what is there and what is not look the same from inside', async () => {
  using space = createTestWorkspace();
  space.put('outside/there', 'x');
  symlinkSync('circle', join(space.workspace, '../outside/circle'));
  const access = space.access({ read: ['.'], write: ['.'] });
  const links = { toThere: 'there', toMissing: 'missing', throughThere: 'there/x', throughMissing: 'missing/x' };
  for (const [name, target] of Object.entries(links)) symlinkSync(`../outside/${target}`, join(space.workspace, name));
  const outside = ['there', 'missing', 'there/x', 'missing/x', 'circle/x'].map((name) => `../outside/${name}`);
  const through = Object.keys(links).flatMap((name) => [name, `${name}/x`]);
  for (const path of [...outside, ...through]) {
    expect(await reads(path, access)).toBe(`refused: \`${path}\` is outside what this call may read`);
    expect(await writes(path, 'x', access)).toBe(`refused: \`${path}\` is outside what this call may write`);
  }
});

test('what stands in the way inside is told', async () => {
  using space = createTestWorkspace();
  space.put('workspace/file', 'x');
  symlinkSync('missing', join(space.workspace, 'nowhere'));
  symlinkSync('circle', join(space.workspace, 'circle'));
  const access = space.access({ read: ['.'], write: ['.'] });
  const told = { 'file/x': 'ENOTDIR', nowhere: 'it is a link that leads nowhere', circle: 'ELOOP' };
  for (const [path, why] of Object.entries(told))
    expect(await reads(path, access)).toBe(`refused: could not use \`${path}\`: ${why}`);
});

test('an exception inside a grant stays closed, to read and to write', async () => {
  using space = createTestWorkspace();
  space.put('workspace/.git/config', 'CLOSED');
  space.put('workspace/sub/.env', 'CLOSED');
  const access = space.access({ read: ['.'], write: ['.'], exceptRead: ['**/.env'], exceptWrite: ['.git/**'] });
  expect(await reads('sub/.env', access)).toMatch(/^refused/);
  expect(await writes('.git/config', 'x', access)).toMatch(/^refused/);
  expect(await writes('.git/hooks/pre-commit', 'x', access)).toMatch(/^refused/);
  expect(readdirSync(join(space.workspace, '.git'))).toEqual(['config']);
});

test('the private directories of the kernel are closed under every grant', async () => {
  using space = createTestWorkspace();
  const home = join(space.workspace, 'home');
  space.put('workspace/home/secrets', 'PRIVATE');
  const access = space.access(everything, [home]);
  expect(await reads('home/secrets', access)).toMatch(/^refused/);
  expect(await lists('home', access)).toMatch(/^refused/);
  expect(await writes('home/config.yaml', 'x', access)).toMatch(/^refused/);
  expect(readdirSync(home)).toEqual(['secrets']);
});

test('directories are made only on the way to a granted file, never where nothing is granted', async () => {
  using space = createTestWorkspace();
  const one = space.access({ write: ['reports/deep/out.md'] });
  expect(await writes('reports/deep/out.md', 'x', one)).toBe(join(space.workspace, 'reports/deep/out.md'));
  expect(await writes('reports/deep/other.md', 'x', one)).toMatch(/^refused/);
  const far = space.access({ write: [join(space.outside, 'a/b.txt')] });
  expect(await writes(join(space.outside, 'a/b.txt'), 'x', far)).toMatch(/may not make it/);
  expect(readdirSync(space.outside)).toEqual([]);
});

test('a write that fails leaves neither a half file nor a temporary one', async () => {
  using space = createTestWorkspace();
  space.put('workspace/folder/kept.txt', 'x');
  writeFileSync(join(space.workspace, 'file'), 'x');
  const access = space.access({ write: ['.'] });
  expect(await writes('folder', 'x', access)).toMatch(/is not a regular file/);
  expect(await writes('file/below.txt', 'x', access)).toMatch(/^refused/);
  expect(await writes('.', 'x', access)).toMatch(/^refused/);
  expect(readdirSync(space.workspace).sort()).toEqual(['file', 'folder']);
  expect(readFileSync(join(space.workspace, 'file'), 'utf8')).toBe('x');
});
