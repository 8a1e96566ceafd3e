import { expect, test } from 'vitest';
import { createApprovals } from '../../src/approvals/approvals.ts';
import { readDirectory } from '../../src/approvals/directory.ts';
import { createKeyDesk } from '../../src/approvals/key-desk.ts';
import { makeKey, readKey } from '../../src/approvals/keys.ts';
import type { Person } from '../../src/approvals/people.ts';
import { statementOf, statementText, type TrustedKey, verifyProof } from '../../src/approvals/statement.ts';
import { createProver, type Evidence, ledgerName, nothingShown } from '../../src/approvals/step-up.ts';
import { codeAt, stepAt } from '../../src/approvals/totp.ts';
import { nothingPrivate } from '../../src/kernel/private-parts.ts';
import type { ApprovalTerms, JsonObject, Question } from '../../src/kernel/types.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { handClock } from '../fixtures/hand-clock.ts';
import { personWith } from '../fixtures/people.ts';
import { askedOf, intrude, openStore, replyOf, temporaryStore } from '../fixtures/temporary-store.ts';

const start = 1_700_000_000_000;
const secret = Buffer.from('12345678901234567890');
const keyPair = makeKey('');
const annsKey = readKey(keyPair.pem, '');
const ann = personWith('ann', ['operator'], { keys: [keyPair.publicKey] });
const bob = personWith('bob', ['operator']);
const never = new AbortController().signal;

async function world(people: readonly Person[] = [ann, bob]) {
  const { path, store } = await temporaryStore();
  const clock = handClock(start);
  let known = people;
  const open = (at: typeof store) => {
    const codes = { store: at, clock, secretOf: (person: string) => (person === 'ann' ? secret : null) };
    const directory = () => readDirectory(known, at);
    const approvals = createApprovals({
      store: at,
      clock,
      directory,
      prove: createProver(codes),
      instance: 'here',
      isAlive: () => true,
      redact: (text) => text,
      findPrivate: nothingPrivate,
      mayWiden: async () => true,
      pendingMax: 100,
    });
    return { approvals, keys: createKeyDesk(codes, directory) };
  };
  const here = open(store);
  const ask = async (terms: Partial<ApprovalTerms>, name = 'a') => {
    const { promise, resolve, reject } = Promise.withResolvers<Question>();
    const answer = here.approvals.ask(askedOf(name, terms, clock.now()), resolve, never);
    answer.catch(reject);
    return { question: await promise, answer };
  };
  const say = (
    question: Question,
    person: Person,
    evidence: Evidence,
    at = here.approvals,
    kind: 'approve' | 'decline' = 'approve',
  ) => at.answer(question.id, replyOf(kind, question.sealed.digest), person, evidence);
  const sign = async (question: Question, person = 'ann', answer: Parameters<typeof statementOf>[1] = once) => {
    const stored = await store.question(question.id);
    if (stored === null) throw new Error('no such question');
    return annsKey.sign(statementText(statementOf(stored, answer, person, await ledgerName(store))));
  };
  const records = async (type: string) =>
    (await Array.fromAsync(createLedger(store, clock).export()))
      .map((line): { type: string; hash: string; body: JsonObject } => JSON.parse(line))
      .filter((record) => type === '' || record.type === type);
  return {
    path,
    store,
    clock,
    ...here,
    open,
    ask,
    say,
    sign,
    records,
    become: (now: readonly Person[]) => {
      known = now;
    },
  };
}

const once = { kind: 'approve', scope: { kind: 'once' }, pattern: 0, args: null } as const;
const refusal = (because: RegExp) => ({ kind: 'refused', because: expect.stringMatching(because) });
const code = (text: string): Evidence => ({ kind: 'code', code: text });
const signature = (text: string): Evidence => ({ kind: 'signature', signature: text, handedInBy: '' });

