import { expect, test } from 'vitest';
import type { ApprovalDesk } from '../../src/approvals/desk.ts';
import type { SaidReply } from '../../src/approvals/reply/reply.ts';
import { nothingShown } from '../../src/approvals/step-up.ts';
import { answerQuestions } from '../../src/cli/answer-questions.ts';
import type { StoredQuestion } from '../../src/kernel/store.ts';
import { pendingOf } from '../fixtures/temporary-store.ts';

const now = Date.UTC(2026, 10, 21, 12);
const storedOf = (id: string, batch: string, state: StoredQuestion['state'] = 'pending'): StoredQuestion => {
  const stored = pendingOf(id);
  return { ...stored, state, question: { ...stored.question, batch } };
};

/** A desk over these questions; it says what it was told. */
function deskOf(...questions: StoredQuestion[]) {
  const told: unknown[] = [];
  const missing = async () => {
    throw new Error('not asked for here');
  };
  const approvals: ApprovalDesk = {
    answer: async (id, { kind, scope, pattern, reason, args }, { id: person }, evidence) => {
      told.push({ id, kind, scope, pattern, reason, args, person, evidence });
      const isFree = questions.some(({ question, state }) => question.id === id && state === 'pending');
      return isFree ? { kind: 'counted', state: 'approved', missing: 0 } : { kind: 'refused', because: 'it is over' };
    },
    list: async (states) => questions.filter(({ state }) => states.includes(state)).toReversed(),
    show: async (id) => questions.find(({ question }) => question.id === id) ?? null,
    standing: missing,
    revokeStanding: missing,
    expireOverdue: missing,
  };
  const answer = (said: SaidReply) =>
    answerQuestions(said, {
      approvals,
      now: () => now,
      hasCode: false,
      shownFor: async () => ({ evidence: nothingShown, person: 'ann' }),
      propose: async ({ question }) => `proposed for ${question.id}`,
    });
  return { told, answer };
}
const yes = (...ids: string[]): Extract<SaidReply, { kind: 'approve' }> => ({
  kind: 'approve',
  ids,
  scope: { kind: 'once' },
  pattern: 0,
  code: '',
});

test('where one of the named questions is not there, none is answered', async () => {
  const { told, answer } = deskOf(storedOf('k7f2m9', ''));
  expect(await answer(yes('k7f2m9', 'p9xab3'))).toMatchObject([{ id: 'p9xab3', kind: 'refused' }]);
  expect(told).toEqual([]);
});

test('an empty id names no question, and never all that have no plan', async () => {
  const { told, answer } = deskOf(storedOf('k7f2m9', ''), storedOf('p9xab3', ''));
  expect(await answer(yes(''))).toMatchObject([{ id: '', kind: 'refused' }]);
  expect(told).toEqual([]);
});

test.each<[string, SaidReply, RegExp]>([
  ['an edit', { kind: 'edit', ids: ['b2cdef'], args: { path: 'b' } }, /new arguments belong to one call/],
  ['a rule', { kind: 'always', ids: ['b2cdef'] }, /for one call/],
  ['a pattern', { ...yes('b2cdef'), scope: { kind: 'session' }, pattern: 1 }, /a pattern belongs to one question/],
  ['a code', { ...yes('b2cdef'), code: '123456' }, /a code answers one question/],
])('%s for the id of a plan of several calls answers none of them', async (_name, said, because) => {
  const { told, answer } = deskOf(storedOf('k7f2m9', 'b2cdef'), storedOf('q2aaaa', 'b2cdef'));
  const answered = await answer(said);
  expect(answered.map(({ kind, told: text }) => [kind, because.test(text)])).toEqual([
    ['refused', true],
    ['refused', true],
  ]);
  expect(told).toEqual([]);
});

test('a scope that cannot be is refused before anything is answered', async () => {
  const { told, answer } = deskOf(storedOf('k7f2m9', ''));
  const said = { ...yes('k7f2m9'), scope: { kind: 'clock', hour: 11, minute: 0, zone: 'utc' } } as const;
  expect(await answer(said)).toMatchObject([{ kind: 'refused', told: expect.stringMatching(/has passed today/) }]);
  expect(told).toEqual([]);
});

test('the id of a plan answers those of its questions that still wait, in their order', async () => {
  const desk = deskOf(
    storedOf('k7f2m9', 'b2cdef'),
    storedOf('p9xab3', 'b2cdef', 'declined'),
    storedOf('q2aaaa', 'b2cdef'),
    storedOf('r2bbbb', ''),
  );
  const answered = await desk.answer(yes('b2cdef'));
  expect(answered.map(({ id, kind }) => [id, kind])).toEqual([
    ['k7f2m9', 'counted'],
    ['q2aaaa', 'counted'],
  ]);
});

test('a question that is named alone and in its plan is answered once', async () => {
  const { told, answer } = deskOf(storedOf('k7f2m9', 'b2cdef'));
  await answer(yes('k7f2m9', 'b2cdef'));
  expect(told).toHaveLength(1);
});

test('an answer is handed in as it was said, under the name of who said it', async () => {
  const { told, answer } = deskOf(storedOf('k7f2m9', ''));
  await answer({ ...yes('k7f2m9'), scope: { kind: 'for', ms: 7_200_000 }, pattern: 1, code: '123456' });
  await answer({ kind: 'decline', ids: ['k7f2m9'], reason: 'too risky' });
  await answer({ kind: 'edit', ids: ['k7f2m9'], args: { path: 'b' } });
  expect(told).toMatchObject([
    {
      scope: { kind: 'until', at: now + 7_200_000 },
      pattern: 1,
      person: 'ann',
      evidence: { kind: 'code', code: '123456' },
    },
    { kind: 'decline', reason: 'too risky', evidence: { kind: 'none' } },
    { kind: 'edit', args: { path: 'b' }, scope: { kind: 'once' } },
  ]);
});

test('`always` proposes, and answers nothing', async () => {
  const { told, answer } = deskOf(storedOf('k7f2m9', '', 'consumed'));
  expect(await answer({ kind: 'always', ids: ['k7f2m9'] })).toMatchObject([{ told: 'proposed for k7f2m9' }]);
  expect(told).toEqual([]);
});
