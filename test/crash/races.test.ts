import { expect, test } from 'vitest';
import { createHalts } from '../../src/halts/halts.ts';
import { noChanges } from '../../src/kernel/fixed-policy.ts';
import { governedCall } from '../../src/kernel/governed-call.ts';
import { defaultRunLimits } from '../../src/kernel/limits.ts';
import type { Model, Policy } from '../../src/kernel/ports.ts';
import { digestOfChanges } from '../../src/kernel/preview.ts';
import { continueRun, type RunPorts, run } from '../../src/kernel/run.ts';
import { withChanges } from '../../src/kernel/seal.ts';
import { noSteering } from '../../src/kernel/steer.ts';
import type { Call, FileChange, Question, RunEvent } from '../../src/kernel/types.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { takeOver, waitingRuns } from '../../src/ledger/waiting-runs.ts';
import { caller, decisionOf, policyOf, testPorts } from '../fixtures/ports.ts';
import { draftOf, pendingOf } from '../fixtures/temporary-store.ts';
import { randomFrom } from '../soak/random.ts';
import {
  ann,
  approveIt,
  asking,
  atOnce,
  bob,
  declineIt,
  delay,
  editIt,
  never,
  start,
  type TwoProcesses,
  twoProcesses,
} from './two-processes.ts';

// What happens when two things happen at once, over many seeded interleavings of two connections. The seed of a failure is
// the number of its round.

const rounds = 40;
const intent = { type: 'call-intended', body: { call: 'call-a' } } as const;

/** Plays a race in each round. */
async function play(race: (round: number, random: () => number) => Promise<void>): Promise<void> {
  for (let round = 1; round <= rounds; round += 1) await race(round, randomFrom(round));
}

/** Makes a call from `here`, and hands every question that it asks to `answer`. */
const call = (
  { here }: TwoProcesses,
  name: string,
  answer: (question: Question) => void,
  policy?: () => Policy,
  agent = 'main',
) => {
  const proposal: Call = { id: `call-${name}`, tool: 'exec', args: { name } };
  const by = { ...caller, agent, run: `run-${name}` };
  return governedCall(proposal, by, here.ports(policy), never, answer);
};

test('of three answers at once one counts, and the others are told whose', async () => {
  const world = await twoProcesses();
  const { here, there } = world;
  const won = new Set<string>();
  await play(async (round, random) => {
    const question = await world.ask(`a${round}`);
    const replies = await atOnce(
      random,
      () => here.desk.answer(question.id, approveIt(question), ann),
      () => there.desk.answer(question.id, declineIt(question), bob),
      () => there.desk.answer(question.id, editIt(question, { command: 'other' }), ann),
    );
    const counted = replies.flatMap((reply) => (reply.kind === 'counted' ? [reply.state] : []));
    expect(counted, `round ${round}`).toHaveLength(1);
    won.add(String(counted[0]));
    const by = counted[0] === 'declined' ? 'bob' : 'ann';
    for (const reply of replies)
      if (reply.kind === 'refused') expect(reply.because, `round ${round}`).toContain(`was ${counted[0]} by ${by}`);
    const stored = await there.desk.show(question.id);
    expect([stored?.state, stored?.answers.length]).toEqual([counted[0], 1]);
  });
  expect(won.size).toBeGreaterThan(1);
});

test.each([-1, 0, 1])('an answer %d ms from the deadline counts only before it', async (offset) => {
  const world = await twoProcesses();
  await play(async (round, random) => {
    world.clock.set(start);
    const question = await world.ask(`a${round}`, { withinMs: 1_000 });
    world.clock.set(question.deadline + offset);
    const at = random() < 0.5 ? world.here : world.there;
    await delay(random);
    const replied = await at.desk.answer(question.id, approveIt(question), ann);
    expect(replied.kind, `round ${round}`).toBe(offset < 0 ? 'counted' : 'refused');
    world.clock.set(question.deadline + Math.max(0, offset));
    // Whatever was answered: from the deadline on it opens nothing.
    expect(await world.here.desk.claim(question.id, question.sealed.digest), `round ${round}`).toBe(false);
    expect((await world.there.desk.show(question.id))?.state).toBe(offset < 0 ? 'approved' : 'expired');
  });
});

