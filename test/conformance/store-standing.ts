// What every store keeps of standing approvals: they change together with the question and the record, or not at all.

import { describe, expect, test } from 'vitest';
import type { StandingApproval, StandingChange, Store } from '../../src/kernel/store.ts';
import { draftOf, pendingOf } from '../fixtures/temporary-store.ts';
import type { StoreUnderTest } from './store.ts';

const standingOf = (id: string, changes: Partial<StandingApproval> = {}): StandingApproval => ({
  id,
  question: 'q1',
  state: 'open',
  tool: 'exec',
  args: { command: 'git push' },
  reach: {
    digest: 'sha256:0',
    family: '',
    words: [],
    caller: { agent: 'main', session: 's', requestedBy: 'agent:main', sender: 'alice', channel: 'cli', labels: [] },
    inputs: [],
  },
  answers: [],
  usesLeft: 3,
  at: 1,
  until: 9,
  ...changes,
});

const nothing = { next: null, record: null, standing: [] } as const;
const put = (store: Store, standing: readonly StandingApproval[]) =>
  store.changeStanding(null, () => ({ ...nothing, standing, result: () => true }));
const answers = [
  {
    person: 'alice',
    authority: 'alice',
    delegation: '',
    kind: 'approve',
    reason: '',
    at: 1,
    scope: { kind: 'uses', max: 4 },
    pattern: 0,
    proof: { kind: 'none' },
    args: null,
  },
] as const;

/** Registers the suite for one kind of store. */
export function storeStandingConformance(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`standing approvals, a store in ${name}`, () => {
    test('has none that nobody made', async () => {
      const { store } = await open();
      expect(await store.standing(10)).toEqual([]);
      expect(await store.changeStanding(null, (_, all) => ({ ...nothing, result: () => all.length }))).toBe(0);
    });

    test('keeps neither half of a change that throws', async () => {
      const { store } = await open();
      await store.addQuestion(pendingOf('q1'), draftOf({}));
      const broken = (): StandingChange<never> => {
        throw new Error('no');
      };
      await expect(store.changeStanding('q1', broken)).rejects.toThrow('no');
      expect(await store.standing(10)).toEqual([]);
      expect((await store.head())?.seq).toBe(1);
    });

    test('shows a change those that are open, and no others', async () => {
      const { store, another } = await open();
      await put(store, [standingOf('a', { answers }), standingOf('b', { answers, state: 'used', at: 2 })]);
      const other = await another();
      const seen = await other.changeStanding(null, (_, all) => ({
        ...nothing,
        result: () => all.map(({ id }) => id),
      }));
      expect(seen).toEqual(['a']);
      expect((await other.standing(10)).map(({ id, state }) => [id, state])).toEqual([
        ['b', 'used'],
        ['a', 'open'],
      ]);
    });

    test('changes a question, its record and a standing approval in one go', async () => {
      const { store } = await open();
      await store.addQuestion(pendingOf('q1'), draftOf({}));
      const place = await store.changeStanding('q1', (current) => ({
        next: current === null ? null : { ...current, state: 'approved' },
        record: draftOf({ said: 'yes' }),
        standing: [standingOf('a', { answers })],
        result: (where) => where?.seq,
      }));
      expect(place).toBe(2);
      expect((await store.question('q1'))?.state).toBe('approved');
      expect(await store.standing(10)).toEqual([standingOf('a', { answers })]);
    });

    test('lets one use be taken once, however many ask at once from wherever', async () => {
      const { store, another } = await open();
      await put(store, [standingOf('a', { answers })]);
      const other = await another();
      const take = (from: Store) =>
        from.changeStanding(null, (_, [one]): StandingChange<boolean> => {
          const left = one?.usesLeft ?? 0;
          if (one === undefined || left === 0) return { ...nothing, result: () => false };
          const next: StandingApproval = { ...one, usesLeft: left - 1, state: left === 1 ? 'used' : 'open' };
          return { ...nothing, standing: [next], result: () => true };
        });
      const taken = await Promise.all(Array.from({ length: 12 }, (_, n) => take(n % 2 === 0 ? store : other)));
      expect(taken.filter((isTaken) => isTaken)).toHaveLength(3);
      expect((await store.standing(1))[0]).toMatchObject({ usesLeft: 0, state: 'used' });
    });
  });
}
