// Links that lead out of the workspace: seen from inside they point into the container, and as the source of a mount they
// are refused, also when they take the place of a directory after it was checked.

import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeAbsent } from '../../src/sandbox/container/make-absent.ts';
import { stageMounts } from '../../src/sandbox/container/staging.ts';
import { containerBench, outputOf } from '../fixtures/container-bench.ts';

const bench = containerBench('symlink-out');
const outside = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-outside-')));
writeFileSync(join(outside, 'secret'), 'not for the model');
afterAll(async () => {
  await bench.close();
  rmSync(outside, { recursive: true });
});

test('a link in the workspace that leads out shows nothing of this machine', async () => {
  const workspace = bench.workspace();
  symlinkSync(outside, join(workspace, 'out'));
  symlinkSync('/etc/hostname', join(workspace, 'hostname'));
  symlinkSync('/proc/1/root/root', join(workspace, 'root'));
  const command = 'cat out/secret; ls out; cat hostname; ls root/; ls /proc/1/root/workspace';
  const output = outputOf(await bench.run(`exec 2>&1; ${command}`, workspace, { read: ['.'], write: ['.'] }));
  expect(output).not.toContain('not for the model');
  expect(output).toContain('out/secret: No such file or directory');
});

test('a link made by one call does not widen the next', async () => {
  const workspace = bench.workspace();
  mkdirSync(join(workspace, 'out'));
  await bench.run(`rmdir out; ln -s ${outside} out`, workspace, { write: ['.'] });
  for (const grants of [
    { read: ['out/**'] },
    { write: ['out/**'] },
    { write: ['out/secret'] },
    { write: ['out/new'] },
  ]) {
    const outcome = await bench.run('true', workspace, grants);
    expect(outcome).toMatchObject({ kind: 'failed', because: expect.stringMatching(/link|does not exist/) });
    expect(outcome.facts).toEqual({ started: false });
  }
});

test('a link that takes the place of what was planned is refused, whether a directory or a file', async () => {
  const workspace = bench.workspace();
  const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const common = { workspace, workspaceOwner: owner, shown: { uid: 10_001, gid: 10_001 }, isRoot: owner.uid === 0 };
  symlinkSync(outside, join(workspace, 'coverage'));
  symlinkSync(join(outside, 'secret'), join(workspace, 'report'));
  for (const [path, kind] of [
    ['coverage', 'directory'],
    ['report', 'file'],
    ['coverage/secret', 'file'],
  ] as const) {
    const mount = {
      source: join(workspace, path),
      target: `/workspace/${path}`,
      kind,
      access: 'write',
      isAbsent: false,
      copy: null,
    } as const;
    const staged = stageMounts({ ...common, mounts: [mount], directory: join(outside, 'points') });
    await expect(staged).rejects.toThrow(/symbolic link|has changed/);
  }
});

test('nothing is made behind a link', async () => {
  const workspace = bench.workspace();
  const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  symlinkSync(outside, join(workspace, 'out'));
  mkdirSync(join(outside, 'sub'));
  for (const path of ['out/new', 'out/new/deeper', 'out/sub/new']) {
    const made = makeAbsent(join(workspace, path), 'directory', workspace, owner);
    await expect(made).rejects.toThrow(/symbolic link|ELOOP|ENOTDIR/);
  }
  expect(readdirSync(join(outside, 'sub'))).toEqual([]);
});
