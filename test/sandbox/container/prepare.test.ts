import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { noGrants } from '../../../src/kernel/limits.ts';
import { systemClock } from '../../../src/kernel/system-clock.ts';
import { areSourcesUnchanged, furnish, planCall } from '../../../src/sandbox/container/prepare.ts';
import { canWait } from '../../../src/sandbox/container/profile.ts';
import { createWalkMemory } from '../../../src/sandbox/container/walk-memory.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-prepare-')));
afterAll(() => rmSync(root, { recursive: true }));

/** No rights to mount anything: places are handed to the engine as they are. */
const nobody = { uid: 12_345, gid: 12_345 };

const planOf = (workspace: string, write: readonly string[]) => {
  const grants = { ...noGrants, read: ['.'], write, exceptWrite: ['**/locked'] };
  const memory = createWalkMemory(systemClock);
  return planCall({ grants, workspace, privatePaths: [], entriesMax: 1_000, memory }, nobody);
};

test('a place that another one took is not the one that was mounted', async () => {
  const workspace = join(root, 'work');
  mkdirSync(join(workspace, 'out'), { recursive: true });
  const plan = await planOf(workspace, ['out/**']);
  const { behind } = await furnish(plan, { kernel: nobody, shift: { uid: 0, gid: 0 } }, join(root, 'points'));
  expect(await areSourcesUnchanged(plan, behind)).toBe(true);
  renameSync(join(workspace, 'out'), join(workspace, 'old'));
  mkdirSync(join(workspace, 'out'));
  expect(await areSourcesUnchanged(await planOf(workspace, ['out/**']), behind)).toBe(false);
});

test('a container does not wait for what has to be made first, and one of gVisor for nothing that is frozen', async () => {
  const workspace = join(root, 'other');
  mkdirSync(join(workspace, 'out'), { recursive: true });
  expect(canWait({ plan: await planOf(workspace, ['new/**']), runtime: 'runc' })).toBe(false);
  const plan = await planOf(workspace, ['out/**']);
  expect(canWait({ plan, runtime: 'runc' })).toBe(true);
  expect(canWait({ plan, runtime: 'runsc' })).toBe(true);
  writeFileSync(join(workspace, 'out/locked'), '');
  const frozen = await planOf(workspace, ['out/**']);
  expect(canWait({ plan: frozen, runtime: 'runc' })).toBe(true);
  expect(canWait({ plan: frozen, runtime: 'runsc' })).toBe(false);
});
