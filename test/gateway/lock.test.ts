import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { takeLock } from '../../src/gateway/lock.ts';
import { createInstance, isInstanceAlive } from '../../src/store/instance.ts';
import { openStore, temporaryFolder, temporaryStore } from '../fixtures/temporary-store.ts';

test('a second gateway of one home is refused and told who holds the lock, in this process and in another', async () => {
  const { path, store } = await temporaryStore();
  const instance = createInstance();
  const options = { store, instance, isAlive: isInstanceAlive };
  const first = await takeLock(options);
  expect(first.kind).toBe('held');
  expect(await takeLock(options)).toMatchObject({ kind: 'taken', pid: process.pid });
  const other = { ...options, store: await openStore(path), instance: 'other' };
  expect(await takeLock(other)).toMatchObject({ kind: 'taken', because: expect.stringContaining(`${process.pid}`) });
  if (first.kind === 'held') await first.release();
  expect((await takeLock(other)).kind).toBe('held');
});

test('of several that start at once, one gets the lock', async () => {
  const { store } = await temporaryStore();
  const names = Array.from({ length: 8 }, (_, index) => `gateway-${index}`);
  const taken = await Promise.all(names.map((instance) => takeLock({ store, instance, isAlive: () => true })));
  expect(taken.filter(({ kind }) => kind === 'held')).toHaveLength(1);
});

test('P11: a gateway that was killed holds nothing', async () => {
  const path = join(temporaryFolder(), 'sallyport.db');
  const holder = join(import.meta.dirname, '../fixtures/gateway-lock-child.ts');
  const child = spawn(process.execPath, [holder, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const store = await openStore(path);
  const options = { store, instance: createInstance(), isAlive: isInstanceAlive };
  expect(await takeLock(options)).toMatchObject({ kind: 'taken', pid: child.pid });
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect((await takeLock(options)).kind).toBe('held');
});

test('a release by somebody who holds nothing frees nothing', async () => {
  const { store } = await temporaryStore();
  const old = await takeLock({ store, instance: 'old', isAlive: () => true });
  await takeLock({ store, instance: 'new', isAlive: () => false });
  if (old.kind === 'held') await old.release();
  expect((await takeLock({ store, instance: 'third', isAlive: (name) => name === 'new' })).kind).toBe('taken');
});
