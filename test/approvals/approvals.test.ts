import { expect, onTestFinished, test } from 'vitest';
import { createApprovals } from '../../src/approvals/approvals.ts';
import type { ApprovalDesk } from '../../src/approvals/desk.ts';
import type { Person } from '../../src/approvals/people.ts';
import type { Approvals } from '../../src/kernel/ports.ts';
import { nothingPrivate } from '../../src/kernel/private-parts.ts';
import type { Store } from '../../src/kernel/store.ts';
import type { Answer, ApprovalTerms, Question } from '../../src/kernel/types.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { memberProblems } from '../../src/ledger/record-members.ts';
import { type HandClock, handClock } from '../fixtures/hand-clock.ts';
import { directoryOf, personWith, proveNothing } from '../fixtures/people.ts';
import { askedOf, intrude, openStore, replyOf, temporaryStore } from '../fixtures/temporary-store.ts';

const start = 1_700_000_000_000;
const all = { limit: 10_000, before: null, type: null, run: null, call: null, digest: null };
const never = new AbortController().signal;
const ann = personWith('ann', ['oncall', 'operator']);
const bob = personWith('bob', ['oncall']);
const cleo = personWith('cleo', ['intern']);
const agent = personWith('agent:main', ['*']);
const everybody = [ann, bob, cleo, agent];

interface World {
  readonly path: string;
  readonly store: Store;
  readonly clock: HandClock;
  readonly desk: Approvals & ApprovalDesk;
  /** The same approvals, as another process has them. */
  readonly elsewhere: Approvals & ApprovalDesk;
  /** The processes that run: `here` is where `desk` is, `there` where `elsewhere` is. */
  readonly alive: Set<string>;
}

async function world(people: readonly Person[] = everybody, pendingMax = 10): Promise<World> {
  const { path, store } = await temporaryStore();
  const clock = handClock(start);
  const alive = new Set(['here', 'there']);
  // Whatever a test does: each record it leaves holds what such a record holds.
  onTestFinished(async () => {
    const records = await createLedger(store, clock).list(all);
    const own = records.filter(({ type }) => type.startsWith('approval-'));
    expect(own.flatMap(({ type, body }) => memberProblems(type, body))).toEqual([]);
  });
  const open = (at: Store, instance: string) =>
    createApprovals({
      store: at,
      clock,
      directory: directoryOf(people),
      prove: proveNothing,
      instance,
      isAlive: (name) => alive.has(name),
      redact: (text) => text.replaceAll('hunter2', '***'),
      findPrivate: nothingPrivate,
      mayWiden: async () => true,
      pendingMax,
    });
  return { path, store, clock, desk: open(store, 'here'), elsewhere: open(await openStore(path), 'there'), alive };
}

interface Asked {
  readonly question: Question;
  readonly answer: Promise<Answer>;
}

/** Asks, and comes back once the question is shown. */
async function ask(
  { desk }: World,
  name: string,
  terms: Partial<ApprovalTerms> = {},
  signal: AbortSignal = never,
): Promise<Asked> {
  const { promise, resolve, reject } = Promise.withResolvers<Question>();
  const answer = desk.ask(askedOf(name, terms, start), resolve, signal);
  answer.catch(reject);
  return { question: await promise, answer };
}

const approve = (question: Question) => replyOf('approve', question.sealed.digest);
const decline = (question: Question, reason = 'no') => replyOf('decline', question.sealed.digest, reason);
const refusal = (because: RegExp) => ({ kind: 'refused', because: expect.stringMatching(because) });
const intent = { type: 'call-intended', body: { call: 'call-a' } } as const;
const types = async ({ store, clock }: World) =>
  (await Array.fromAsync(createLedger(store, clock).export())).map((line) => JSON.parse(line).type);

test('P3: a question nobody may answer is not asked', async () => {
  const askers: [readonly Person[], Partial<ApprovalTerms>, RegExp][] = [
    [[cleo], { roles: ['oncall'] }, /wants 1 with the role `oncall` other than `agent:main`, and 0 may answer/],
    [[ann, cleo], { roles: ['oncall'], count: 2 }, /wants 2 .*, and 1 may answer; add people/],
    [[bob], {}, /the role `operator`.*, and 0 may answer/],
    [[agent], {}, /and 0 may answer/],
    [[ann, ann], { count: 2 }, /and 1 may answer/],
    [[ann], { count: 0 }, /it has to be 1 or more/],
    [[ann], { count: 1.5 }, /it has to be 1 or more/],
    [[ann], { withinMs: 0 }, /its deadline has passed already/],
  ];
  for (const [people, terms, because] of askers) {
    const here = await world(people);
    await expect(here.desk.ask(askedOf('a', terms, start), () => {}, never)).rejects.toThrow(because);
    expect(await here.desk.list([], 10)).toEqual([]);
    expect(await types(here)).toEqual([]);
  }
});

