import { expect, test } from 'vitest';
import { createApprovals } from '../../src/approvals/approvals.ts';
import { createDelegationDesk } from '../../src/approvals/delegation-desk.ts';
import { readDirectory } from '../../src/approvals/directory.ts';
import { makeKey, readKey } from '../../src/approvals/keys.ts';
import type { Person } from '../../src/approvals/people.ts';
import { nothingShown } from '../../src/approvals/step-up.ts';
import { codeAt, stepAt } from '../../src/approvals/totp.ts';
import { nothingPrivate } from '../../src/kernel/private-parts.ts';
import type { ApprovalTerms, Question } from '../../src/kernel/types.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { handClock } from '../fixtures/hand-clock.ts';
import { personWith, proveNothing } from '../fixtures/people.ts';
import { askedOf, intrude, replyOf, temporaryStore } from '../fixtures/temporary-store.ts';

const start = 1_700_000_000_000;
const hourMs = 3_600_000;
const ann = personWith('ann', ['oncall']);
const bob = personWith('bob', []);
const cleo = personWith('cleo', ['operator']);
const dan = personWith('dan', ['oncall']);
const never = new AbortController().signal;

async function world(people: readonly Person[] = [ann, bob, cleo, dan]) {
  const { path, store } = await temporaryStore();
  const clock = handClock(start);
  let known = people;
  const directory = () => readDirectory(known, store);
  const secret = Buffer.from('12345678901234567890');
  const codes = { store, clock, secretOf: (person: string) => (person === 'eve' ? secret : null) };
  const desk = createDelegationDesk(codes, directory);
  const approvals = createApprovals({
    store,
    clock,
    directory,
    prove: proveNothing,
    instance: 'here',
    isAlive: () => true,
    redact: (text) => text,
    findPrivate: nothingPrivate,
    mayWiden: async () => true,
    pendingMax: 100,
  });
  const ask = async (terms: Partial<ApprovalTerms>) => {
    const { promise, resolve, reject } = Promise.withResolvers<Question>();
    const answer = approvals.ask(askedOf('a', { roles: ['oncall'], ...terms }, clock.now()), resolve, never);
    answer.catch(reject);
    return { question: await promise, answer };
  };
  const say = ({ id, sealed }: Question, person: Person, kind: 'approve' | 'decline' = 'approve') =>
    approvals.answer(id, replyOf(kind, sealed.digest), person);
  const lend = (from: Person | undefined = ann, to = 'bob', role = 'oncall', until = start + hourMs) =>
    desk.delegate(from, { to, role, until }, nothingShown);
  const records = async (type: string) =>
    (await Array.fromAsync(createLedger(store, clock).export()))
      .map((line) => JSON.parse(line))
      .filter((record) => record.type === type)
      .map(({ body }) => body);
  return {
    path,
    store,
    clock,
    desk,
    approvals,
    ask,
    say,
    lend,
    records,
    become: (now: readonly Person[]) => {
      known = now;
    },
  };
}

const refusal = (because: RegExp) => ({ kind: 'refused', because: expect.stringMatching(because) });

test('nobody lends what they do not hold, every role, to nobody, or for ever', async () => {
  const here = await world();
  await here.lend();
  for (const [done, because] of [
    [
      here.desk.delegate(undefined, { to: 'bob', role: 'oncall', until: start + 1 }, nothingShown),
      /not among the people/,
    ],
    [here.lend(cleo), /do not hold the role `oncall` yourself/],
    [here.lend(bob, 'dan'), /was lent to you is not lent further/],
    [here.lend(ann, 'bob', '*'), /names one role/],
    [here.lend(ann, 'mallory'), /there is nobody `mallory`/],
    [here.lend(ann, 'ann'), /you hold it already/],
    [here.lend(ann, 'bob', 'oncall', start), /over before it begins/],
    [here.lend(ann, 'bob', 'oncall', Number.NaN), /over before it begins/],
    [here.lend(ann, 'bob', 'oncall', start + 91 * 24 * hourMs), /longer than 90 days/],
  ] as const) {
    expect(await done).toEqual(refusal(because));
  }
  expect(await here.records('delegation-made')).toHaveLength(1);
});