test('P6: processes that start at once after a crash claim an approval once, and one intent rests on it', async () => {
  const world = await twoProcesses();
  const { here, there, alive } = world;
  await play(async (round, random) => {
    alive.add('here');
    const question = await world.ask(`a${round}`);
    const { id, sealed } = question;
    await there.desk.answer(id, approveIt(question), ann);
    if (round % 2 === 0) await here.desk.claim(id, sealed.digest);
    // The process that asked dies here, with its claim or without one.
    alive.delete('here');
    const use = async (desk: typeof here.desk) =>
      (await desk.claim(id, sealed.digest)) ? desk.consume(id, sealed.digest, intent) : null;
    const used = await atOnce(
      random,
      () => use(there.desk),
      () => use(there.desk),
      () => (round % 2 === 0 ? here.desk.consume(id, sealed.digest, intent) : use(there.desk)),
    );
    expect(
      used.filter((receipt) => receipt !== null),
      `round ${round}`,
    ).toHaveLength(1);
    expect((await there.desk.show(id))?.state).toBe('consumed');
  });
  const intents = (await world.records()).filter(({ type }) => type === 'call-intended');
  expect(intents).toHaveLength(rounds);
});

test('P5: a policy that changes while people think opens nothing by an answer to the old one', async () => {
  const world = await twoProcesses();
  const stricter: Policy = { ...policyOf(() => decisionOf('deny')), digest: `sha256:${'1'.repeat(64)}` };
  const other: Policy = {
    ...asking,
    digest: `sha256:${'2'.repeat(64)}`,
    decide: () => ({ ...decisionOf('ask'), policyDigest: `sha256:${'2'.repeat(64)}` }),
  };
  const outcomes = new Set<string>();
  await play(async (round, random) => {
    let current = asking;
    const next = round % 2 === 0 ? stricter : other;
    let asked = 0;
    const before = world.ran.length;
    const result = await call(
      world,
      `a${round}`,
      (question) => {
        asked += 1;
        // The first answer is to the policy of then; whoever answers the second has seen the new one.
        if (asked === 1) current = next;
        void delay(random).then(() => world.there.desk.answer(question.id, approveIt(question), ann));
      },
      () => current,
    );
    outcomes.add(result.outcome);
    expect([result.outcome, asked], `round ${round}`).toEqual(next === stricter ? ['refused', 1] : ['ok', 2]);
    for (const { decision } of world.ran.slice(before)) expect(decision.policyDigest).toBe(other.digest);
  });
  expect(outcomes.size).toBe(2);
});

test('P5: of an edit and an approval at once one wins, and what runs is what was approved', async () => {
  const world = await twoProcesses();
  const names = new Set<string>();
  await play(async (round, random) => {
    const before = world.ran.length;
    const said: string[] = [];
    const result = await call(world, `a${round}`, (question) => {
      const approve = () => world.there.desk.answer(question.id, approveIt(question), bob);
      const edit = () => world.here.desk.answer(question.id, editIt(question, { name: 'edited' }), ann);
      void atOnce(random, approve, ...(said.length === 0 ? [edit] : [])).then(([first]) =>
        said.push(first?.kind ?? ''),
      );
      said.push(question.editedBy);
    });
    expect(result.outcome, `round ${round}`).toBe('ok');
    expect(world.ran.length).toBe(before + 1);
    const ran = String(world.ran.at(-1)?.action.args.name ?? '');
    expect(result.edit?.args.name ?? `a${round}`).toBe(result.edit === null ? `a${round}` : 'edited');
    names.add(result.edit === null ? 'as proposed' : ran);
  });
  expect(names.size).toBeGreaterThan(1);
});

test('a halt while an approval is given and claimed: what was not intended by then does not run', async () => {
  const world = await twoProcesses();
  const halts = createHalts(world.there.store, world.clock, (text) => text);
  const outcomes = new Set<string>();
  await play(async (round, random) => {
    const agent = `agent${round}`;
    const halted = Promise.withResolvers<void>();
    const before = world.ran.length;
    const result = await call(
      world,
      `a${round}`,
      (question) => {
        const answer = () => world.here.desk.answer(question.id, approveIt(question), ann);
        const halt = () => halts.halt(agent, 'bob', 'stop');
        const both = round % 2 === 0 ? atOnce<unknown>(random, answer, halt) : halt().then(answer);
        void both.then(() => halted.resolve());
      },
      undefined,
      agent,
    );
    await halted.promise;
    outcomes.add(result.outcome);
    // A halt that was on disk before the answer came stops the call.
    if (round % 2 === 1) expect(result.outcome, `round ${round}`).toBe('refused');
    expect(world.ran.length - before, `round ${round}`).toBe(result.outcome === 'ok' ? 1 : 0);
    expect((await call(world, `b${round}`, () => {}, undefined, agent)).because).toContain('halted');
  });
  expect(outcomes.has('refused')).toBe(true);
});

