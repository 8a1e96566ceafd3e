import { expect, test } from 'vitest';
import { createApprovals } from '../../../src/approvals/approvals.ts';
import type { ApprovalDesk } from '../../../src/approvals/desk.ts';
import type { Person } from '../../../src/approvals/people.ts';
import { patternLine } from '../../../src/approvals/standing/offer.ts';
import { standingMax } from '../../../src/approvals/standing/standing.ts';
import type { Reply } from '../../../src/approvals/states.ts';
import type { Approvals } from '../../../src/kernel/ports.ts';
import { nothingPrivate } from '../../../src/kernel/private-parts.ts';
import { seal } from '../../../src/kernel/seal.ts';
import type { Store } from '../../../src/kernel/store.ts';
import type { Answer, ApprovalTerms, Caller, JsonObject, Question, SealedAction } from '../../../src/kernel/types.ts';
import { createLedger } from '../../../src/ledger/ledger.ts';
import { type HandClock, handClock } from '../../fixtures/hand-clock.ts';
import { directoryOf, personWith, proveNothing } from '../../fixtures/people.ts';
import { actionOf, caller, decisionOf } from '../../fixtures/ports.ts';
import { openStore, temporaryStore } from '../../fixtures/temporary-store.ts';

const start = 1_700_000_000_000;
const hour = 3_600_000;
const never = new AbortController().signal;
const ann = personWith('ann', ['operator']);
const bob = personWith('bob', ['operator']);

type Desk = Approvals & ApprovalDesk;
interface World {
  readonly store: Store;
  readonly clock: HandClock;
  readonly desk: Desk;
  readonly elsewhere: Desk;
  readonly people: Person[];
}

async function world(mayWiden = true): Promise<World> {
  const { path, store } = await temporaryStore();
  const clock = handClock(start);
  const people = [ann, bob];
  const open = (at: Store, instance: string) =>
    createApprovals({
      ...{ store: at, clock, instance, prove: proveNothing },
      directory: () => directoryOf(people)(),
      isAlive: () => true,
      redact: (text) => text,
      findPrivate: nothingPrivate,
      mayWiden: async () => mayWiden,
      pendingMax: 500,
    });
  return { store, clock, people, desk: open(store, 'here'), elsewhere: open(await openStore(path), 'there') };
}

interface Called {
  readonly argv?: readonly string[];
  readonly asker?: Partial<Caller>;
  readonly terms?: Partial<ApprovalTerms>;
  readonly policyDigest?: string;
  /** Further arguments. */
  readonly more?: JsonObject;
}

let calls = 0;
function askedFor(now: number, { argv = ['git', 'push'], asker = {}, terms = {}, policyDigest, more = {} }: Called) {
  const who = { ...caller, ...asker };
  const decision = decisionOf('ask');
  const sealed = seal(
    {
      ...actionOf('exec', '/work/place', 'container'),
      args: { command: argv.join(' '), ...more },
      effects: [
        { kind: 'tool', name: 'exec', standing: 'implied' },
        { kind: 'run', argv, assignments: [], spellings: [], outside: [], standing: 'own' },
      ],
    },
    { ...decision, terms: { ...decision.terms, ...terms }, policyDigest: policyDigest ?? decision.policyDigest },
    { inputs: [], shadows: [], contents: [] },
    who,
  );
  calls += 1;
  const deadline = now + sealed.decision.terms.withinMs;
  return { callId: `c${calls}`, sealed, preview: null, caller: who, askedAt: now, deadline, editedBy: '' };
}

interface Asked {
  /** Null if nobody was asked. */
  readonly question: Question | null;
  readonly answer: Promise<Answer>;
}

/** Asks; comes back once people see the question, or it was answered without them. */
async function ask({ desk, clock }: Pick<World, 'desk' | 'clock'>, called: Called = {}): Promise<Asked> {
  const { promise, resolve } = Promise.withResolvers<Question | null>();
  const answer = desk.ask(askedFor(clock.now(), called), resolve, never);
  answer.then(
    () => resolve(null),
    () => resolve(null),
  );
  return { question: await promise, answer };
}

