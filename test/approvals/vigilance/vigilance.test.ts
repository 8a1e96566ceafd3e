import { expect, test } from 'vitest';
import { createDurations } from '../../../src/approvals/vigilance/durations.ts';
import { measureVigilance, type VigilanceRecord } from '../../../src/approvals/vigilance/vigilance.ts';

const start = Date.UTC(2026, 10, 21, 23, 59);
const asked = (id: string, at: number, digest = `sha256:${id}`): VigilanceRecord => ({
  at: start + at,
  type: 'approval-asked',
  body: { approval: id, digest, tool: 'exec' },
});
const said = (id: string, at: number, answer: string, by: string, state: string, more = {}): VigilanceRecord => ({
  at: start + at,
  type: 'approval-answered',
  body: { approval: id, answer, by, state, ...more },
});

async function measured(...records: VigilanceRecord[]) {
  return measureVigilance(
    (async function* () {
      yield* records;
    })(),
  );
}

test('an empty ledger has no figures, and makes none up', async () => {
  expect(await measured()).toEqual({
    prompts: 0,
    standingUses: 0,
    ends: { approved: 0, declined: 0, edited: 0, expired: 0, cancelled: 0, superseded: 0 },
    days: [],
    people: [],
    repeated: [],
  });
});

test('records that make no sense are passed over', async () => {
  const found = await measured(
    { at: start, type: 'approval-asked', body: null },
    { at: start, type: 'approval-answered', body: { approval: 7 } },
    { at: start, type: 'call-intended', body: {} },
    said('unknown', 5, 'approve', 'alice', 'approved'),
  );
  expect(found.prompts).toBe(0);
  expect(found.people).toEqual([expect.objectContaining({ person: 'alice', approved: 1, p50Ms: null })]);
});

test('prompts are counted by day, answers by day and person', async () => {
  const found = await measured(
    asked('a', 0),
    asked('b', 1_000),
    said('a', 90_000, 'approve', 'alice', 'approved'),
    said('b', 95_000, 'approve', 'alice', 'pending'),
    said('b', 96_000, 'decline', 'bob', 'declined'),
    asked('c', 97_000),
    said('c', 98_000, 'expired', '', 'expired'),
  );
  expect(found.days).toEqual([
    { day: '2026-11-21', prompts: 2, answers: {} },
    { day: '2026-11-22', prompts: 1, answers: { alice: 2, bob: 1 } },
  ]);
  expect(found.ends).toMatchObject({ approved: 1, declined: 1, expired: 1 });
});

test('approvals under two seconds are told apart, declines are not held against anybody', async () => {
  const found = await measured(
    asked('a', 0),
    said('a', 1_999, 'approve', 'alice', 'approved'),
    asked('b', 0),
    said('b', 2_000, 'approve', 'alice', 'approved'),
    asked('c', 0),
    said('c', 10, 'decline', 'alice', 'declined'),
  );
  expect(found.people).toMatchObject([{ person: 'alice', hasty: 1, approved: 2, declined: 1 }]);
});

test('what a standing approval answered was no prompt', async () => {
  const found = await measured(asked('a', 0), said('a', 1, 'approve', 'alice', 'approved', { standing: 's' }));
  expect(found).toMatchObject({ prompts: 0, standingUses: 1, people: [] });
  expect(found.days).toEqual([{ day: '2026-11-21', prompts: 0, answers: {} }]);
  // The answer that made one is an answer.
  const made = await measured(asked('a', 0), said('a', 1, 'approve', 'alice', 'approved', { standing: { id: 's' } }));
  expect(made).toMatchObject({ prompts: 1, standingUses: 0, people: [{ approved: 1 }] });
});

test('the same action, approved three times, wants a rule', async () => {
  const rounds = ['a', 'b', 'c'].flatMap((id, n) => [
    asked(id, n * 10_000, 'sha256:same'),
    said(id, n * 10_000 + 5_000, 'approve', 'alice', 'approved'),
  ]);
  expect((await measured(...rounds)).repeated).toEqual([
    { tool: 'exec', digest: 'sha256:same', approvals: 3, last: 'c' },
  ]);
  expect((await measured(...rounds.slice(0, 4))).repeated).toEqual([]);
});

test('quantiles are right within a twentieth, however many durations there are', () => {
  const durations = createDurations();
  expect(durations.quantile(0.5)).toBeNull();
  for (let ms = 1; ms <= 10_000; ms += 1) durations.add(ms);
  for (const part of [0.1, 0.5, 0.9, 1]) {
    const found = durations.quantile(part) ?? 0;
    expect(found).toBeGreaterThanOrEqual(part * 10_000);
    expect(found).toBeLessThan(part * 10_000 * 1.06);
  }
});