test('P6: what is taken back while it is used: each use comes before that, in the ledger as well', async () => {
  const world = await twoProcesses();
  const { here, there } = world;
  const results = new Set<boolean>();
  await play(async (round, random) => {
    world.people.splice(0, 2, ann, bob);
    const first = await world.ask('same', { withinMs: 60_000 });
    await there.desk.answer(first.id, { ...approveIt(first), scope: { kind: 'session' } }, ann);
    const standing = (await there.desk.standing(100)).find(({ state }) => state === 'open')?.id ?? '';
    await here.desk.claim(first.id, first.sealed.digest);
    await here.desk.consume(first.id, first.sealed.digest, intent);
    await world.here.desk.ask({ ...askedAgain(first), callId: `again-${round}` }, () => {}, never);
    const [again] = (await there.desk.list(['approved'], 1)).filter(
      ({ question }) => question.callId === `again-${round}`,
    );
    if (again === undefined) throw new Error('nothing that stands answered it');
    const [isClaimed] = await atOnce<boolean>(
      random,
      () => here.desk.claim(again.question.id, again.question.sealed.digest),
      async () => (await there.desk.revokeStanding(standing, bob)).kind === 'counted',
    );
    results.add(isClaimed === true);
    const records = (await world.records()).slice(-2).map(({ type }) => type);
    const wanted = isClaimed ? ['approval-claimed', 'standing-revoked'] : ['approval-answered', 'standing-revoked'];
    expect(records, `round ${round}`).toEqual(wanted);
    // Who lost the role since gives nothing any more either.
    const late = await world.ask(`late-${round}`);
    await there.desk.answer(late.id, approveIt(late), ann);
    world.people.splice(0, 2, { ...ann, roles: [] }, bob);
    expect(await here.desk.claim(late.id, late.sealed.digest), `round ${round}`).toBe(false);
  });
  expect(results.size).toBe(2);
});

const askedAgain = ({ sealed, caller: by, askedAt, deadline }: Question) => ({
  ...{ sealed, caller: by, askedAt, deadline, preview: null, editedBy: '' },
});

test('of processes that go on with a run at once one takes it over', async () => {
  const world = await twoProcesses();
  const { here, there, alive, clock } = world;
  await play(async (round, random) => {
    alive.add('here');
    const ledger = createLedger(here.store, clock);
    const by = { ...caller, run: `run-a${round}` };
    await ledger.append({ type: 'run-started', body: { run: by.run, instance: 'here' } });
    const { question, ...rest } = pendingOf(`a${round}`);
    const left = { ...question, caller: by, callId: 'c' };
    await here.store.addQuestion({ ...rest, question: left, instance: 'here' }, draftOf({}));
    alive.delete('here');
    const isAlive = (instance: string) => alive.has(instance);
    const take = async (at: typeof here, name: string) => {
      const found = (await waitingRuns(at.store, clock.now(), isAlive)).find(({ run: one }) => one === by.run);
      return found === undefined ? false : takeOver(at.store, clock, found, name);
    };
    const taken = await atOnce(
      random,
      () => take(here, 'third'),
      () => take(there, 'there'),
      () => take(there, 'fourth'),
    );
    expect(
      taken.filter((isTaken) => isTaken),
      `round ${round}`,
    ).toHaveLength(1);
    const continued = (await world.records()).filter(
      ({ type, body }) => type === 'run-continued' && body.run === by.run,
    );
    expect(continued, `round ${round}`).toHaveLength(1);
  });
});

/** A model that makes three calls in its first turn, and then is done. */
const planner: Model = {
  name: 'planner',
  async *stream({ messages }) {
    const isDone = messages.some(({ role }) => role === 'assistant');
    const ids = isDone ? [] : ['c0', 'c1', 'c2'];
    for (const id of ids) yield { kind: 'call', call: { id, tool: 'exec', args: { id } } };
    yield { kind: 'stop', reason: isDone ? 'done' : 'calls', because: '', usage: { inputTokens: 1, outputTokens: 1 } };
  },
};
const runPortsOf = (world: TwoProcesses): RunPorts => ({
  ...world.here.ports(),
  ...{ model: planner, task: {}, tools: [], system: '', runLimits: defaultRunLimits, steer: noSteering },
});