const yes = (sealed: SealedAction, scope: Reply['scope'], pattern = 0) =>
  ({ kind: 'approve', digest: sealed.digest, reason: '', scope, pattern, args: null }) as const;

/** Somebody approves a first call as far as `scope` says, and it is made. */
async function approved(here: World, scope: Reply['scope'], called: Called = {}, pattern = 0): Promise<Question> {
  const { question, answer } = await ask(here, called);
  if (question === null) throw new Error('nobody was asked');
  expect(await here.desk.answer(question.id, yes(question.sealed, scope, pattern), ann)).toMatchObject({
    kind: 'counted',
  });
  expect((await answer).kind).toBe('approved');
  expect(await here.desk.claim(question.id, question.sealed.digest)).toBe(true);
  return question;
}

/** Whether a further call goes through without anybody being asked. */
async function goesThrough(here: Pick<World, 'desk' | 'clock'>, called: Called = {}): Promise<boolean> {
  const { question, answer } = await ask(here, called);
  if (question !== null) {
    await here.desk.answer(question.id, { ...yes(question.sealed, { kind: 'once' }), kind: 'decline' }, ann);
    await answer;
    return false;
  }
  const said = await answer;
  return said.kind === 'approved' && here.desk.claim(said.id, said.digest);
}

const open = async ({ desk }: World) => (await desk.standing(100)).filter(({ state }) => state === 'open');
const records = async ({ store, clock }: World) =>
  (await Array.fromAsync(createLedger(store, clock).export())).map((line) => JSON.parse(line));

test('an approval once opens nothing else', async () => {
  const here = await world();
  await approved(here, { kind: 'once' });
  expect(await open(here)).toEqual([]);
  expect(await goesThrough(here)).toBe(false);
});

test.each<[string, Called]>([
  ['other arguments', { argv: ['git', 'push', '--force'] }],
  ['another session', { asker: { session: 'agent:main:other' } }],
  ['a label that people did not see', { asker: { labels: ['untrusted'] } }],
  ['another policy', { policyDigest: `sha256:${'9'.repeat(64)}` }],
])('a standing approval does not cover %s', async (_what, called) => {
  const here = await world();
  await approved(here, { kind: 'session' });
  expect(await goesThrough(here, called)).toBe(false);
  expect(await goesThrough(here)).toBe(true);
});

test('N uses are N calls, the first included, whoever makes them and however many at once', async () => {
  const here = await world();
  await approved(here, { kind: 'uses', max: 4 });
  const there = { desk: here.elsewhere, clock: here.clock };
  const passed = await Promise.all([here, there, here, there, here, there].map((one) => goesThrough(one)));
  expect(passed.filter((isThrough) => isThrough)).toHaveLength(3);
  expect(await open(here)).toEqual([]);
  expect((await here.desk.standing(1))[0]).toMatchObject({ state: 'used', usesLeft: 0 });
});

test('an approval until a time ends then, between answer and claim as well', async () => {
  const here = await world();
  await approved(here, { kind: 'until', at: start + hour });
  const { answer } = await ask(here);
  const said = await answer;
  here.clock.set(start + hour);
  expect(said.kind === 'approved' && (await here.desk.claim(said.id, said.digest))).toBe(false);
  expect(await goesThrough(here)).toBe(false);
});

test('a standing approval lasts seven days at most, also for a session', async () => {
  const here = await world();
  await approved(here, { kind: 'session' });
  here.clock.set(start + 7 * 24 * hour - 1);
  expect(await goesThrough(here)).toBe(true);
  here.clock.set(start + 7 * 24 * hour);
  expect(await goesThrough(here)).toBe(false);
});

test('where whoever gave it lost the role, people are asked', async () => {
  const here = await world();
  await approved(here, { kind: 'session' });
  here.people.splice(0, 1);
  const { question, answer } = await ask(here);
  if (question === null) throw new Error('nobody was asked');
  await here.desk.answer(question.id, yes(question.sealed, { kind: 'once' }), bob);
  expect(await answer).toMatchObject({ kind: 'approved', by: ['bob'] });
});