test('P8: more open questions than allowed are not asked, and expired ones do not count', async () => {
  const here = await world(everybody, 2);
  const asked = [await ask(here, 'a'), await ask(here, 'b')];
  await expect(here.desk.ask(askedOf('c', {}, start), () => {}, never)).rejects.toThrow(/2 questions are open already/);
  here.clock.set(start + 900_000);
  for (const { answer } of asked) await answer;
  const later = { ...askedOf('c', {}, start + 900_000) };
  const late = here.desk.ask(later, (question) => void here.desk.answer(question.id, approve(question), ann), never);
  expect((await late).kind).toBe('approved');
});

test('P8: the bound holds for questions asked at once', async () => {
  const here = await world(everybody, 3);
  const abort = new AbortController();
  const asked = await Promise.allSettled(Array.from({ length: 8 }, (_, n) => ask(here, `a${n}`, {}, abort.signal)));
  expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  abort.abort();
  for (const one of asked) if (one.status === 'fulfilled') await expect(one.value.answer).rejects.toThrow(/aborted/);
  const again = await ask(here, 'again');
  await here.desk.answer(again.question.id, decline(again.question), ann);
  expect((await again.answer).kind).toBe('declined');
});

test('a question that cannot be stored is not shown', async () => {
  const here = await world();
  await (await intrude(here.path)).run('DROP TABLE questions');
  let isShown = false;
  const show = () => {
    isShown = true;
  };
  await expect(here.desk.ask(askedOf('a', {}, start), show, never)).rejects.toThrow();
  expect(isShown).toBe(false);
});

test('P2: a question is on disk, with its record, before it is shown', async () => {
  const here = await world();
  const { question, answer } = await ask(here, 'a');
  expect((await here.elsewhere.show(question.id))?.question).toEqual(question);
  expect(await types(here)).toEqual(['approval-asked']);
  const [record] = await createLedger(here.store, here.clock).show(question.callId);
  expect(record?.body).toMatchObject({ approval: question.id, digest: question.sealed.digest, text: question.text });
  await here.desk.answer(question.id, decline(question), ann);
  await answer;
});

test('P6: the wrong people are told why, and change nothing', async () => {
  const here = await world();
  const { question, answer } = await ask(here, 'a', { roles: ['oncall'] });
  const stranger = personWith('mallory', ['*']);
  const say = (person: Person) => here.desk.answer(question.id, approve(question), person);
  expect(await say(cleo)).toEqual(refusal(/it needs the role `oncall`, and you have `intern`/));
  expect(await say({ ...cleo, roles: ['oncall'] })).toEqual(refusal(/you have `intern`/));
  expect(await say(stranger)).toEqual(refusal(/not among the people/));
  expect(await say(agent)).toEqual(refusal(/nobody approves their own request/));
  expect(await here.desk.answer(question.id, decline(question), cleo)).toEqual(refusal(/it needs the role/));
  expect((await here.desk.show(question.id))?.state).toBe('pending');
  expect(await types(here)).toEqual(['approval-asked']);
  await here.desk.answer(question.id, decline(question), bob);
  expect(await answer).toMatchObject({ kind: 'declined', by: 'bob', reason: 'no' });
});

test('an unknown id is told so', async () => {
  const here = await world();
  const reply = replyOf('approve', 'x');
  expect(await here.desk.answer('k7f2m9', reply, ann)).toEqual(refusal(/there is no approval `k7f2m9`: see/));
});

test('P5: approving what one did not see refuses', async () => {
  const here = await world();
  const [one, two] = [await ask(here, 'a'), await ask(here, 'b')];
  const swapped = replyOf('approve', two.question.sealed.digest);
  expect(await here.desk.answer(one.question.id, swapped, ann)).toEqual(refusal(/another action than the one you saw/));
  for (const { question, answer } of [one, two]) {
    await here.desk.answer(question.id, decline(question), ann);
    await answer;
  }
});

