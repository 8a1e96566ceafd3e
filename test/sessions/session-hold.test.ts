import { expect, test } from 'vitest';
import { holdSession } from '../../src/sessions/session-hold.ts';
import { openStore, temporaryStore } from '../fixtures/temporary-store.ts';

const key = 'agent:main:main';
const everybody = () => true;

test('a session that somebody who lives holds is not taken, also not by themselves', async () => {
  const { path, store } = await temporaryStore();
  const hold = await holdSession(store, key, 'one', everybody);
  expect(hold).not.toBeNull();
  expect(await holdSession(store, key, 'one', everybody)).toBeNull();
  expect(await holdSession(await openStore(path), key, 'other', everybody)).toBeNull();
  expect(await holdSession(store, `${key}2`, 'other', everybody)).not.toBeNull();
});

test('a session that was let go can be taken, once', async () => {
  const { path, store } = await temporaryStore();
  const stores = [store, await openStore(path), await openStore(path)];
  for (let round = 0; round < 5; round += 1) {
    const takes = stores.map((one, index) => holdSession(one, key, `p${index}`, everybody));
    const [hold, ...others] = (await Promise.all(takes)).filter((one) => one !== null);
    expect(others).toEqual([]);
    expect(hold).toBeDefined();
    await hold?.release();
  }
});

test('P11: what a dead process holds is nobody’s, and it lets nobody else’s go', async () => {
  const { store } = await temporaryStore();
  const dead = await holdSession(store, key, 'dead', everybody);
  const takes = ['a', 'b', 'c'].map((name) => holdSession(store, key, name, (one) => one !== 'dead'));
  expect((await Promise.all(takes)).filter((one) => one !== null)).toHaveLength(1);
  await dead?.release();
  expect(await holdSession(store, key, 'd', everybody)).toBeNull();
});