test('whoever loses the role before the call uses it gives nothing any more', async () => {
  const here = await world();
  await approved(here, { kind: 'session' });
  const { answer } = await ask(here);
  const said = await answer;
  here.people.splice(0, 1);
  expect(said.kind === 'approved' && (await here.desk.claim(said.id, said.digest))).toBe(false);
});

test('a revoked one opens nothing, not even what it answered a moment ago', async () => {
  const here = await world();
  await approved(here, { kind: 'session' });
  const [standing] = await open(here);
  const { answer } = await ask(here);
  const said = await answer;
  expect(await here.elsewhere.revokeStanding('k2none', bob)).toMatchObject({ kind: 'refused' });
  expect(await here.elsewhere.revokeStanding(standing?.id ?? '', { id: 'mallory' })).toMatchObject({ kind: 'refused' });
  expect(await here.elsewhere.revokeStanding(standing?.id ?? '', bob)).toMatchObject({ kind: 'counted' });
  expect(said.kind === 'approved' && (await here.desk.claim(said.id, said.digest))).toBe(false);
  expect(await goesThrough(here)).toBe(false);
  expect(await here.desk.revokeStanding(standing?.id ?? '', bob)).toMatchObject({ kind: 'refused' });
});

test('with several people the narrowest of what they said counts', async () => {
  const here = await world();
  const terms = { count: 2 };
  const both = async (first: Reply['scope'], second: Reply['scope'], patterns: readonly [number, number] = [0, 0]) => {
    const { question, answer } = await ask(here, { argv: ['git', 'push', String(calls)], terms });
    if (question === null) throw new Error('nobody was asked');
    await here.desk.answer(question.id, yes(question.sealed, first, patterns[0]), ann);
    await here.desk.answer(question.id, yes(question.sealed, second, patterns[1]), bob);
    await answer;
    return (await here.desk.standing(100)).find((one) => one.question === question.id) ?? null;
  };
  expect(await both({ kind: 'session' }, { kind: 'once' })).toBeNull();
  expect(await both({ kind: 'uses', max: 9 }, { kind: 'until', at: start + hour })).toMatchObject({
    usesLeft: 8,
    until: start + hour,
  });
  expect(await both({ kind: 'session' }, { kind: 'uses', max: 2 })).toMatchObject({ usesLeft: 1 });
  const mixed = await both({ kind: 'session' }, { kind: 'session' }, [1, 0]);
  expect(mixed?.reach.words).toEqual([]);
});

test('a pattern covers further words once it was shown and accepted', async () => {
  const here = await world();
  await approved(here, { kind: 'until', at: start + hour }, {}, 1);
  expect(await goesThrough(here, { argv: ['git', 'push', 'origin', 'main'] })).toBe(true);
  expect(await goesThrough(here, { argv: ['git', 'pull'] })).toBe(false);
});

test('a pattern that was not shown cannot be accepted, nor one that is not told how far', async () => {
  const here = await world(false);
  const { question } = await ask(here);
  if (question === null) throw new Error('nobody was asked');
  const refused = (scope: Reply['scope'], pattern: number) =>
    here.desk.answer(question.id, yes(question.sealed, scope, pattern), ann);
  expect(await refused({ kind: 'session' }, 1)).toMatchObject({ because: expect.stringMatching(/shows no pattern 1/) });
  expect(await refused({ kind: 'session' }, 2)).toMatchObject({ kind: 'refused' });
  const offered = await ask(await world());
  expect(offered.question?.text).toContain('pattern 1 is: git push *');
});

test('a pattern that stands in an argument was not offered', async () => {
  const here = await world(false);
  const argv = ['git', 'push'];
  const { question } = await ask(here, { argv, more: { stdin: patternLine(argv), lines: ['', patternLine(argv)] } });
  if (question === null) throw new Error('nobody was asked');
  expect(question.text).toContain(patternLine(argv));
  expect(await here.desk.answer(question.id, yes(question.sealed, { kind: 'session' }, 1), ann)).toMatchObject({
    because: expect.stringMatching(/shows no pattern 1/),
  });
});