test('where a step-up is demanded nothing less opens the question, and stopping needs none', async () => {
  const here = await world();
  const { question } = await here.ask({ stepUp: 'signature' });
  expect(await here.say(question, ann, nothingShown)).toEqual(refusal(/needs a step-up: add `--sign`/));
  expect(await here.say(question, ann, code(codeAt(secret, stepAt(start))))).toEqual(refusal(/needs a step-up/));
  expect(await here.say(question, bob, signature('x'))).toEqual(refusal(/no key of `bob` is known here/));
  const second = await here.ask({ stepUp: 'code' }, 'b');
  expect(await here.say(second.question, bob, nothingShown)).toEqual(refusal(/add `--code`/));
  expect(await here.say(second.question, bob, code('123456'))).toEqual(refusal(/`bob` has no device/));
  expect((await here.store.question(question.id))?.state).toBe('pending');
  const edit = { ...replyOf('approve', question.sealed.digest), kind: 'edit' as const, args: { command: 'b' } };
  const third = await here.ask({ stepUp: 'signature' }, 'c');
  expect(
    await here.approvals.answer(third.question.id, { ...edit, digest: third.question.sealed.digest }, bob),
  ).toMatchObject({ state: 'edited' });
  for (const { id, sealed } of [question, second.question])
    expect(await here.approvals.answer(id, replyOf('decline', sealed.digest), bob)).toMatchObject({
      state: 'declined',
    });
});

test('a signature for another question, person, answer or ledger does not count', async () => {
  const here = await world();
  const { question } = await here.ask({ stepUp: 'signature' });
  const { question: other } = await here.ask({ stepUp: 'signature' }, 'b');
  const stored = await here.store.question(question.id);
  if (stored === null) throw new Error('no such question');
  for (const wrong of [
    await here.sign(other),
    await here.sign(question, 'bob'),
    await here.sign(question, 'ann', { ...once, kind: 'decline' }),
    await here.sign(question, 'ann', { ...once, scope: { kind: 'session' } }),
    annsKey.sign(statementText(statementOf(stored, once, 'ann', 'another ledger'))),
    annsKey.sign(question.id),
    readKey(makeKey('').pem, '').sign(statementText(statementOf(stored, once, 'ann', await ledgerName(here.store)))),
  ]) {
    expect(await here.say(question, ann, signature(wrong))).toEqual(refusal(/not by a key of `ann` over this answer/));
  }
  expect(await here.say(question, bob, signature(await here.sign(question, 'bob')))).toEqual(
    refusal(/no key of `bob`/),
  );
  expect(await here.say(question, ann, signature(await here.sign(question)))).toMatchObject({ state: 'approved' });
});

test('what a proof says without being one does not count, not even in the row', async () => {
  const here = await world();
  const { question, answer } = await here.ask({ stepUp: 'signature' });
  const forged = { ...replyOf('approve', question.sealed.digest), proof: { kind: 'signature' } };
  expect(await here.approvals.answer(question.id, forged, ann)).toEqual(refusal(/needs a step-up/));
  await here.say(question, ann, signature(await here.sign(question)));
  await answer;
  const intruder = await intrude(here.path);
  const stored = await here.store.question(question.id);
  if (stored === null) throw new Error('no such question');
  const signedBy = (change: object) => {
    const signed = statementText({ ...statementOf(stored, once, 'ann', 'ledger'), ...change });
    return JSON.stringify({ kind: 'signature', key: keyPair.publicKey, signed, signature: annsKey.sign(signed) });
  };
  const unsigned = JSON.stringify({ ...JSON.parse(signedBy({})), signature: annsKey.sign('something else') });
  for (const proof of [
    '{"kind":"code","step":1}',
    '{"kind":"none"}',
    '{"kind":"signature"}',
    unsigned,
    signedBy({ approval: 'other' }),
    signedBy({ digest: 'sha256:other' }),
    signedBy({ scope: { kind: 'session' } }),
    signedBy({ answer: 'decline' }),
    signedBy({ person: 'bob' }),
  ]) {
    await intruder.run("UPDATE questions SET document = json_set(document, '$.answers[0].proof', json(?))", proof);
    expect(await here.approvals.claim(question.id, question.sealed.digest), proof).toBe(false);
  }
  await intruder.run("UPDATE questions SET document = json_set(document, '$.answers[0].proof', json(?))", signedBy({}));
  expect(await here.approvals.claim(question.id, question.sealed.digest)).toBe(true);
});