test('an answer at or after the deadline refuses, and the question ends as expired', async () => {
  const here = await world();
  const { question, answer } = await ask(here, 'a');
  here.clock.set(question.deadline);
  expect(await here.elsewhere.answer(question.id, approve(question), ann)).toEqual(refusal(/expired at 2023-11-14T/));
  expect(await answer).toEqual({ kind: 'expired', id: question.id, digest: question.sealed.digest });
  expect(await here.desk.answer(question.id, approve(question), ann)).toEqual(refusal(/expired/));
  expect(await here.desk.claim(question.id, question.sealed.digest)).toBe(false);
  expect(await types(here)).toEqual(['approval-asked', 'approval-answered']);
});

test('an aborted call closes its question, and an answer to it is told so', async () => {
  const here = await world();
  const abort = new AbortController();
  const { question, answer } = await ask(here, 'a', {}, abort.signal);
  abort.abort();
  await expect(answer).rejects.toThrow(/aborted while it waited/);
  expect(await here.desk.answer(question.id, approve(question), ann)).toEqual(refusal(/was cancelled: the call/));
  expect(await here.desk.claim(question.id, question.sealed.digest)).toBe(false);
  await expect(here.desk.ask(askedOf('b', {}, start), () => {}, AbortSignal.abort())).rejects.toThrow(
    /before it could ask/,
  );
});

test('a front that breaks while it shows the question closes it', async () => {
  const here = await world();
  const show = () => {
    throw new Error('no screen');
  };
  await expect(here.desk.ask(askedOf('a', {}, start), show, never)).rejects.toThrow('no screen');
  expect((await here.desk.list([], 10)).map(({ state }) => state)).toEqual(['cancelled']);
});

test('of two answers at once one wins, and the other is told who won', async () => {
  const here = await world();
  const { question, answer } = await ask(here, 'a', { roles: ['oncall'] });
  const replies = await Promise.all([
    here.desk.answer(question.id, approve(question), ann),
    here.elsewhere.answer(question.id, decline(question), bob),
  ]);
  expect(replies.map(({ kind }) => kind).sort()).toEqual(['counted', 'refused']);
  const won = (await answer).kind;
  const winner = won === 'approved' ? 'approved by ann' : 'declined by bob';
  expect(replies.find(({ kind }) => kind === 'refused')).toEqual(refusal(new RegExp(`was ${winner} already`)));
  expect(await types(here)).toEqual(['approval-asked', 'approval-answered']);
});

test('P6: an approval is used once, and only for its digest', async () => {
  const here = await world();
  const { question, answer } = await ask(here, 'a');
  const { digest } = question.sealed;
  expect(await here.desk.claim(question.id, digest)).toBe(false);
  expect(await here.elsewhere.answer(question.id, approve(question), ann)).toEqual({
    kind: 'counted',
    state: 'approved',
    missing: 0,
  });
  expect(await answer).toEqual({ kind: 'approved', id: question.id, digest, by: ['ann'], at: start });
  expect(await here.desk.claim(question.id, `sha256:${'0'.repeat(64)}`)).toBe(false);
  expect(await here.desk.claim('nothing', digest)).toBe(false);
  const claims = await Promise.all(
    [here.desk, here.elsewhere, here.desk].map((desk) => desk.claim(question.id, digest)),
  );
  expect(claims.filter(Boolean)).toHaveLength(1);
  expect(await here.desk.answer(question.id, decline(question), ann)).toEqual(
    refusal(/was approved by ann already, and used/),
  );
});

test('an approval that waited beyond its deadline cannot be used', async () => {
  const here = await world();
  const { question, answer } = await ask(here, 'a');
  await here.desk.answer(question.id, approve(question), ann);
  await answer;
  here.clock.set(question.deadline);
  expect(await here.desk.claim(question.id, question.sealed.digest)).toBe(false);
});

test('several people are needed where the rule says so, each once, and one decline ends it', async () => {
  const here = await world();
  const terms = { roles: ['oncall'], count: 2 };
  const both = await ask(here, 'a', terms);
  const say = (person: Person) => here.desk.answer(both.question.id, approve(both.question), person);
  expect(await say(ann)).toEqual({ kind: 'counted', state: 'pending', missing: 1 });
  expect(await say(ann)).toEqual(refusal(/you approved .* already; it needs 2 different people/));
  expect(await here.desk.claim(both.question.id, both.question.sealed.digest)).toBe(false);
  expect(await say(bob)).toEqual({ kind: 'counted', state: 'approved', missing: 0 });
  expect(await both.answer).toMatchObject({ kind: 'approved', by: ['ann', 'bob'] });

  const split = await ask(here, 'b', terms);
  await here.desk.answer(split.question.id, approve(split.question), ann);
  await here.elsewhere.answer(split.question.id, decline(split.question, 'too risky'), bob);
  expect(await split.answer).toMatchObject({ kind: 'declined', by: 'bob', reason: 'too risky' });
});

