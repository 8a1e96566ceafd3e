// What every store keeps of accepted messages: they change together with the record or not at all, in the order they came,
// and one that was sent twice is one.

import { describe, expect, test } from 'vitest';
import type { InboxChange, StoredMessage } from '../../src/kernel/inbox.ts';
import type { Store } from '../../src/kernel/store.ts';
import { draftOf } from '../fixtures/temporary-store.ts';
import type { StoreUnderTest } from './store.ts';

const messageOf = (id: string, changes: Partial<StoredMessage> = {}): StoredMessage => ({
  id,
  session: 's',
  agent: 'main',
  key: '',
  state: 'waiting',
  run: '',
  at: 1,
  document: { text: id },
  ...changes,
});
const put = (store: Store, ...next: StoredMessage[]) =>
  store.changeInbox(next[0]?.session ?? 's', next[0]?.key ?? '', () => ({ next, record: null, result: () => true }));
const see = (store: Store, session: string, key = '') =>
  store.changeInbox(session, key, (open, known) => ({
    next: [],
    record: null,
    result: () => [open.map(({ id }) => id), known?.id ?? null],
  }));

/** Registers the suite for one kind of store. */
export function storeInboxConformance(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`the inbox, a store in ${name}`, () => {
    test('has no message that nobody sent', async () => {
      const { store } = await open();
      expect(await see(store, 's', 'k')).toEqual([[], null]);
      expect(await store.openMessages(10)).toEqual([]);
      expect(await store.message('m')).toBeNull();
    });

    test('keeps neither half of a change that throws', async () => {
      const { store } = await open();
      const broken = store.changeInbox('s', '', (): InboxChange<never> => {
        throw new Error('no');
      });
      await expect(broken).rejects.toThrow('no');
      const failing = store.changeInbox('s', '', () => ({
        next: [messageOf('a', { key: 'k' }), messageOf('b', { session: 'other' })],
        record: draftOf({}),
        result: () => true,
      }));
      const beside = put(store, messageOf('c'));
      await expect(failing).rejects.toThrow('another session');
      await beside;
      expect((await store.openMessages(10)).map(({ id }) => id)).toEqual(['c']);
      expect(await store.head()).toBeNull();
    });

    test('refuses a message under a key that was not looked for', async () => {
      const { store } = await open();
      const change = store.changeInbox('s', '', () => ({
        next: [messageOf('a', { key: 'k' })],
        record: null,
        result: () => true,
      }));
      await expect(change).rejects.toThrow('not looked at');
      expect(await store.openMessages(10)).toEqual([]);
    });

    test('refuses a second message under one key of a session, whatever became of the first', async () => {
      const { store, another } = await open();
      await put(store, messageOf('a', { key: 'k' }));
      await put(store, messageOf('a', { key: 'k', state: 'done', run: 'r', at: 2 }));
      const other = await another();
      const beside = put(other, messageOf('c'));
      await expect(put(other, messageOf('b', { key: 'k' }))).rejects.toThrow(/`a` has its key/);
      await beside;
      expect(await see(other, 's', 'k')).toEqual([['c'], 'a']);
      await put(other, messageOf('d', { key: 'k', session: 't' }));
      expect(await see(other, 't', 'k')).toEqual([['d'], 'd']);
    });

    test('shows a change what earlier ones of the same moment did', async () => {
      const { store } = await open();
      const [, , seen, late] = await Promise.all([
        put(store, messageOf('a', { key: 'k' })),
        put(store, messageOf('b')),
        see(store, 's', 'k'),
        put(store, messageOf('a', { key: 'k', state: 'done' })).then(() => see(store, 's', 'k')),
      ]);
      expect(seen).toEqual([['a', 'b'], 'a']);
      expect(late).toEqual([['b'], 'a']);
    });

    test('shows the open messages of one session alone, in the order they were accepted', async () => {
      const { store, another } = await open();
      for (const id of ['z', 'y', 'x']) await put(store, messageOf(id));
      await put(store, messageOf('w', { session: 'S' }));
      await put(store, messageOf('y', { state: 'taken', run: 'r' }));
      await put(store, messageOf('x', { state: 'done', run: 'r' }));
      const other = await another();
      expect(await see(other, 's')).toEqual([['z', 'y'], null]);
      expect((await other.openMessages(10)).map(({ id, state }) => [id, state])).toEqual([
        ['z', 'waiting'],
        ['y', 'taken'],
        ['w', 'waiting'],
      ]);
      expect((await other.openMessages(1)).map(({ id }) => id)).toEqual(['z']);
    });

    test('keeps a message as it was given, with the record of the same change', async () => {
      const { store, another } = await open();
      const message = messageOf('m', {
        session: 'agent:main:é',
        key: 'key',
        document: { text: '"\u0000 ✓', deep: [1] },
      });
      const place = await store.changeInbox(message.session, 'key', () => ({
        next: [message],
        record: draftOf({ run: 1 }),
        result: (head) => head,
      }));
      expect(place?.seq).toBe(1);
      expect(await (await another()).message('m')).toEqual(message);
    });

    test('forgets what ended long ago and all but the newest of the rest, and nothing without an end', async () => {
      const { store } = await open();
      await put(store, messageOf('waiting'), messageOf('taken', { state: 'taken' }));
      for (const at of [1, 5, 6, 7]) await put(store, messageOf(`done-${at}`, { state: 'done', at }));
      await store.pruneInbox(5, 2);
      expect(await store.message('done-1')).toBeNull();
      expect(await store.message('done-5')).toBeNull();
      expect((await store.message('done-6'))?.at).toBe(6);
      expect((await store.message('done-7'))?.at).toBe(7);
      expect(await store.openMessages(10)).toHaveLength(2);
    });
  });
}
