// Rows of questions are ordinary data. Doctoring one, with the file in hand, must not open more than the people's own
// answers did; where a row does not fit together, it is refused.

import { expect, test } from 'vitest';
import { createApprovals } from '../../src/approvals/approvals.ts';
import { nothingPrivate } from '../../src/kernel/private-parts.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { directoryOf, personWith, proveNothing } from '../fixtures/people.ts';
import { draftOf, intrude, pendingOf, replyOf, temporaryStore } from '../fixtures/temporary-store.ts';

async function doctored(sql: string) {
  const { path, store } = await temporaryStore();
  const stored = pendingOf('q1');
  await store.addQuestion({ ...stored, question: { ...stored.question, deadline: Date.now() + 60_000 } }, draftOf({}));
  await (await intrude(path)).run(sql);
  const clock = systemClock;
  const options = {
    store,
    clock,
    directory: directoryOf([personWith('ann', ['*'])]),
    prove: proveNothing,
    instance: 'x',
    isAlive: () => true,
    redact: (text: string) => text,
    findPrivate: nothingPrivate,
    mayWiden: async () => true,
    pendingMax: 9,
  };
  return { desk: createApprovals(options), digest: stored.question.sealed.digest };
}

const set = (path: string, value: string) => `document = json_set(document, '$.${path}', ${value})`;
const byAnn = `json('[{"person":"ann","kind":"approve","reason":"","at":1}]')`;

test('a question that was made approved without answers cannot be used', async () => {
  const { desk, digest } = await doctored(`UPDATE questions SET state = 'approved', ${set('state', "'approved'")}`);
  expect(await desk.claim('q1', digest)).toBe(false);
});

test('answers of people who may not answer do not count', async () => {
  const byEve = byAnn.replace('ann', 'eve');
  const document = `document = json_set(document, '$.state', 'approved', '$.answers', ${byEve})`;
  const { desk, digest } = await doctored(`UPDATE questions SET state = 'approved', ${document}`);
  expect(await desk.claim('q1', digest)).toBe(false);
});

test('a row whose parts disagree is refused', async () => {
  const changes = [
    "state = 'approved'",
    set('state', "'approved'"),
    set('question.id', "'q2'"),
    set('question.sealed.digest', 'NULL'),
    set('question.sealed.decision.terms.count', 'NULL'),
    set('question.deadline', "'never'"),
    set('answers', "'none'"),
    "document = 'null'",
    "document = '{'",
  ];
  for (const change of changes) {
    const { desk, digest } = await doctored(`UPDATE questions SET ${change}`);
    await expect(desk.claim('q1', digest), change).rejects.toThrow(/its row is damaged; the call has to ask anew/);
    const reply = replyOf('approve', digest);
    await expect(desk.answer('q1', reply, personWith('ann', ['*'])), change).rejects.toThrow(/damaged/);
  }
});

test('a smaller number of people than 1 is not a number of people', async () => {
  const state = "state = 'approved'";
  for (const count of ['0', '-1', '0.5']) {
    const document = `document = json_set(document, '$.state', 'approved', '$.question.sealed.decision.terms.count', ${count})`;
    const { desk, digest } = await doctored(`UPDATE questions SET ${state}, ${document}`);
    expect(await desk.claim('q1', digest).catch(() => false), count).toBe(false);
  }
});