test('what reaches too far is refused, and the question stays open', async () => {
  const here = await world();
  const { question } = await ask(here);
  if (question === null) throw new Error('nobody was asked');
  const scopes: Reply['scope'][] = [
    { kind: 'uses', max: 0 },
    { kind: 'uses', max: 101 },
    { kind: 'uses', max: 1.5 },
    { kind: 'until', at: start },
    { kind: 'until', at: start + 7 * 24 * hour + 1 },
    { kind: 'until', at: Number.NaN },
  ];
  for (const scope of scopes) {
    expect(await here.desk.answer(question.id, yes(question.sealed, scope), ann)).toMatchObject({ kind: 'refused' });
  }
  expect((await here.desk.show(question.id))?.state).toBe('pending');
});

test('P8: only so many stand at once, and those that are over make room', async () => {
  const here = await world();
  const [standing] = [await approved(here, { kind: 'until', at: start + hour })].map(() => open(here));
  const [first] = (await standing) ?? [];
  if (first === undefined) throw new Error('none stands');
  const more = Array.from({ length: standingMax - 1 }, (_, n) => ({ ...first, id: `s${n}` }));
  await here.store.changeStanding(null, () => ({ next: null, record: null, standing: more, result: () => null }));
  const { question } = await ask(here, { argv: ['ls'] });
  if (question === null) throw new Error('nobody was asked');
  const until = { kind: 'until', at: start + 2 * hour } as const;
  expect(await here.desk.answer(question.id, yes(question.sealed, until), ann)).toMatchObject({
    because: expect.stringMatching(/100 standing approvals are open/),
  });
  here.clock.set(start + hour);
  expect((await here.desk.show(question.id))?.state).toBe('expired');
  await approved(here, until, { argv: ['ls', '-l'] });
  expect((await open(here)).map(({ until: end }) => end)).toEqual([start + 2 * hour]);
});

test('the ledger says what was given, what used it, and who took it back', async () => {
  const here = await world();
  const question = await approved(here, { kind: 'uses', max: 3 });
  await goesThrough(here);
  const [standing] = await open(here);
  await here.desk.revokeStanding(standing?.id ?? '', bob);
  const told = (await records(here)).filter(({ body }) => 'standing' in body);
  expect(told.map(({ type, body }) => [type, body.standing])).toEqual([
    ['approval-answered', { id: standing?.id, usesLeft: 2, until: start + 7 * 24 * hour, words: [] }],
    ['approval-answered', standing?.id],
    ['approval-claimed', { id: standing?.id, usesLeft: 1 }],
    ['standing-revoked', standing?.id],
  ]);
  expect(told[1]?.body).toMatchObject({ answer: 'approve', by: 'ann', state: 'approved' });
  expect(told[3]?.body).toMatchObject({ by: 'bob', approval: question.id });
});

test('a claim that another process takes over uses nothing a second time', async () => {
  const { path, store } = await temporaryStore();
  const clock = handClock(start);
  const alive = new Set(['a', 'b']);
  const deskOf = (at: Store, instance: string) =>
    createApprovals({
      ...{ store: at, clock, instance, prove: proveNothing, directory: directoryOf([ann]) },
      isAlive: (name) => alive.has(name),
      redact: (text) => text,
      findPrivate: nothingPrivate,
      mayWiden: async () => true,
      pendingMax: 9,
    });
  const first = deskOf(store, 'a');
  const here = { store, clock, desk: first, elsewhere: first, people: [ann] };
  await approved(here, { kind: 'uses', max: 3 });
  const { answer } = await ask(here);
  const said = await answer;
  if (said.kind !== 'approved') throw new Error('not approved');
  expect(await first.claim(said.id, said.digest)).toBe(true);
  const second = deskOf(await openStore(path), 'b');
  expect(await second.claim(said.id, said.digest)).toBe(false);
  alive.delete('a');
  expect(await second.claim(said.id, said.digest)).toBe(true);
  expect((await second.standing(1))[0]?.usesLeft).toBe(1);
});