test('who has a step-up shows it to lend a role: an open account gives nobody the right of its owner', async () => {
  const { publicKey, pem } = makeKey('');
  const key = readKey(pem, '');
  const fay = personWith('fay', ['oncall'], { keys: [publicKey] });
  const eve = personWith('eve', ['oncall']);
  const here = await world([fay, eve, bob]);
  const wish = { to: 'bob', role: 'oncall', until: start + hourMs };
  const signed = async (over: typeof wish) => ({
    kind: 'signature' as const,
    signature: key.sign(await here.desk.statement(over)),
    handedInBy: '',
  });
  expect(await here.desk.delegate(fay, wish, nothingShown)).toEqual(refusal(/you have a step-up, so show it/));
  expect(await here.desk.delegate(eve, wish, nothingShown)).toEqual(refusal(/add `--code`, or/));
  expect(await here.desk.delegate(fay, wish, await signed({ ...wish, to: 'eve' }))).toEqual(
    refusal(/not by a key of yours/),
  );
  // What the caller says about a person counts for nothing.
  expect(await here.desk.delegate({ ...fay, keys: [] }, wish, nothingShown)).toEqual(refusal(/so show it/));
  expect(await here.desk.delegate(fay, wish, await signed(wish))).toMatchObject({ kind: 'done' });
  const code = { kind: 'code' as const, code: codeAt(Buffer.from('12345678901234567890'), stepAt(start)) };
  expect(await here.desk.delegate(eve, wish, code)).toMatchObject({ kind: 'done' });
});

test('only who is concerned takes a role back, and once', async () => {
  const here = await world();
  const made = await here.lend();
  if (made.kind !== 'done') throw new Error(made.because);
  const { id } = made.what;
  expect(await here.desk.revoke(id, dan)).toEqual(refusal(/only who lent it, who got it or an operator/));
  expect(await here.desk.revoke(id, undefined)).toEqual(refusal(/not among the people/));
  expect(await here.desk.revoke('dxxxxxx', ann)).toEqual(refusal(/there is no delegation/));
  expect(await here.desk.revoke(id, cleo)).toMatchObject({ kind: 'done' });
  expect(await here.desk.revoke(id, ann)).toEqual(refusal(/revoked already/));
  expect(await here.records('delegation-revoked')).toMatchObject([{ delegation: id, by: 'cleo' }]);
});

test('an approval says for whom it was given, and counts once with theirs', async () => {
  const here = await world();
  const { question } = await here.ask({ count: 2 });
  expect(await here.say(question, bob)).toEqual(refusal(/needs the role `oncall`, and you have no role/));
  await here.lend();
  expect(await here.say(question, bob)).toMatchObject({ state: 'pending', missing: 1 });
  expect(await here.say(question, ann)).toMatchObject({ state: 'pending', missing: 1 });
  expect(await here.say(question, dan)).toMatchObject({ state: 'approved' });
  expect(await here.say(question, cleo)).toEqual(refusal(/approved by bob for ann, ann, dan already/));
  expect((await here.records('approval-answered'))[0]).toMatchObject({ by: 'bob', for: 'ann' });
});

test('what was approved with a lent role opens nothing once that is over, revoked or no longer the lender’s', async () => {
  for (const end of ['time', 'revoked', 'lost', 'gone'] as const) {
    const here = await world();
    const made = await here.lend(ann, 'bob', 'oncall', start + 60_000);
    const { question, answer } = await here.ask({});
    expect(await here.say(question, bob)).toMatchObject({ state: 'approved' });
    await answer;
    if (end === 'time') here.clock.set(start + 60_000);
    if (end === 'revoked' && made.kind === 'done') await here.desk.revoke(made.what.id, ann);
    if (end === 'lost') here.become([personWith('ann', []), bob, cleo, dan]);
    if (end === 'gone') here.become([ann, cleo, dan]);
    expect(await here.approvals.claim(question.id, question.sealed.digest), end).toBe(false);
  }
  const here = await world();
  await here.lend();
  const { question } = await here.ask({});
  await here.say(question, bob);
  expect(await here.approvals.claim(question.id, question.sealed.digest)).toBe(true);
});

test('a damaged delegation stops answers instead of opening anything', async () => {
  const here = await world();
  await here.lend();
  const { question } = await here.ask({});
  const intruder = await intrude(here.path);
  await intruder.run(`UPDATE notes SET document = '{"id":"d1","from":"ann"}'`);
  await expect(here.say(question, bob)).rejects.toThrow();
  await intruder.run(`UPDATE notes SET document = 'nonsense'`);
  await expect(here.approvals.claim(question.id, question.sealed.digest)).rejects.toThrow(/row is damaged/);
});

test('a second group may answer once the question has waited, and only then', async () => {
  const here = await world();
  const { question } = await here.ask({ escalate: [{ afterMs: 60_000, roles: ['operator'] }] });
  expect(await here.say(question, cleo)).toEqual(refusal(/you may answer from/));
  expect(await here.say(question, cleo, 'decline')).toEqual(refusal(/you may answer from/));
  here.clock.set(start + 60_000);
  expect(await here.say(question, cleo)).toMatchObject({ state: 'approved' });
  expect(await here.approvals.claim(question.id, question.sealed.digest)).toBe(true);
});

test('where operators are wanted besides, others alone do not open it', async () => {
  const here = await world();
  const { question } = await here.ask({ operatorsMin: 1 });
  expect(await here.say(question, ann)).toMatchObject({ state: 'pending', missing: 1 });
  expect(await here.say(question, cleo)).toMatchObject({ state: 'approved' });
});