test('a key that was revoked after the answer opens nothing', async () => {
  const here = await world();
  const { question, answer } = await here.ask({ stepUp: 'signature' });
  await here.say(question, ann, signature(await here.sign(question)));
  expect((await answer).kind).toBe('approved');
  expect(await here.keys.revoke(bob, keyPair.publicKey)).toMatchObject({ kind: 'done' });
  expect(await here.approvals.claim(question.id, question.sealed.digest)).toBe(false);
  expect(await here.keys.enrol(bob, 'ann', keyPair.publicKey, nothingShown)).toEqual(
    refusal(/a revoked key stays revoked/),
  );
});

test('whose signature it is counts, whoever hands it in', async () => {
  const here = await world();
  const { question } = await here.ask({ stepUp: 'signature' });
  const handed: Evidence = { kind: 'signature', signature: await here.sign(question), handedInBy: 'bob' };
  expect(await here.say(question, ann, handed)).toMatchObject({ kind: 'counted' });
  const [record] = await here.records('approval-answered');
  expect(record?.body).toMatchObject({ by: 'ann', proof: { kind: 'signature', handedInBy: 'bob' } });
});

test('an export says who signed what, without the database', async () => {
  const here = await world();
  const { question } = await here.ask({ stepUp: 'signature' });
  await here.say(question, ann, signature(await here.sign(question)));
  const [first] = await here.records('');
  const [record] = await here.records('approval-answered');
  if (record === undefined || first === undefined) throw new Error('nothing was recorded');
  const body = record.body;
  const trusted: readonly TrustedKey[] = [{ person: 'ann', key: keyPair.publicKey }];
  const verdict = (changed: JsonObject = {}, keys = trusted, ledger = first.hash) =>
    verifyProof({ ...body, ...changed }, keys, ledger);
  for (const [changed, because] of [
    [{ by: 'bob' }, /another `person`/],
    [{ digest: 'sha256:other' }, /another `digest`/],
    [{ approval: 'other' }, /another `approval`/],
    [{ answer: 'edit' }, /another `answer`/],
    [{ scope: { kind: 'session' } }, /another `scope`/],
    [{ argsDigest: 'sha256:x' }, /another `args`/],
    [{ proof: { ...Object(body.proof), signed: 'hello' } }, /no answer to an approval/],
    [{ proof: { ...Object(body.proof), signature: annsKey.sign('x') } }, /does not fit what was signed/],
    [{ proof: { kind: 'signature' } }, /incomplete/],
  ] as const) {
    expect(verdict(changed), JSON.stringify(changed)).toEqual({ kind: 'bad', because: expect.stringMatching(because) });
  }
  expect(verdict({}, [{ person: 'bob', key: keyPair.publicKey }])).toMatchObject({ kind: 'bad' });
  expect(verdict({}, trusted, 'sha256:other')).toMatchObject({ because: expect.stringMatching(/another `ledger`/) });
  expect(verdict({ proof: { kind: 'none' } })).toEqual({ kind: 'unsigned' });
  expect(verdict()).toEqual({ kind: 'signed', person: 'ann', key: keyPair.publicKey });
});

test('a code counts once, over all processes', async () => {
  const here = await world();
  const there = here.open(await openStore(here.path));
  const now = codeAt(secret, stepAt(start));
  const first = await here.ask({ stepUp: 'code' });
  const second = await here.ask({ stepUp: 'code' }, 'b');
  const both = await Promise.all([
    here.say(first.question, ann, code(now)),
    here.say(second.question, ann, code(now), there.approvals),
  ]);
  expect(both.map(({ kind }) => kind).sort()).toEqual(['counted', 'refused']);
  const left = both[0]?.kind === 'refused' ? first.question : second.question;
  expect(await here.say(left, ann, code(now))).toEqual(refusal(/used before/));
  here.clock.set(start + 30_000);
  expect(await here.say(left, ann, code(codeAt(secret, stepAt(start + 30_000))))).toMatchObject({ state: 'approved' });
  const [record] = await here.records('approval-answered');
  expect(record?.body.proof).toEqual({ kind: 'code', step: expect.any(Number) });
});

