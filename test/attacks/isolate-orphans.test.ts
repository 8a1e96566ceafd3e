import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createTestSandbox } from '../sandbox/isolate-harness.ts';

/** Living processes below `pid`, from `/proc`. */
function descendants(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const [state, parent] = readFileSync(`/proc/${name}/stat`, 'latin1')
          .replace(/^.*\) /s, '')
          .split(' ');
        return state === 'Z' ? [] : [[Number(name), Number(parent)] as const];
      } catch {
        return [];
      }
    });
  const below = (parent: number): number[] =>
    parents.filter(([, its]) => its === parent).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

const isRunning = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
};

/** Waits until none of the processes runs; fails with the test's own patience. */
async function untilGone(pids: readonly number[]): Promise<void> {
  while (pids.some(isRunning)) await wait(10);
}

test('after close nothing is left, also while a program loops', async () => {
  const before = descendants(process.pid);
  const sandbox = createTestSandbox();
  await sandbox.run('return 1');
  const looping = sandbox.run('for (;;);');
  while (descendants(process.pid).length < before.length + 2) await wait(5);
  const mine = descendants(process.pid).filter((pid) => !before.includes(pid));
  expect(mine.length).toBeGreaterThanOrEqual(2);
  await sandbox[Symbol.asyncDispose]();
  expect((await looping).kind).toBe('failed');
  await untilGone(mine);
});

test('kill -9 of the kernel ends its isolate processes, even one that can no longer listen', async () => {
  const script = join(import.meta.dirname, '../sandbox/isolate-doomed-kernel.ts');
  const kernel = spawn(process.execPath, ['--no-node-snapshot', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => kernel.stdout.once('data', resolve));
  const below = descendants(kernel.pid ?? 0);
  expect(below.length).toBeGreaterThanOrEqual(4);
  kernel.kill('SIGKILL');
  await untilGone(below);
});