test('a plan that is answered while its run is aborted: nothing runs after its end, and nothing stays open', async () => {
  const world = await twoProcesses();
  const phases = new Set<string>();
  await play(async (round, random) => {
    const abort = new AbortController();
    const by = { ...caller, run: `run-a${round}` };
    const answered: Promise<unknown>[] = [];
    const heard = (event: RunEvent) => {
      if (event.stream !== 'tool' || event.phase !== 'planned') return;
      const answers = event.questions.map((one) => () => world.there.desk.answer(one.id, approveIt(one), ann));
      answered.push(atOnce<unknown>(random, ...answers, async () => abort.abort()));
    };
    const { phase } = await run('go', [], by, runPortsOf(world), abort.signal, heard);
    phases.add(phase);
    await Promise.all(answered);
    const records = (await world.records()).filter(
      ({ body }) => (body.run ?? Reflect.get(Object(body.caller), 'run')) === by.run,
    );
    const afterEnd = records.slice(records.findIndex(({ type }) => type === 'run-ended') + 1);
    expect(
      afterEnd.map(({ type }) => type),
      `round ${round}`,
    ).toEqual([]);
    const open = await world.there.desk.list(['pending'], 10);
    expect(
      open.filter(({ question }) => question.caller.run === by.run),
      `round ${round}`,
    ).toEqual([]);
    const consumed = (await world.there.desk.list(['consumed'], 1_000)).filter(
      ({ question }) => question.caller.run === by.run,
    );
    expect(
      records.filter(({ type }) => type === 'call-intended'),
      `round ${round}`,
    ).toHaveLength(consumed.length);
  });
  expect(phases).toContain('aborted');
});

test('an edit that comes before its call has its turn is what the call becomes, without being asked for twice', async () => {
  const world = await twoProcesses();
  const asked: string[] = [];
  const { phase } = await run('go', [], { ...caller, run: 'r' }, runPortsOf(world), never, (event) => {
    if (event.stream !== 'tool') return;
    if (event.phase === 'asked') {
      asked.push(event.question.editedBy);
      void world.there.desk.answer(event.question.id, approveIt(event.question), bob);
    }
    if (event.phase !== 'planned') return;
    const [first, second, third] = event.questions;
    if (first === undefined || second === undefined || third === undefined) throw new Error('no plan');
    // The last is changed first, while its run still waits for the first.
    void world.there.desk
      .answer(third.id, editIt(third, { id: 'changed' }), ann)
      .then(() => world.there.desk.answer(second.id, declineIt(second), ann))
      .then(() => world.there.desk.answer(first.id, approveIt(first), ann));
  });
  expect([phase, asked]).toEqual(['end', ['ann']]);
  const intended = (await world.records()).filter(({ type }) => type === 'call-intended').map(({ body }) => body.edit);
  expect(intended).toEqual([undefined, { args: { id: 'changed' }, by: 'ann' }]);
});

test('a run that is gone on with and stopped leaves no question open that it had asked before', async () => {
  const world = await twoProcesses();
  const by = { ...caller, run: 'r' };
  const open: Call[] = ['c0', 'c1'].map((id) => ({ id, tool: 'exec', args: { id } }));
  const askers = open.map((one) => governedCall(one, by, world.here.ports(), never, () => {}));
  await expect.poll(async () => (await world.there.desk.list(['pending'], 10)).length).toBe(2);
  // The process that waits for them dies; the one that goes on with its run is halted at once.
  world.alive.delete('here');
  await createHalts(world.there.store, world.clock, (text) => text).halt('main', 'bob', 'stop');
  const ports = { ...runPortsOf(world), ...world.there.ports() };
  const soFar = { messages: [], open, labels: [], calls: ['c0', 'c1'], tokens: 0, turns: 1 };
  await continueRun(soFar, by, ports, never, () => {});
  expect(await world.there.desk.list(['pending'], 10)).toEqual([]);
  await Promise.all(askers);
});

test('a previewed call that is refused when its run is gone on with leaves no preview behind', async () => {
  const { question } = pendingOf('q');
  const files: readonly FileChange[] = [];
  const changes = { id: '0'.repeat(32), files, digest: digestOfChanges('0'.repeat(32), files) };
  const left = { question: { ...question, sealed: withChanges(question.sealed, changes) }, edit: null };
  const discarded: string[] = [];
  const { ports } = testPorts('deny', { changes: { ...noChanges, discard: async (id) => void discarded.push(id) } });
  const { outcome } = await governedCall({ id: 'c', tool: 'exec', args: {} }, caller, ports, never, () => {}, left);
  expect([outcome, discarded]).toEqual(['refused', [changes.id]]);
});
