// What every store keeps of what lies beside the records: long outputs and salts.

import { describe, expect, test } from 'vitest';
import { commitTo } from '../../src/kernel/commitment.ts';
import type { Beside } from '../../src/kernel/ledger-entry.ts';
import { draftOf, pendingOf } from '../fixtures/temporary-store.ts';
import type { StoreUnderTest } from './store.ts';

const textOf = (name: string) => `${name}: an output that is long enough to be worth a row of its own`;
const outputOf = (name: string): Beside => ({ salts: [], output: { sha256: `hash of ${name}`, text: textOf(name) } });
const draftAt = (at: number, beside: Beside) => draftOf({}, { at, beside });
const pruned = (at: number) => draftOf({}, { type: 'ledger-pruned', at });

/** Registers the suite for one kind of store. */
export function storeBesideConformance(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`beside the records, a store in ${name}`, () => {
    test('has nothing that nobody put there', async () => {
      const { store } = await open();
      expect(await store.output('hash of a')).toBeNull();
      expect(await store.salt('sha256:0')).toBeNull();
      expect(await store.outputs('', 10)).toEqual([]);
    });

    test('keeps nothing of a record that was not written', async () => {
      const { store } = await open();
      await store.addQuestion(pendingOf('q1'), draftOf({}));
      const salted = { salts: [commitTo('x')], output: null };
      expect(await store.addQuestion(pendingOf('q1'), draftAt(1, salted))).toBe(false);
      expect(await store.appendIfOpen(1, draftAt(1, outputOf('a')))).toBeNull();
      expect(await store.countBeside({ outputs: 9, salts: 9 })).toEqual({ outputs: 0, outputBytes: 0, salts: 0 });
    });

    test('keeps what comes with a record, whatever else the record comes with', async () => {
      const { store, another } = await open();
      const [first, second] = [commitTo('first'), commitTo('second')];
      await store.append(draftAt(5, { salts: [first], output: { sha256: 'h', text: 'ä\u{1f600}\0' } }));
      await store.addQuestion(pendingOf('q1'), draftAt(6, { salts: [second], output: null }));
      const other = await another();
      expect(await other.salt(first.commitment)).toEqual({ salt: first.salt, goneAt: null });
      expect(await other.salt(second.commitment)).toEqual({ salt: second.salt, goneAt: null });
      expect(await other.output('h')).toEqual({ sha256: 'h', bytes: 7, text: 'ä\u{1f600}\0', goneAt: null });
    });

    test('keeps the same output once, as old as its last use', async () => {
      const { store } = await open();
      for (const at of [1, 5, 3]) await store.append(draftAt(at, outputOf('a')));
      await store.append(draftAt(2, outputOf('b')));
      expect((await store.outputs('', 10)).map(({ text }) => text)).toEqual([textOf('a'), textOf('b')]);
      expect((await store.outputs('hash of a', 10)).map(({ text }) => text)).toEqual([textOf('b')]);
      expect((await store.countBeside({ outputs: 5, salts: 0 })).outputs).toBe(1);
      expect((await store.countBeside({ outputs: 6, salts: 0 })).outputs).toBe(2);
    });

    test('takes away what is old enough with a record, says when, and takes it back', async () => {
      const { store } = await open();
      const [young, old] = [commitTo('young'), commitTo('old')];
      await store.append(draftAt(1, { ...outputOf('a'), salts: [old] }));
      await store.append(draftAt(5, { ...outputOf('b'), salts: [young] }));
      const bytes = Buffer.byteLength(textOf('a'));
      expect(await store.countBeside({ outputs: 5, salts: 5 })).toEqual({ outputs: 1, outputBytes: bytes, salts: 1 });
      expect((await store.pruneBeside({ outputs: 5, salts: 5 }, pruned(70))).seq).toBe(3);
      expect(await store.output('hash of a')).toEqual({ sha256: 'hash of a', bytes, text: null, goneAt: 70 });
      expect(await store.salt(old.commitment)).toEqual({ salt: null, goneAt: 70 });
      expect((await store.output('hash of b'))?.text).toBe(textOf('b'));
      expect((await store.salt(young.commitment))?.salt).toEqual(young.salt);
      await store.append(draftAt(80, outputOf('a')));
      expect(await store.output('hash of a')).toEqual({ sha256: 'hash of a', bytes, text: textOf('a'), goneAt: null });
    });

    test('destroys salts by name and no others', async () => {
      const { store } = await open();
      const [one, other] = [commitTo('one'), commitTo('other')];
      await store.append(draftAt(1, { salts: [one, other], output: null }));
      await store.destroySalts([one.commitment, 'sha256:unknown'], pruned(9));
      expect(await store.salt(one.commitment)).toEqual({ salt: null, goneAt: 9 });
      expect((await store.salt(other.commitment))?.salt).toEqual(other.salt);
    });
  });
}
