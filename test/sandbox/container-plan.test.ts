import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { noGrants } from '../../src/kernel/limits.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import type { Grants } from '../../src/kernel/types.ts';
import { planMounts } from '../../src/sandbox/container/mount-plan.ts';
import { createWalkMemory } from '../../src/sandbox/container/walk-memory.ts';

let workspace = '';
const made: string[] = [];
beforeEach(() => {
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-plan-')));
  made.push(workspace);
});
afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true });
});

const put = (...paths: readonly string[]) => {
  for (const path of paths) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true });
    writeFileSync(join(workspace, path), path);
  }
};

const plan = async (grants: Partial<Grants>, privatePaths: readonly string[] = []): Promise<readonly string[]> => {
  const memory = createWalkMemory(systemClock);
  const request = { grants: { ...noGrants, ...grants }, workspace, privatePaths, entriesMax: 520, memory };
  const { mounts } = await planMounts(request);
  return mounts.map(({ access, target, kind, isAbsent }) => `${access} ${target} ${kind}${isAbsent ? ' absent' : ''}`);
};

test('no grants are no mounts', async () => {
  put('a.txt');
  expect(await plan({})).toEqual([]);
});

test('a grant that leads out of the workspace is refused', async () => {
  await expect(plan({ read: ['../other'] })).rejects.toThrow(/leads out of the workspace/);
  await expect(plan({ write: ['sub/../../other/**'] })).rejects.toThrow(/leads out of the workspace/);
});

test('a grant through a symbolic link is refused, wherever the link is in it', async () => {
  symlinkSync('/etc', join(workspace, 'link'));
  symlinkSync('nowhere', join(workspace, 'dangling'));
  await expect(plan({ read: ['link'] })).rejects.toThrow(/symbolic link/);
  await expect(plan({ read: ['link/**'] })).rejects.toThrow(/symbolic link/);
  await expect(plan({ read: ['link/passwd'] })).rejects.toThrow(/symbolic link/);
  await expect(plan({ write: ['dangling'] })).rejects.toThrow(/symbolic link/);
  expect(await plan({ read: ['link/*.conf'] })).toEqual([]);
});

test('the places a container has of its own, and those of the kernel, are never granted', async () => {
  for (const place of ['/', '/**', '/proc', '/sys/fs/**', '/dev/null', '/etc/passwd', '/usr/bin', '/bin']) {
    await expect(plan({ read: [place] })).rejects.toThrow(/cannot be granted|symbolic link|neither a file/);
  }
  await expect(plan({ write: ['/workspace'] })).rejects.toThrow(/cannot be granted/);
  await expect(plan({ read: [dirname(workspace)] })).rejects.toThrow(/holds the workspace/);
});

test('a socket is never granted, and closed inside what is', async () => {
  const path = join(workspace, 'service.sock');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  await expect(plan({ read: ['service.sock'] })).rejects.toThrow(/neither a file nor a directory/);
  expect(await plan({ read: ['.'] })).toEqual(['read /workspace directory', 'closed /workspace/service.sock file']);
  server.close();
});

test('a private place is never granted, and stays closed inside what is', async () => {
  const outside = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-private-')));
  made.push(outside);
  await expect(plan({ read: [join(outside, 'x')] }, [outside])).resolves.toEqual([]);
  writeFileSync(join(outside, 'x'), '');
  await expect(plan({ read: [join(outside, 'x')] }, [outside])).rejects.toThrow(/is private/);
  put('state/secrets', 'a.txt');
  expect(await plan({ read: ['.'] }, [join(workspace, 'state')])).toEqual([
    'read /workspace directory',
    'closed /workspace/state directory',
  ]);
  expect(await plan({ read: ['.'] }, [dirname(workspace)])).toEqual(['read /workspace directory']);
});

test('reading is the whole workspace or only what is named', async () => {
  put('logs/app.log', 'src/a.ts', 'src/a.md', 'src/deep/b.ts', 'secret');
  expect(await plan({ read: ['.'] })).toEqual(['read /workspace directory']);
  expect(await plan({ read: ['**'] })).toEqual(['read /workspace directory']);
  expect(await plan({ read: ['logs', 'src/deep/**'] })).toEqual([
    'read /workspace/logs directory',
    'read /workspace/src/deep directory',
  ]);
  expect(await plan({ read: ['src/*.ts'] })).toEqual(['read /workspace/src/a.ts file']);
  expect(await plan({ read: ['nothing', 'none/**'] })).toEqual([]);
});

test('writing opens what is named, and only that, inside what is read', async () => {
  put('coverage/index.html', 'src/a.ts');
  expect(await plan({ read: ['.'], write: ['coverage/**'] })).toEqual([
    'read /workspace directory',
    'write /workspace/coverage directory',
  ]);
  expect(await plan({ read: ['src'], write: ['.'] })).toEqual(['write /workspace directory']);
});

