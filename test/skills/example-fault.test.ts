import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { ended, git, makeIncident, scratch } from './example-incident.ts';

const good = 'deploy-2026-11-19-1';
const bad = 'deploy-2026-11-19-2';
let workspace: string;
beforeAll(async () => {
  workspace = await makeIncident();
});

async function checkOut(commit: string): Promise<string> {
  const directory = join(await scratch(), 'tree');
  await git(workspace, 'worktree', 'add', '--quiet', '--detach', directory, commit);
  return directory;
}

/** The service's own check: are all connections given back? */
async function soak(directory: string): Promise<{ status: number; inUse: number }> {
  const { status, out } = await ended(process.execPath, ['tools/soak.js'], { cwd: directory });
  return { status, inUse: JSON.parse(out).pool.inUse };
}

test('the release before gives every connection back', async () => {
  expect(await soak(await checkOut(good))).toEqual({ status: 0, inUse: 0 });
});

test('the release at fault keeps connections until the pool is empty', async () => {
  expect(await soak(await checkOut(bad))).toEqual({ status: 1, inUse: 10 });
});

test('exactly one commit between the releases brings the fault, and reverting it heals main', async () => {
  const commits = (await git(workspace, 'rev-list', '--reverse', `${good}..${bad}`)).split('\n');
  expect(commits).toHaveLength(2);
  const [culprit = ''] = commits;
  expect((await soak(await checkOut(`${culprit}~1`))).status).toBe(0);
  expect((await soak(await checkOut(culprit))).status).toBe(1);
  const healed = await checkOut('main');
  expect((await ended('git', ['revert', '--no-edit', culprit], { cwd: healed })).status).toBe(0);
  expect((await soak(healed)).status).toBe(0);
});

test.each([good, bad, 'main'])('its own tests pass at %s: they did not look there', async (commit) => {
  const directory = await checkOut(commit);
  const { status, out } = await ended(process.execPath, ['--test', '--test-reporter=tap'], { cwd: directory });
  expect(status, out).toBe(0);
  expect(out).toMatch(/^# pass 1[89]$/m);
});