test('who guesses codes is locked out for a while, and so is the right code', async () => {
  const here = await world();
  const { question } = await here.ask({ stepUp: 'code', withinMs: 3_600_000 });
  const guess = (text: string) => here.say(question, ann, code(text));
  for (let tries = 0; tries < 4; tries += 1) expect(await guess('000000')).toEqual(refusal(/the code is wrong/));
  expect(await guess('000000')).toEqual(refusal(/too many wrong codes for `ann`: wait until 2023-11-14T22:28:20/));
  expect(await guess(codeAt(secret, stepAt(start)))).toEqual(refusal(/too many wrong codes/));
  expect(await here.records('code-refused')).toHaveLength(5);
  here.clock.set(start + 900_000);
  expect(await guess(codeAt(secret, stepAt(start + 900_000)))).toMatchObject({ state: 'approved' });
});

test('who may not answer uses up no code by trying', async () => {
  const here = await world([personWith('ann', ['intern']), bob]);
  const { question } = await here.ask({ stepUp: 'code' });
  expect(await here.say(question, ann, code('000000'))).toEqual(refusal(/needs the role/));
  expect(await here.records('code-refused')).toEqual([]);
});

test('only an operator makes keys known, and shows their own step-up where they have one', async () => {
  const here = await world([ann, bob, personWith('cleo', ['oncall'])]);
  const { publicKey } = makeKey('');
  const enrol = (by: Person | undefined, person: string, evidence: Evidence = nothingShown, key = publicKey) =>
    here.keys.enrol(by, person, key, evidence);
  expect(await enrol(undefined, 'bob')).toEqual(refusal(/not among the people/));
  expect(await enrol(personWith('cleo', ['*']), 'cleo')).toEqual(refusal(/needs the role `operator`/));
  expect(await enrol(bob, 'mallory')).toEqual(refusal(/there is nobody `mallory`/));
  expect(await enrol(bob, 'bob', nothingShown, 'ed25519:xx')).toEqual(refusal(/32 bytes/));
  expect(await enrol(bob, 'bob', nothingShown, keyPair.publicKey)).toEqual(refusal(/a key of `ann` already/));
  expect(await enrol(ann, 'bob')).toEqual(refusal(/you have a step-up, so show it/));
  expect(await enrol(ann, 'bob', code('000000'))).toEqual(refusal(/the code is wrong/));
  expect(await enrol(ann, 'bob', signature(annsKey.sign(await here.keys.statement('something else'))))).toEqual(
    refusal(/not by a key of yours/),
  );
  const right = annsKey.sign(await here.keys.statement(`${publicKey} of bob`));
  expect(await enrol(ann, 'bob', signature(right))).toMatchObject({ kind: 'done', what: { person: 'bob' } });
  expect((await here.records('key-enrolled')).map(({ body }) => body)).toMatchObject([{ person: 'bob', by: 'ann' }]);
  expect(await here.keys.revoke(personWith('cleo', ['oncall']), publicKey)).toEqual(refusal(/only whose key it is/));
});

test('who revokes their only key cannot make another one known alone', async () => {
  const fay = personWith('fay', ['operator'], { keys: [makeKey('').publicKey] });
  const here = await world([fay, bob]);
  const { publicKey } = makeKey('');
  expect(await here.keys.enrol(fay, 'fay', publicKey, nothingShown)).toEqual(refusal(/so show it/));
  expect(await here.keys.revoke(fay, fay.keys[0] ?? '')).toMatchObject({ kind: 'done' });
  expect(await here.keys.enrol(fay, 'fay', publicKey, nothingShown)).toEqual(refusal(/your key was revoked/));
  expect(await here.keys.enrol(bob, 'fay', publicKey, nothingShown)).toMatchObject({ kind: 'done' });
});

test('who lost their role since has lost it, at the answer and at the claim', async () => {
  const here = await world();
  const { question, answer } = await here.ask({});
  expect(await here.say(question, bob, nothingShown)).toMatchObject({ state: 'approved' });
  await answer;
  here.become([ann]);
  expect(await here.approvals.claim(question.id, question.sealed.digest)).toBe(false);
  const second = await here.ask({}, 'b');
  expect(await here.say(second.question, bob, nothingShown)).toEqual(refusal(/not among the people/));
});