test('who approved may still decline while others are asked', async () => {
  const here = await world();
  const { question, answer } = await ask(here, 'a', { roles: ['oncall'], count: 2 });
  await here.desk.answer(question.id, approve(question), ann);
  await here.desk.answer(question.id, decline(question, 'I looked again'), ann);
  expect(await answer).toMatchObject({ kind: 'declined', by: 'ann' });
});

test('secrets are neither shown nor recorded', async () => {
  const here = await world();
  const { question, answer } = await ask(here, 'curl -u me:hunter2');
  expect(question.text).toContain('curl -u me:***');
  await here.desk.answer(question.id, decline(question, 'hunter2 is a secret'), ann);
  expect(await answer).toMatchObject({ reason: '*** is a secret' });
  const lines = await Array.fromAsync(createLedger(here.store, here.clock).export());
  expect(lines.join()).not.toContain('hunter2');
});

test('a reason without end is refused', async () => {
  const here = await world();
  const { question, answer } = await ask(here, 'a');
  expect(await here.desk.answer(question.id, decline(question, 'x'.repeat(2_001)), ann)).toEqual(refusal(/shorten it/));
  await here.desk.answer(question.id, decline(question), ann);
  await answer;
});

test('questions are listed by how they stand now, also where nobody noted that they expired', async () => {
  const here = await world();
  const open = await ask(here, 'a');
  const decided = await ask(here, 'b');
  await here.desk.answer(decided.question.id, decline(decided.question), ann);
  await decided.answer;
  const ids = async (...states: Parameters<ApprovalDesk['list']>[0]) =>
    (await here.elsewhere.list(states, 10)).map(({ question }) => question.id);
  expect(await ids('pending')).toEqual([open.question.id]);
  expect(await ids('declined')).toEqual([decided.question.id]);
  expect((await ids()).sort()).toEqual([open.question.id, decided.question.id].sort());
  here.clock.set(open.question.deadline);
  expect(await ids('pending')).toEqual([]);
  expect(await ids('expired')).toEqual([open.question.id]);
  expect((await here.elsewhere.show(open.question.id))?.state).toBe('expired');
  expect(await here.elsewhere.show('nothing')).toBeNull();
  await open.answer;
});

test('P11: a call goes on waiting for what it asked before its process died, and is not asked about twice', async () => {
  const here = await world();
  const { question } = await ask(here, 'a');
  const again = (asked = askedOf('a', {}, start)) => {
    const { promise: shown, resolve } = Promise.withResolvers<Question>();
    return { shown, answer: here.elsewhere.ask(asked, resolve, never) };
  };
  here.alive.delete('here');
  expect(await here.elsewhere.left('run-1', 'call-a')).toEqual({ question, edit: null });
  expect(await here.elsewhere.left('run-1', 'call-b')).toBeNull();
  const { shown, answer } = again();
  expect(await shown).toEqual(question);
  await here.elsewhere.answer(question.id, approve(question), ann);
  expect(await answer).toMatchObject({ kind: 'approved', id: question.id, by: ['ann'] });
  expect(await types(here)).toEqual(['approval-asked', 'approval-continued', 'approval-answered']);
});

test('P11: an answer that came while nobody waited is found, and used by one process alone', async () => {
  const here = await world();
  const { question } = await ask(here, 'a');
  here.alive.delete('here');
  await here.elsewhere.answer(question.id, approve(question), ann);
  const { digest } = question.sealed;
  const asking = () => here.elsewhere.ask(askedOf('a', {}, start), () => {}, never);
  expect(await asking()).toMatchObject({ kind: 'approved', id: question.id });
  expect(await here.elsewhere.claim(question.id, digest)).toBe(true);
  // The one that claimed it died before its intent was on disk: nothing ran, so the next may.
  here.alive.add('here').delete('there');
  expect(await here.desk.ask(askedOf('a', {}, start), () => {}, never)).toMatchObject({ kind: 'approved' });
  expect(await here.elsewhere.consume(question.id, 'sha256:other', intent)).toBeNull();
  expect(await here.desk.claim(question.id, digest)).toBe(true);
  expect(await here.elsewhere.consume(question.id, digest, intent)).toBeNull();
  expect(await here.desk.consume(question.id, digest, intent)).toMatchObject({ seq: expect.any(Number) });
  expect(await here.desk.consume(question.id, digest, intent)).toBeNull();
  expect((await here.desk.show(question.id))?.state).toBe('consumed');
  here.alive.clear();
  expect(await here.desk.left('run-1', 'call-a')).toBeNull();
  expect((await types(here)).filter((type) => type === 'call-intended')).toHaveLength(1);
});

