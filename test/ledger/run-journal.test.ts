import { expect, test } from 'vitest';
import type { LedgerEntry } from '../../src/kernel/ports.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import type { JsonObject } from '../../src/kernel/types.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { recoverInterrupted } from '../../src/ledger/recover.ts';
import { journalTypes, readRun } from '../../src/ledger/run-journal.ts';
import { takeOver, waitingRuns } from '../../src/ledger/waiting-runs.ts';
import { caller } from '../fixtures/ports.ts';
import { draftOf, pendingOf, temporaryStore } from '../fixtures/temporary-store.ts';

const isAlive = (instance: string) => instance === 'alive';
const digest = `sha256:${'0'.repeat(64)}`;
const refused = { call: 'b', caller, because: 'no rule', digest };

/** A run of `caller` with these records, and what can be read of it. */
async function runOf(...entries: readonly [LedgerEntry['type'], JsonObject][]) {
  const { store } = await temporaryStore();
  const ledger = createLedger(store, systemClock);
  for (const [type, body] of entries) await ledger.append({ type, body });
  const records = () => ledger.records({ order: 'oldest-first', types: journalTypes, from: null, run: caller.run });
  return { store, ledger, read: () => readRun(records(), async ({ body }) => String(body.output)) };
}

const asJson = (value: object): JsonObject => JSON.parse(JSON.stringify(value));
const started = (instance = 'dead'): [LedgerEntry['type'], JsonObject] => [
  'run-started',
  asJson({ run: caller.run, message: 'look', task: { kind: 'run' }, caller, instance }),
];
const said = (turn: number, ...ids: string[]): [LedgerEntry['type'], JsonObject] => [
  'model-answered',
  {
    run: caller.run,
    turn,
    text: `turn ${turn}`,
    calls: ids.map((id) => ({ id, tool: 'read', args: { path: id } })),
    tokens: 5,
  },
];
const finished = (call: string): [LedgerEntry['type'], JsonObject] => [
  'call-finished',
  asJson({ call, caller, intent: 1, outcome: 'ok', output: `of ${call}`, because: '', labels: ['seen'], digest }),
];

test('a run that ended, or that nobody started, is none to go on with', async () => {
  expect(await (await runOf()).read()).toBeNull();
  expect(await (await runOf(started(), ['run-ended', { run: caller.run }])).read()).toBeNull();
  expect(await (await runOf(said(0, 'a'))).read()).toBeNull();
});

test('a record that is not what it should be stops the reading', async () => {
  const bad = await runOf(started(), ['model-answered', { run: caller.run, text: 7 }]);
  await expect(bad.read()).rejects.toThrow();
});

test('P11: what was said and done is read back, and only calls without an end are open', async () => {
  const { read } = await runOf(
    started(),
    said(0, 'a', 'b'),
    finished('a'),
    ['call-refused', asJson(refused)],
    said(1, 'c', 'd'),
    finished('c'),
  );
  const run = await read();
  expect(run).toMatchObject({ opened: 1, caller, task: { kind: 'run' } });
  expect(run?.soFar).toMatchObject({
    open: [{ id: 'd', tool: 'read', args: { path: 'd' } }],
    labels: ['seen'],
    calls: ['a', 'b', 'c', 'd'],
    tokens: 10,
    turns: 2,
  });
  const told = run?.soFar.messages.map((message) =>
    message.role === 'tool'
      ? `${message.callId} ${message.result.outcome} ${message.result.output}${message.result.because}`
      : message.text,
  );
  expect(told).toEqual(['look', 'turn 0', 'a ok of a', 'b refused no rule', 'turn 1', 'c ok of c']);
});

test('P11: a run whose question is open waits, is taken over by one process, and is not ended by another start', async () => {
  const { store, ledger, read } = await runOf(started(), said(0, 'call-q1'));
  const stored = pendingOf('q1');
  const deadline = systemClock.now() + 60_000;
  await store.addQuestion({ ...stored, question: { ...stored.question, deadline } }, draftOf({}));
  expect(await recoverInterrupted(store, systemClock, isAlive)).toEqual({ calls: 0, runs: 0 });
  const [waiting] = await waitingRuns(store, systemClock.now(), isAlive);
  expect(waiting).toMatchObject({ run: caller.run, opened: 1, questions: [{ question: { id: 'q1' } }] });
  if (waiting === undefined) throw new Error('nothing waits');
  const taken = await Promise.all([
    takeOver(store, systemClock, waiting, 'alive'),
    takeOver(store, systemClock, waiting, 'other'),
  ]);
  expect(taken).toEqual([true, false]);
  expect(await waitingRuns(store, systemClock.now(), isAlive)).toEqual([]);
  expect(await recoverInterrupted(store, systemClock, isAlive)).toEqual({ calls: 0, runs: 0 });
  expect((await read())?.opened).toBe(4);
  await ledger.append({ type: 'run-ended', body: { run: caller.run, phase: 'end' } });
  expect(await store.openSteps(10)).toEqual([]);
});

test.each<[string, (deadline: number) => number, [LedgerEntry['type'], JsonObject][]]>([
  ['whose deadline passed', () => 1, []],
  [
    'of a call that was made',
    (deadline) => deadline,
    [['call-intended', asJson({ call: 'call-q1', caller, instance: 'dead' })]],
  ],
  ['of a call that was refused', (deadline) => deadline, [['call-refused', asJson({ ...refused, call: 'call-q1' })]]],
])('a question %s keeps no run open', async (_name, deadlineOf, further) => {
  const { store } = await runOf(started(), ...further);
  const stored = pendingOf('q1');
  const deadline = deadlineOf(systemClock.now() + 60_000);
  await store.addQuestion({ ...stored, question: { ...stored.question, deadline } }, draftOf({}));
  expect(await waitingRuns(store, systemClock.now(), isAlive)).toEqual([]);
  expect((await recoverInterrupted(store, systemClock, isAlive)).runs).toBe(1);
});

test('a call whose arguments the record hides is open without them, so that no marker is run in their place', async () => {
  const [type, body] = said(0, 'a', 'b');
  const hidden = [{ what: 'private', commitment: 'sha256:0', bytes: 8, in: ['/calls/1/args/path'], times: 1 }];
  const { read } = await runOf(started(), [type, { ...body, hidden }]);
  expect((await read())?.soFar.open).toEqual([
    { id: 'a', tool: 'read', args: { path: 'a' } },
    { id: 'b', tool: 'read', args: null },
  ]);
});

test('a message that was heard comes back after the results, and the calls that it overtook are not open', async () => {
  const heard: [LedgerEntry['type'], JsonObject] = ['message-steered', { run: caller.run, turn: 0, message: 'not b' }];
  const { read } = await runOf(started(), said(0, 'a', 'b', 'c'), finished('a'), heard, [
    'call-refused',
    asJson(refused),
  ]);
  const found = await read();
  expect(found?.soFar.open).toEqual([]);
  const told = found?.soFar.messages.map((message) =>
    message.role === 'tool' ? `${message.callId} ${message.result.outcome}` : message.role,
  );
  expect(told).toEqual(['user', 'assistant', 'a ok', 'b refused', 'c refused', 'user']);
});
