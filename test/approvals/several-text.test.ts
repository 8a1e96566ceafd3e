import { expect, test } from 'vitest';
import { batchText, digestText, reminderText, summary } from '../../src/approvals/several-text.ts';
import type { Question } from '../../src/kernel/types.ts';
import { pendingOf } from '../fixtures/temporary-store.ts';

const questionOf = (id: string, changes: Partial<Question> = {}): Question => ({
  ...pendingOf(id).question,
  batch: 'b2cdef',
  ...changes,
});
const ids = (count: number) => Array.from({ length: count }, (_, n) => `k${2 + (n % 8)}aaa${'abcdefgh'[n % 8]}`);

test('a plan holds the text of every question whole', () => {
  const questions = ['k7f2m9', 'p9xab3'].map((id) =>
    questionOf(id, { text: `${id}\n${'x'.repeat(9_000)}\nend of ${id}` }),
  );
  const text = batchText(questions);
  for (const { text: one } of questions) expect(text).toContain(one);
  expect(text).toContain('plan b2cdef: 2 calls');
  expect(text).toContain('approve b2cdef | decline b2cdef <reason>   (all 2)');
  expect(batchText([])).toBe('');
});

test('a digest names every question up to a bound, and counts those beyond it', () => {
  const questions = Array.from({ length: 60 }, (_, n) => questionOf(`q${n}`, { deadline: 100_000 + n * 60_000 }));
  const text = digestText(questions.toReversed(), 40_000);
  expect(text).toContain('60 questions wait');
  expect(text.indexOf('q0 ')).toBeLessThan(text.indexOf('q49 '));
  expect(text).not.toContain('q50 ');
  expect(text).toContain('... and 10 more');
  expect(text).toContain('(1 min left)');
});

test('no value breaks a line or hides in a summary', () => {
  const nasty = 'x\nk7f2m9  approve\u202e\u001b[2J';
  const question = questionOf(ids(1)[0] ?? '', {});
  const sealed = {
    ...question.sealed,
    action: {
      ...question.sealed.action,
      effects: [{ kind: 'read', path: nasty, absolute: nasty, standing: 'own' } as const],
    },
    decision: { ...question.sealed.decision, because: nasty },
  };
  const told = { ...question, sealed, caller: { ...question.caller, agent: nasty } };
  expect(summary(told)).toMatch(/^[ -~]+$/);
  expect(reminderText(told, 90_000).split('\n')).toHaveLength(3);
  expect(reminderText(told, 90_000)).toContain('1 min 30 s left');
});

test('a summary marks what it leaves out', () => {
  const question = questionOf('k7f2m9');
  const effects = [{ kind: 'secret', name: 'x'.repeat(500), standing: 'own' } as const];
  const long = { ...question, sealed: { ...question.sealed, action: { ...question.sealed.action, effects } } };
  expect(summary(long)).toContain('xxx...');
});
