// What every store keeps, whichever database is behind it. An implementation plugs in with a way to open one and to open
// the same one again, as another process would.

import { describe, expect, test } from 'vitest';
import type { LedgerHead, RecordQuery, Store } from '../../src/kernel/store.ts';
import { draftOf, pendingOf } from '../fixtures/temporary-store.ts';

/** A new, empty store, and further hands on it. */
export interface StoreUnderTest {
  readonly store: Store;
  /** Opens the same store once more. */
  another(): Promise<Store>;
}

const all: RecordQuery = {
  order: 'oldest-first',
  from: null,
  limit: 1_000,
  type: null,
  run: null,
  call: null,
  digest: null,
};
const seqs = async (store: Store, query: Partial<RecordQuery> = {}) =>
  (await store.records({ ...all, ...query })).map(({ seq }) => seq);
const rare = { policy: 'p', rule: 'rare', max: 1, windowMs: 1_000 };
const often = { policy: 'p', rule: 'often', max: 100, windowMs: 1_000 };
const approved = { next: { ...pendingOf('q1'), state: 'approved' as const }, record: null, result: () => 'done' };

/** Registers the suite for one kind of store. `pageBytes` is the size of its pages of records. */
export function storeConformance(name: string, open: () => Promise<StoreUnderTest>, pageBytes: number): void {
  describe(`a store in ${name}`, () => {
    test('refuses to write and to read once it is closed', async () => {
      const { store } = await open();
      await store.close();
      await expect(store.append(draftOf({}))).rejects.toThrow(/closed/);
      await expect(store.head()).rejects.toThrow(/closed/);
    });

    test('finishes the writes under way before it closes', async () => {
      const { store, another } = await open();
      const writes = Promise.all([1, 2, 3].map((n) => store.append(draftOf({ n }))));
      await store.close();
      expect((await writes).map(({ seq }) => seq)).toEqual([1, 2, 3]);
      expect(await seqs(await another())).toEqual([1, 2, 3]);
    });

    test('writes nothing of a change that throws, and hands its error back', async () => {
      const { store } = await open();
      await store.addQuestion(pendingOf('q1'), draftOf({}));
      const change = store.changeQuestion('q1', () => {
        throw new Error('cannot decide');
      });
      const beside = store.append(draftOf({ beside: true }));
      await expect(change).rejects.toThrow('cannot decide');
      expect((await beside).seq).toBe(2);
      expect((await store.question('q1'))?.state).toBe('pending');
    });

    test('changes a note together with its record, or neither', async () => {
      const { store, another } = await open();
      const change = (now: number) =>
        store.changeNote('code:ann', (current) => ({
          next: { now, before: current },
          record: draftOf({ now }),
          result: (place) => place?.seq,
        }));
      const broken = store.changeNote('code:ann', () => {
        throw new Error('cannot decide');
      });
      const changes = Promise.all([change(1), change(2)]);
      await expect(broken).rejects.toThrow('cannot decide');
      expect(await changes).toEqual([1, 2]);
      const left = { next: null, record: null, result: () => 'left' };
      expect(await store.changeNote('code:bob', () => left)).toBe('left');
      const elsewhere = await another();
      expect(await elsewhere.notes('code:')).toEqual([
        { key: 'code:ann', document: { now: 2, before: { now: 1, before: null } } },
      ]);
      expect(await elsewhere.notes('key:')).toEqual([]);
      expect(await seqs(elsewhere)).toEqual([1, 2]);
    });

    test('lets one of two processes change a note first, and the other see it', async () => {
      const { store, another } = await open();
      const elsewhere = await another();
      const take = (at: typeof store) =>
        at.changeNote('key:x', (current) => ({
          next: current === null ? { taken: true } : null,
          record: null,
          result: () => current === null,
        }));
      const taken = await Promise.all([take(store), take(elsewhere), take(store), take(elsewhere)]);
      expect(taken.filter((isFirst) => isFirst)).toHaveLength(1);
    });

    test('takes no use of a rule that has none left, and then none of the others either', async () => {
      const { store, another } = await open();
      expect(await store.take([rare, often], 10_000)).toBe(true);
      expect(await store.take([often, rare], 10_500)).toBe(false);
      expect(await (await another()).count([rare, often], 10_500)).toEqual([1, 1]);
    });

    test('counts uses within the window of each rule, and forgets none too early', async () => {
      const { store } = await open();
      await store.take([often], 10_000);
      await store.take([often], 10_400);
      const wide = { ...often, windowMs: 5_000 };
      expect(await store.count([often, wide, rare], 11_200)).toEqual([1, 2, 0]);
      expect(await store.take([rare], 10_000)).toBe(true);
      expect(await store.take([rare], 11_000)).toBe(true);
    });

    test('gives the last use to one of many who ask at once, over all hands', async () => {
      const { store, another } = await open();
      const other = await another();
      const asked = Array.from({ length: 20 }, (_, index) => (index % 2 ? store : other).take([rare], 10_000));
      expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(1);
    });

    test('keeps what is marked once, joins times that touch, and drops what is named', async () => {
      const { store, another } = await open();
      const mark = { path: '/w/a', labels: ['x'], changed: null };
      const during = (from: number, until: number) => ({ path: '/w', labels: ['x'], changed: { from, until } });
      const empty = await store.labelMarksSince('');
      expect(empty.marks).toEqual([]);
      await store.addLabelMarks([mark, mark]);
      await store.addLabelMarks([mark, during(1_000_000, 2_000_000)]);
      await store.addLabelMarks([during(1_500_000, 3_000_000), during(90_000_000, 91_000_000)]);
      const kept = [during(1_000_000, 3_000_000), during(90_000_000, 91_000_000), mark];
      expect(await (await another()).labelMarks()).toEqual(kept);
      const full = await store.labelMarksSince(empty.version);
      expect(full.isWhole).toBe(false);
      expect(full.marks).toEqual(expect.arrayContaining(kept));
      expect(await store.dropLabelMarks(['/w', '/elsewhere'])).toBe(2);
      expect(await store.labelMarks()).toEqual([mark]);
      expect(await store.labelMarksSince(full.version)).toEqual({
        version: expect.not.stringMatching(`^${full.version}$`),
        isWhole: true,
        marks: [mark],
      });
    });

    test('tells what was marked since, and all of it where marks were forgotten', async () => {
      const { store, another } = await open();
      const other = await another();
      const marked = (path: string, ...labels: readonly string[]) => ({ path, labels, changed: null });
      await store.addLabelMarks([marked('/a', 'x')]);
      const first = await store.labelMarksSince('');
      expect(first).toMatchObject({ isWhole: true, marks: [marked('/a', 'x')] });
      expect(await store.labelMarksSince(first.version)).toEqual({ ...first, isWhole: false, marks: [] });
      await other.addLabelMarks([marked('/b', 'x'), marked('/a', 'x'), marked('/a', 'y')]);
      const second = await store.labelMarksSince(first.version);
      expect(second).toMatchObject({ isWhole: false, marks: [marked('/b', 'x'), marked('/a', 'y')] });
      await other.dropLabelMarks(['/b']);
      await store.addLabelMarks([marked('/c', 'x')]);
      const third = await store.labelMarksSince(second.version);
      expect(third).toMatchObject({ isWhole: true, marks: [marked('/a', 'x'), marked('/a', 'y'), marked('/c', 'x')] });
      for (const nonsense of ['x', '1', '1:x', '99:99', '-1:0'])
        expect((await store.labelMarksSince(nonsense)).isWhole, nonsense).toBe(true);
    });

    test('covers what was known at and below a path, and nothing that came since or lies beside it', async () => {
      const { store, another } = await open();
      const marked = (path: string, ...labels: readonly string[]) => ({ path, labels, changed: null });
      const beside = ['/w/ab', '/w/a b', '/w', '/w/a0', '/x'].map((path) => marked(path, 'x'));
      const below = ['/w/a', '/w/a/b', '/w/a/b/c', '/w/a/ü'].map((path) => marked(path, 'x', 'y'));
      const time = { path: '/w/a/b', labels: ['z'], changed: { from: 1, until: 2 } };
      await store.addLabelMarks([...beside, ...below, time]);
      const { version } = await store.labelMarksSince('');
      await (await another()).addLabelMarks([marked('/w/a/new', 'n')]);
      await store.coverLabelMarks([marked('/w/a', 'x', 'y', 'z')], version);
      const since = await store.labelMarksSince(version);
      expect(since.isWhole).toBe(true);
      expect(since.marks).toEqual([...beside, marked('/w/a/new', 'n'), marked('/w/a', 'x', 'y', 'z')]);
      await store.coverLabelMarks([marked('/', 'x')], version);
      expect(await store.labelMarksSince(since.version)).toEqual({ ...since, isWhole: false, marks: [] });
      await store.coverLabelMarks([marked('/', 'x')], since.version);
      expect(await store.labelMarks()).toEqual([marked('/', 'x')]);
    });

    test('refuses to turn one question into another', async () => {
      const { store } = await open();
      await store.addQuestion(pendingOf('q1'), draftOf({}));
      const swap = store.changeQuestion('q1', () => ({ next: pendingOf('q2'), record: null, result: () => null }));
      await expect(swap).rejects.toThrow(/into another/);
      expect(await store.question('q2')).toBeNull();
    });

    test('gives each question id once, and records nothing for the one that came second', async () => {
      const { store, another } = await open();
      const other = await another();
      const added = await Promise.all([
        store.addQuestion(pendingOf('q1', 'first'), draftOf({})),
        store.addQuestion(pendingOf('q1', 'second'), draftOf({})),
        other.addQuestion(pendingOf('q1', 'third'), draftOf({})),
      ]);
      expect(added.filter(Boolean)).toHaveLength(1);
      expect(await seqs(store)).toEqual([1]);
    });

    test('knows nothing of questions and records nobody stored', async () => {
      const { store } = await open();
      expect(await store.head()).toBeNull();
      expect(await store.records(all)).toEqual([]);
      expect(await store.question('q1')).toBeNull();
      expect(
        await store.changeQuestion('q1', (current) => ({ next: null, record: null, result: () => current })),
      ).toBeNull();
      expect(await store.appendIfOpen(1, draftOf({}))).toBeNull();
    });

    test('gives every record its own place, in the order of the calls', async () => {
      const { store, another } = await open();
      const heads = await Promise.all(Array.from({ length: 300 }, (_, n) => store.append(draftOf({ n }))));
      expect(heads.map(({ seq }) => seq)).toEqual(Array.from({ length: 300 }, (_, n) => n + 1));
      const rows = await (await another()).records(all);
      expect(rows.map(({ seq, hash }): LedgerHead => ({ seq, hash }))).toEqual(heads);
      expect(await store.head()).toEqual(heads.at(-1));
    });

    test('makes one chain of what several hands append at once', async () => {
      const { store, another } = await open();
      const hands = [store, await another(), await another()];
      const writes = hands.flatMap((hand, h) =>
        Array.from({ length: 40 }, async (_, n) => {
          if (n % 10 === 5) await hand.addQuestion(pendingOf(`q${h}x${n}`), draftOf({ h, n }));
          else await hand.append(draftOf({ h, n }));
        }),
      );
      await Promise.all(writes);
      const rows = await store.records(all);
      expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 120 }, (_, n) => n + 1));
      for (const [index, row] of rows.entries()) {
        if (index > 0) expect(row.text).toContain(`"prev":"${rows[index - 1]?.hash}"`);
      }
    });

    test('closes an open step once, whoever tries', async () => {
      const { store, another } = await open();
      const { seq } = await store.append(draftOf({}, { opens: 'call a' }));
      const end = draftOf({}, { closes: { step: 'call a', seq } });
      const hands = [store, store, await another()];
      const closed = await Promise.all(hands.map((hand) => hand.appendIfOpen(seq, end)));
      expect(closed.filter((head) => head !== null)).toHaveLength(1);
      expect(await seqs(store)).toEqual([1, 2]);
    });

    test('knows the open steps: by number, and by name the oldest first', async () => {
      const { store } = await open();
      const open3 = ['call a', 'run r', 'call a', 'call a'].map((opens) => store.append(draftOf({}, { opens })));
      await Promise.all(open3);
      expect((await store.openSteps(10)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
      await store.append(draftOf({}, { closes: { step: 'call a', seq: 3 } }));
      await store.append(draftOf({}, { closes: { step: 'call a', seq: null } }));
      await store.append(draftOf({}, { closes: { step: 'call b', seq: null } }));
      expect((await store.openSteps(10)).map(({ seq }) => seq)).toEqual([2, 4]);
      expect((await store.openSteps(1)).map(({ seq }) => seq)).toEqual([2]);
    });

    test('finds records by their keys, from either end', async () => {
      const { store } = await open();
      const keys = [{ run: 'r1' }, { call: 'c1' }, { run: 'r1', type: 'run-ended' }, { digest: 'd1' }, { run: 'r1' }];
      for (const key of keys) await store.append(draftOf({}, key));
      expect(await seqs(store, { run: 'r1' })).toEqual([1, 3, 5]);
      expect(await seqs(store, { run: 'r1', order: 'newest-first', limit: 2 })).toEqual([5, 3]);
      expect(await seqs(store, { run: 'r1', order: 'newest-first', from: 3 })).toEqual([1]);
      expect(await seqs(store, { run: 'r1', from: 3 })).toEqual([5]);
      expect(await seqs(store, { call: 'c1' })).toEqual([2]);
      expect(await seqs(store, { digest: 'd1' })).toEqual([4]);
      expect(await seqs(store, { type: 'run-ended' })).toEqual([3]);
      expect(await seqs(store, { type: 'run-ended', run: 'r2' })).toEqual([]);
    });

    test('bounds the bytes of a page, but always hands out one record more', async () => {
      const { store } = await open();
      const large = 'x'.repeat(pageBytes);
      for (const text of ['', large, '', large]) await store.append(draftOf({ text }));
      const found: number[] = [];
      for (let from: number | null = null; ; ) {
        const page: number[] = await seqs(store, { from });
        const last = page.at(-1);
        if (last === undefined) break;
        expect(page.length).toBeLessThan(4);
        found.push(...page);
        from = last;
      }
      expect(found).toEqual([1, 2, 3, 4]);
    });

    test('keeps text exactly, whatever characters are in it', async () => {
      const { store, another } = await open();
      const text = 'quotes "\' back\\slash \u0000 \u001f \u007f \u202e \ufffd 😀 \u2028';
      await store.append(draftOf({ text }, { run: `it's "r"` }));
      const [row] = await (await another()).records({ ...all, run: `it's "r"` });
      expect(JSON.parse(row?.text ?? '{}').body).toEqual({ text });
    });

    test('hands out many texts at once as they lie there, with a line of columns for each, and less where they are large', async () => {
      const { store } = await open();
      expect((await store.texts(0, 10)).text).toHaveLength(0);
      const bodies = [{ text: 'ä\ud83d\ude00' }, { call: 'c, 2' }, { run: 'r3' }];
      for (const body of bodies) await store.append(draftOf(body, { call: 'call' in body ? 'c, 2' : null }));
      const { until, text, columns } = await store.texts(0, 10);
      const rows = await store.records(all);
      expect(until).toBe(10);
      expect(Buffer.from(text).toString()).toBe(rows.map((row) => row.text).join('\n'));
      const lines = { seq: '1\n2\n3', call: '\n=c, 2\n', run: '\n\n', digest: '\n\n' };
      expect(columns).toMatchObject({ ...lines, hash: rows.map(({ hash }) => hash).join('\n') });
      expect((await store.texts(1, 2)).columns).toMatchObject({ seq: '2', call: '=c, 2' });
      const large = pageBytes / 2;
      for (let n = 0; n < 4; n += 1) await store.append(draftOf({ text: 'x'.repeat(large) }));
      expect(await store.texts(3, 7)).toMatchObject({ until: 4, columns: { seq: '4' } });
    });

    test('lets each change of a question see the one before it', async () => {
      const { store, another } = await open();
      await store.addQuestion(pendingOf('q1'), draftOf({}));
      const hands = [store, store, await another(), store];
      const wins = await Promise.all(
        hands.map((hand) =>
          hand.changeQuestion('q1', (current) => ({
            ...(current?.state === 'pending' ? { ...approved, record: draftOf({}) } : { next: null, record: null }),
            result: () => current?.state === 'pending',
          })),
        ),
      );
      expect(wins.filter(Boolean)).toHaveLength(1);
      expect((await store.question('q1'))?.state).toBe('approved');
      expect(await seqs(store)).toEqual([1, 2]);
      const place = await store.changeQuestion('q1', () => ({ next: null, record: draftOf({}), result: (at) => at }));
      expect(place).toEqual(await store.head());
    });

    test('lists questions newest first and by state', async () => {
      const { store } = await open();
      const add = (id: string, askedAt: number) => {
        const stored = pendingOf(id);
        return store.addQuestion({ ...stored, question: { ...stored.question, askedAt } }, draftOf({}));
      };
      await add('q1', 10);
      await add('q2', 30);
      await add('q3', 20);
      await store.changeQuestion('q1', (current) => ({
        next: current && { ...current, state: 'declined' },
        record: null,
        result: () => null,
      }));
      const ids = async (states: Parameters<Store['questions']>[0]['states'], limit = 10) =>
        (await store.questions({ states, run: null, call: null, limit })).map(({ question }) => question.id);
      expect(await ids([])).toEqual(['q2', 'q3', 'q1']);
      expect(await ids(['pending'])).toEqual(['q2', 'q3']);
      expect(await ids(['declined', 'expired'])).toEqual(['q1']);
      expect(await ids([], 1)).toEqual(['q2']);
      const { run } =
        (await store.questions({ states: [], run: null, call: null, limit: 1 }))[0]?.question.caller ?? {};
      const of = async (call: string) =>
        (await store.questions({ states: ['pending'], run: run ?? '', call, limit: 10 })).map(
          ({ question }) => question.id,
        );
      expect(await of('call-q3')).toEqual(['q3']);
      expect(await of('call-q1')).toEqual([]);
      expect(await of('call-none')).toEqual([]);
    });

    test('has another version after every write of another hand, and the same while nobody writes', async () => {
      const { store, another } = await open();
      const other = await another();
      const before = await store.version();
      expect(await store.version()).toBe(before);
      await other.addQuestion(pendingOf('q1'), draftOf({}));
      const after = await store.version();
      expect(after).not.toBe(before);
      await store.append(draftOf({}));
      expect(await store.version()).not.toBe(after);
    });
  });
}