test('what is to be written and is not there yet is named as absent', async () => {
  expect(await plan({ write: ['out/**', 'made/', 'RCA.md'] })).toEqual([
    'write /workspace/RCA.md file absent',
    'write /workspace/made directory absent',
    'write /workspace/out directory absent',
  ]);
});

test('what may not be read is closed wherever it is, and hides what was granted below it', async () => {
  put('.env', 'sub/.env', 'keys/a.pem', 'keys/out/x', 'b.pem');
  expect(await plan({ read: ['.'], write: ['keys/out/**'], exceptRead: ['**/.env', '*.pem', 'keys'] })).toEqual([
    'read /workspace directory',
    'closed /workspace/.env file',
    'closed /workspace/b.pem file',
    'closed /workspace/keys directory',
    'closed /workspace/sub/.env file',
  ]);
  expect(await plan({ read: ['.'], exceptRead: ['**'] })).toEqual([]);
  expect(await plan({ read: ['keys/out'], exceptRead: ['keys/*'] })).toEqual([]);
});

test('an exception is found under every form of its pattern', async () => {
  put('a/.ssh/id', 'a/b/c/x.key', '[odd]/k', 'deep/er/file', 'plain/sub/file');
  const closedBy = async (...exceptRead: readonly string[]) => (await plan({ read: ['.'], exceptRead })).slice(1);
  expect(await closedBy('**/.ssh/**')).toEqual(['closed /workspace/a/.ssh directory']);
  expect(await closedBy('**/.ssh/**/*')).toEqual(['closed /workspace/a/.ssh/id file']);
  expect(await closedBy('**/c/**/*.key')).toEqual(['closed /workspace/a/b/c/x.key file']);
  expect(await closedBy('*/b/*/?.k[e]y')).toEqual(['closed /workspace/a/b/c/x.key file']);
  expect(await closedBy('[[]odd[]]/**')).toEqual(['closed /workspace/[odd] directory']);
  expect(await closedBy(`${workspace}/d*/**`, 'pl*/sub/')).toEqual([
    'closed /workspace/deep directory',
    'closed /workspace/plain/sub directory',
  ]);
});

test('a link that the exception covers closes what it points to', async () => {
  put('config/production', 'keys/out/x');
  symlinkSync('keys', join(workspace, 'alias'));
  expect(await plan({ read: ['.'], write: ['keys/out/**'], exceptRead: ['alias'] })).toEqual([
    'read /workspace directory',
    'closed /workspace/keys directory',
  ]);
  symlinkSync('config/production', join(workspace, '.env'));
  symlinkSync('/etc/passwd', join(workspace, 'users.env'));
  expect(await plan({ read: ['.'], exceptRead: ['*.env', '.env'] })).toEqual([
    'read /workspace directory',
    'closed /workspace/config/production file',
  ]);
});

test('what may not be written stays readable, and cannot be made where it is not there yet', async () => {
  put('.git/hooks/pre-commit', '.git/config', 'package.json', 'src/a.ts');
  expect(
    await plan({ write: ['.'], exceptWrite: ['.git/hooks/**', '**/package.json', '.npmrc', 'none/of/these'] }),
  ).toEqual([
    'write /workspace directory',
    'write /workspace/.git directory',
    'read /workspace/.git/hooks directory',
    'closed /workspace/.npmrc file absent',
    'read /workspace/package.json file',
  ]);
  expect(await plan({ write: ['src/**'], exceptWrite: ['s?c'] })).toEqual(['read /workspace/src directory']);
  expect(await plan({ write: ['src/a.ts'], exceptWrite: ['s*'] })).toEqual(['read /workspace/src/a.ts file']);
  expect(await plan({ write: ['.'], exceptWrite: ['**'] })).toEqual(['read /workspace directory']);
  expect(await plan({ read: ['.'], exceptWrite: ['package.json'] })).toEqual(['read /workspace directory']);
});

test('more than can be looked through is refused, and not half looked through', async () => {
  put(
    ...Array.from({ length: 513 }, (_, index) => `d1/${index}`),
    ...Array.from({ length: 300 }, (_, index) => `d2/${index}`),
  );
  await expect(plan({ read: ['.'], exceptRead: ['**/.env'] })).rejects.toThrow(/too many entries/);
  await expect(plan({ read: ['**/*.log'] })).rejects.toThrow(/too many entries/);
  expect(await plan({ read: ['.'], exceptRead: ['.env'] })).toEqual(['read /workspace directory']);
  expect(await plan({ read: ['.'], exceptRead: ['d1/*.env'] })).toEqual(['read /workspace directory']);
  await expect(plan({ read: ['.'], exceptRead: ['d1/*'] })).rejects.toThrow(/more than 512 mounts/);
});

test('a place outside the workspace is at its own path', async () => {
  const outside = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-outside-')));
  made.push(outside);
  chmodSync(outside, 0o755);
  expect(await plan({ read: [`${outside}/**`] })).toEqual([`read ${outside} directory`]);
  await expect(plan({ write: [`${outside}/new.txt`] })).resolves.toEqual([`write ${outside}/new.txt file absent`]);
});
