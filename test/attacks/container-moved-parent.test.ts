// A closed place is a mount, and no mount can be renamed; the directory above it could be, and then the next call would
// find what is closed under a name that no rule knows.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { containerBench, outputOf } from '../fixtures/container-bench.ts';

const bench = containerBench('moved-parent');
afterAll(() => bench.close());

const exceptions = {
  exceptRead: ['config/live/secrets/**', 'deploy/token'],
  exceptWrite: ['config/live/secrets/**', 'deploy/token', 'ci/deploy.sh', '**/.git/hooks/**'],
};
const grants = { read: ['.'], write: ['.'], ...exceptions };

function workspaceWithSecrets(): string {
  const workspace = bench.workspace();
  for (const directory of ['config/live/secrets', 'deploy', 'ci', '.git/hooks']) {
    mkdirSync(join(workspace, directory), { recursive: true });
  }
  writeFileSync(join(workspace, 'config/live/secrets/key'), 'not for the model');
  writeFileSync(join(workspace, 'deploy/token'), 'not for the model');
  writeFileSync(join(workspace, 'ci/deploy.sh'), 'honest');
  return workspace;
}

test('a directory above a closed or read-only place stays where it is', async () => {
  const workspace = workspaceWithSecrets();
  const moves = ['config', 'config/live', 'deploy', 'ci', '.git'].map(
    (from) => `python3 -c 'import os; os.rename("${from}", "a")' 2>&1`,
  );
  outputOf(await bench.run(`${moves.join('; ')}; true`, workspace, grants));
  const seen = await bench.run('cat a/*/secrets/* a/secrets/* a/token 2>&1; true', workspace, grants);
  expect(outputOf(seen)).not.toContain('not for the model');
  expect(existsSync(join(workspace, 'a'))).toBe(false);
  expect(existsSync(join(workspace, 'config/live/secrets/key'))).toBe(true);
  expect(existsSync(join(workspace, '.git/hooks'))).toBe(true);
});

test('nothing takes the place of a read-only file by way of its directory', async () => {
  const workspace = workspaceWithSecrets();
  const command = '(mv -T ci old && mkdir ci && echo evil > ci/deploy.sh) 2>&1; true';
  expect(outputOf(await bench.run(command, workspace, grants))).toContain('busy');
  expect(readFileSync(join(workspace, 'ci/deploy.sh'), 'utf8')).toBe('honest');
});

test('what lies beside a closed place can still be made, moved and removed', async () => {
  const workspace = workspaceWithSecrets();
  const command =
    'cd config/live && mkdir new && mv new newer && echo x > newer/file && mv newer/file ../../file && rm -r newer';
  outputOf(await bench.run(command, workspace, grants));
  expect(readFileSync(join(workspace, 'file'), 'utf8')).toBe('x\n');
});

test('a directory above a closed place opens nothing inside what is read-only', async () => {
  const workspace = workspaceWithSecrets();
  const readOnly = { ...grants, exceptWrite: ['config/**', ...grants.exceptWrite] };
  const outcome = await bench.run('echo x > config/live/new', workspace, readOnly);
  expect(outcome).toMatchObject({ kind: 'failed', output: expect.stringContaining('Read-only file system') });
});

test('an exact path whose directory is not there yet is found once it was made', async () => {
  const workspace = bench.workspace();
  const command = 'mkdir -p absent/dir && echo evil > absent/dir/run.sh';
  const outcome = await bench.run(command, workspace, { write: ['.'], exceptWrite: ['absent/dir/run.sh'] });
  expect(outcome).toMatchObject({ kind: 'failed', because: expect.stringContaining('absent/dir/run.sh') });
});

test('a forbidden file is found that was made once another call had taken its closed place away', async () => {
  const workspace = bench.workspace();
  const forbidden = { write: ['.'], exceptWrite: ['deploy.sh'] };
  const until = (file: string) => `until [ -e ${file} ]; do sleep 0.02; done`;
  const first = bench.run(`touch first; ${until('second')}`, workspace, forbidden);
  await expect.poll(() => existsSync(join(workspace, 'first')), { timeout: 20_000 }).toBe(true);
  const made = 'touch second; until [ ! -e deploy.sh ]; do sleep 0.02; done; echo evil > deploy.sh';
  const second = bench.run(made, workspace, forbidden);
  outputOf(await first);
  expect(await second).toMatchObject({ kind: 'failed', because: expect.stringContaining('deploy.sh') });
});

test('calls that start at once do not refuse each other for a place that neither finds', async () => {
  const workspace = bench.workspace();
  const forbidden = { write: ['.', 'out/**'], exceptWrite: ['deploy.sh'] };
  const outcomes = await Promise.all([1, 2].map(() => bench.run('true', workspace, forbidden)));
  expect(outcomes.map(({ kind }) => kind)).toEqual(['ok', 'ok']);
});
