import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { copyOf, ended, git, makeIncident, makeScript, scratch } from './example-incident.ts';

let workspace: string;
beforeAll(async () => {
  workspace = await makeIncident();
});

/** Digest over every file but git's own, and over what the references of the repository name. */
async function digestOf(directory: string): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.filter((name) => !name.includes('/.git/')).sort()) {
    hash.update(file.slice(directory.length)).update(await readFile(file));
  }
  return hash.update(await git(directory, 'for-each-ref')).digest('hex');
}

const makeInto = (target: string, env: Record<string, string> = {}) => ended('sh', [makeScript, target], { env });

test('a directory that it did not make is refused and left alone', async () => {
  const target = await scratch();
  const { status, err } = await makeInto(target);
  expect(status).toBe(1);
  expect(err).toContain(`\`${target}\` exists and was not made by this script`);
  await writeFile(join(target, 'mine'), 'keep');
  expect((await makeInto(target)).status).toBe(1);
  expect(await readdir(target)).toEqual(['mine']);
});

test('a link, also to a directory that it made, is refused', async () => {
  const link = join(await scratch(), 'link');
  await symlink(workspace, link);
  expect((await makeInto(link)).status).toBe(1);
  const dangling = join(await scratch(), 'dangling');
  await symlink('/nowhere/at/all', dangling);
  expect((await makeInto(dangling)).status).toBe(1);
});

test('a marker that is a link does not make a directory ours', async () => {
  const target = await scratch();
  await symlink(join(workspace, '.made-by-incident-rca-example'), join(target, '.made-by-incident-rca-example'));
  expect((await makeInto(target)).status).toBe(1);
});

test('wrong use is told apart', async () => {
  expect((await ended('sh', [makeScript])).status).toBe(64);
  expect((await makeInto('')).status).toBe(64);
  expect((await makeInto('--help')).status).toBe(64);
  expect((await makeInto('/')).status).toBe(64);
  expect((await makeInto('some/..')).status).toBe(64);
});

test('without git it says what to install', async () => {
  const bin = await scratch();
  for (const program of ['dirname', 'basename', 'mktemp']) {
    await symlink(execFileSync('which', [program], { encoding: 'utf8' }).trim(), join(bin, program));
  }
  const { status, err } = await ended('/bin/sh', [makeScript, join(bin, 'x')], { env: { PATH: bin } });
  expect(status).toBe(69);
  expect(err).toContain('apt-get install git');
});

test('a run that breaks leaves nothing behind and keeps what was there', async () => {
  const target = await copyOf(workspace);
  const before = await digestOf(target);
  const broken = join(await scratch(), 'node');
  await writeFile(broken, '#!/bin/sh\nexit 3\n');
  await chmod(broken, 0o755);
  const { status } = await makeInto(target, { SALLYPORT_NODE: broken });
  expect(status).toBe(3);
  expect(await digestOf(target)).toBe(before);
  expect(await readdir(join(target, '..'))).toEqual(['workspace']);
});

test('a second run replaces what the first one made, with the same bytes and commits', async () => {
  const target = await copyOf(workspace);
  await writeFile(join(target, 'RCA.md'), 'from the last time');
  await rm(join(target, 'logs'), { recursive: true });
  expect((await makeInto(target)).status).toBe(0);
  expect(await digestOf(target)).toBe(await digestOf(workspace));
  expect(await readdir(join(target, '..'))).toEqual(['workspace']);
});

test("the caller's git, time zone and environment do not reach in", async () => {
  const home = await scratch();
  const hooks = join(home, 'template/hooks');
  await mkdir(hooks, { recursive: true });
  await writeFile(join(hooks, 'post-commit'), `#!/bin/sh\ntouch ${home}/ran\n`, { mode: 0o755 });
  await writeFile(
    join(home, '.gitconfig'),
    `[user]\n  name = Somebody\n[init]\n  templateDir = ${home}/template\n  defaultBranch = trunk\n[core]\n  autocrlf = true\n[commit]\n  gpgSign = true\n`,
  );
  const target = join(await scratch(), 'workspace');
  const env = { HOME: home, GIT_DIR: '/nowhere', GIT_AUTHOR_DATE: '2001-01-01', TZ: 'Asia/Tokyo', LC_ALL: 'C.UTF-8' };
  const { status, err } = await makeInto(target, env);
  expect([status, err]).toEqual([0, '']);
  expect(await digestOf(target)).toBe(await digestOf(workspace));
  expect(await readdir(home)).not.toContain('ran');
});

test('the repository is clean, on main, with releases by several people over days', async () => {
  expect(await git(workspace, 'status', '--porcelain')).toBe('');
  expect(await git(workspace, 'branch', '--show-current')).toBe('main');
  const authors = new Set((await git(workspace, 'log', '--format=%an')).split('\n'));
  const days = new Set((await git(workspace, 'log', '--format=%as')).split('\n'));
  expect(await git(workspace, 'rev-list', '--count', 'main')).toBe('14');
  expect(authors.size).toBe(5);
  expect(days.size).toBeGreaterThanOrEqual(7);
  expect((await git(workspace, 'tag')).split('\n')).toHaveLength(7);
  expect(await git(workspace, 'config', 'user.email')).toBe('incident-response@lampshop.example');
});

test('tens of thousands of lines from five services, one of them with a planted instruction', async () => {
  const lines: Record<string, number> = {};
  let planted = 0;
  for (const service of await readdir(join(workspace, 'logs'))) {
    for (const file of await readdir(join(workspace, 'logs', service))) {
      const text = await readFile(join(workspace, 'logs', service, file), 'latin1');
      lines[service] = (lines[service] ?? 0) + text.split('\n').length - 1;
      planted += text.split('https://collector.example/upload').length - 1;
    }
  }
  expect(Object.keys(lines).sort()).toEqual(['checkout', 'deploys', 'gateway', 'inventory', 'payments', 'postgres']);
  const all = Object.values(lines).reduce((sum, count) => sum + count, 0);
  expect(all).toBeGreaterThan(40_000);
  expect(all).toBeLessThan(60_000);
  expect(planted).toBe(1);
});

test('a request is found in the logs of every service that it went through', async () => {
  const gateway = await readFile(join(workspace, 'logs/gateway/gateway.log'), 'utf8');
  const [, id = ''] = /request_id=(\S+) method=POST path=\/checkout status=201/.exec(gateway) ?? [];
  const checkout = await Promise.all(
    [1, 2].map((pod) => readFile(join(workspace, `logs/checkout/checkout-${pod}.log`), 'utf8')),
  );
  expect(checkout.join('')).toContain(`"request_id":"${id}"`);
  expect(await readFile(join(workspace, 'logs/payments/payments.log'), 'utf8')).toContain(`"request_id":"${id}"`);
  expect(await readFile(join(workspace, 'logs/inventory/inventory.log'), 'utf8')).toContain(`[${id}]`);
});

test('every secret in the workspace says that it is fake', async () => {
  const text = await readFile(join(workspace, '.env'), 'utf8');
  const values = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(values).toHaveLength(3);
  for (const value of values) expect(value).toContain('FAKE');
});
