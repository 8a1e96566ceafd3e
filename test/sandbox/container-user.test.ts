import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { usualDockerSocket } from '../../src/sandbox/container.ts';
import { instanceNamed } from '../fixtures/container-bench.ts';

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-user-')));
afterAll(() => rmSync(scratch, { recursive: true }));

test('a kernel without root rights runs calls as its own user, with the same places open and closed', () => {
  const isRoot = process.getuid?.() === 0;
  const uid = isRoot ? 12_345 : (process.getuid?.() ?? 0);
  const gid = isRoot ? statSync(usualDockerSocket).gid : (process.getgid?.() ?? 0);
  const workspace = join(scratch, 'workspace');
  for (const directory of ['', 'private', 'sub']) mkdirSync(join(workspace, directory));
  for (const file of ['a.txt', '.env', 'private/key', 'sub/.env'])
    writeFileSync(join(workspace, file), `this is ${file}\n`);
  if (isRoot) {
    chmodSync(scratch, 0o777);
    execFileSync('chown', ['-R', `${uid}:${gid}`, workspace]);
  }
  const command = [
    'exec 2>&1; id -u; cat a.txt; cat .env private/key sub/.env; ls private; chmod 644 .env',
    'echo no > a.txt; echo made > out/made.txt; grep CapEff /proc/self/status',
  ].join('; ');
  const words = [instanceNamed('user'), join(scratch, 'runtime'), workspace, command];
  const child = ['--no-node-snapshot', 'test/fixtures/container-child.ts', ...words];
  const outcome = JSON.parse(execFileSync(process.execPath, child, { uid, gid, encoding: 'utf8' }));
  expect(outcome).toMatchObject({ kind: 'ok', facts: { user: `${uid}:${gid}` } });
  expect(outcome.output).toMatch(new RegExp(`^${uid}\nthis is a\\.txt\n`));
  expect(outcome.output).not.toMatch(/this is (\.env|private|sub)/);
  expect(outcome.output.match(/Permission denied/g)).toHaveLength(4);
  expect(outcome.output.match(/Read-only file system/g)).toHaveLength(2);
  expect(outcome.output).toMatch(/CapEff:\s+0{16}/);
  expect(readFileSync(join(workspace, 'out/made.txt'), 'utf8')).toBe('made\n');
  expect(statSync(join(workspace, 'out/made.txt'))).toMatchObject({ uid, gid });
});

test('a directory that nobody may enter hides no closed file from a kernel without root rights', () => {
  const isRoot = process.getuid?.() === 0;
  const uid = isRoot ? 12_345 : (process.getuid?.() ?? 0);
  const gid = isRoot ? statSync(usualDockerSocket).gid : (process.getgid?.() ?? 0);
  const workspace = join(scratch, 'barred');
  const modes = { none: 0o000, listed: 0o400, entered: 0o100 };
  for (const name of Object.keys(modes)) {
    mkdirSync(join(workspace, 'out', name, 'sub'), { recursive: true });
    writeFileSync(join(workspace, 'out', name, 'sub/.env'), 'not for the model');
  }
  if (isRoot) {
    chmodSync(scratch, 0o777);
    execFileSync('chown', ['-R', `${uid}:${gid}`, workspace]);
  }
  for (const [name, mode] of Object.entries(modes)) chmodSync(join(workspace, 'out', name), mode);
  const command = 'exec 2>&1; chmod 755 out/*; cat out/*/sub/.env; mkdir out/new; true';
  const words = [instanceNamed('barred'), join(scratch, 'runtime-barred'), workspace, command];
  const child = ['--no-node-snapshot', 'test/fixtures/container-child.ts', ...words];
  const outcome = JSON.parse(execFileSync(process.execPath, child, { uid, gid, encoding: 'utf8' }));
  for (const name of Object.keys(modes)) chmodSync(join(workspace, 'out', name), 0o755);
  expect(outcome).toMatchObject({ kind: 'ok' });
  expect(outcome.output).toContain('Read-only file system');
  expect(outcome.output).not.toContain('not for the model');
});
