// An engine with `userns-remap`, where root in a container is nobody on this machine: every promise holds there too.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testExecutor } from '../../conformance/executor.ts';
import { containerBench } from '../../fixtures/container-bench.ts';
import { containerExecutorBench } from '../../fixtures/executor-benches.ts';
import { type OwnEngine, ownEngine } from '../../fixtures/own-engine.ts';

const mapsTo = 200_000;
const runtimeDirectory = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-remapped-')));
let engine: OwnEngine;
let bench: ReturnType<typeof containerExecutorBench>;

beforeAll(async () => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=700', 'tmpfs', runtimeDirectory]);
  execFileSync('mount', ['--make-shared', runtimeDirectory]);
  engine = await ownEngine({ mapsTo });
  bench = containerExecutorBench('remapped', { socketPath: engine.socketPath, runtimeDirectory });
});
afterAll(async () => {
  await bench.close();
  await engine.close();
  execFileSync('umount', ['--lazy', runtimeDirectory]);
  rmSync(runtimeDirectory, { recursive: true });
});

test('the user of a container is another one of this machine, and owns the workspace inside', async () => {
  const own = containerBench('remapped-user', { socketPath: engine.socketPath, runtimeDirectory });
  const workspace = own.workspace();
  writeFileSync(join(workspace, 'a.txt'), 'x');
  const look = 'tr -s " " < /proc/self/uid_map; stat -c %u a.txt; id -u';
  const outcome = await own.run(look, workspace, { read: ['.'] });
  expect(outcome).toMatchObject({ kind: 'ok', output: ` 0 ${mapsTo} 65536\n10001\n10001\n` });
  await own.close();
});

testExecutor('an engine that maps users', () => bench);