test('P6: what a process that runs has asked or claimed is not taken from it', async () => {
  const here = await world();
  const { question, answer } = await ask(here, 'a');
  expect(await here.elsewhere.left('run-1', 'call-a')).toBeNull();
  await here.desk.answer(question.id, approve(question), ann);
  await answer;
  const { digest } = question.sealed;
  expect(await here.desk.claim(question.id, digest)).toBe(true);
  expect(await here.elsewhere.claim(question.id, digest)).toBe(false);
  expect(await here.elsewhere.consume(question.id, digest, intent)).toBeNull();
});

test('P5: a call that changed while its process was gone is asked about anew, and the old answer opens nothing', async () => {
  const here = await world();
  const { question } = await ask(here, 'a');
  await here.desk.answer(question.id, approve(question), ann);
  here.alive.delete('here');
  const changed = { ...askedOf('b', {}, start), callId: 'call-a' };
  const { promise, resolve } = Promise.withResolvers<Question>();
  const answer = here.elsewhere.ask(changed, resolve, never);
  const next = await promise;
  expect(next).toMatchObject({ replaces: question.id, sealed: { digest: changed.sealed.digest } });
  expect(await here.elsewhere.answer(question.id, decline(question), ann)).toEqual(refusal(/was replaced by another/));
  expect(await here.elsewhere.claim(question.id, question.sealed.digest)).toBe(false);
  await here.elsewhere.answer(next.id, decline(next), ann);
  expect((await answer).kind).toBe('declined');
});

test('an edit ends the question, and names who changed the arguments to what', async () => {
  const here = await world();
  const { question, answer } = await ask(here, 'a');
  const edit = { ...approve(question), kind: 'edit', args: { command: 'b' } } as const;
  expect(await here.elsewhere.answer(question.id, { ...edit, args: null }, ann)).toEqual(
    refusal(/needs the arguments/),
  );
  expect(await here.elsewhere.answer(question.id, edit, cleo)).toEqual(refusal(/needs the role/));
  expect(await here.elsewhere.answer(question.id, edit, ann)).toMatchObject({ kind: 'counted', state: 'edited' });
  expect(await answer).toMatchObject({ kind: 'edited', by: 'ann', args: { command: 'b' } });
  expect(await here.desk.claim(question.id, question.sealed.digest)).toBe(false);
  expect(await here.desk.left('run-1', 'call-a')).toMatchObject({ edit: { by: 'ann', args: { command: 'b' } } });
  const next = here.desk.ask({ ...askedOf('b', {}, start), callId: 'call-a', editedBy: 'ann' }, () => {}, never);
  next.catch(() => {});
  await expect
    .poll(async () => (await here.desk.left('run-1', 'call-a'))?.question)
    .toMatchObject({ replaces: question.id, editedBy: 'ann' });
  expect((await here.desk.left('run-1', 'call-a'))?.edit).toEqual({ by: 'ann', args: { command: 'b' } });
});

test('P11: questions that were overdue while nobody waited are closed, others are not', async () => {
  const here = await world();
  const { question, answer } = await ask(here, 'a');
  answer.catch(() => {});
  here.alive.delete('here');
  expect(await here.elsewhere.expireOverdue()).toBe(0);
  here.clock.set(question.deadline);
  await here.elsewhere.expireOverdue();
  expect((await here.elsewhere.show(question.id))?.state).toBe('expired');
  expect(await here.elsewhere.left('run-1', 'call-a')).toBeNull();
  expect(await types(here)).toEqual(['approval-asked', 'approval-answered']);
});

test('many questions are open at once, and each gets its own answer', async () => {
  const here = await world(everybody, 100);
  const asked = await Promise.all(Array.from({ length: 20 }, (_, n) => ask(here, `a${n}`)));
  expect(new Set(asked.map(({ question }) => question.id)).size).toBe(20);
  for (const [n, { question }] of asked.entries()) {
    const desk = n % 2 === 0 ? here.desk : here.elsewhere;
    await desk.answer(question.id, n % 3 === 0 ? approve(question) : decline(question, `no ${n}`), ann);
  }
  const answers = await Promise.all(asked.map(({ answer }) => answer));
  for (const [n, answer] of answers.entries()) {
    expect(answer.digest).toBe(asked[n]?.question.sealed.digest);
    expect(answer.kind).toBe(n % 3 === 0 ? 'approved' : 'declined');
  }
});
