import { expect, test } from 'vitest';
import type { StoredAnswer } from '../../src/kernel/store.ts';
import { caller } from '../fixtures/ports.ts';
import { pendingOf } from '../fixtures/temporary-store.ts';
import { faultsOf, openFaults } from './check-home.ts';
import type { HomeState, SeenRecord } from './home-state.ts';
import type { Promised } from './promises.ts';

// The harness must not be blind: each way to break a promise is found in a home that was sound before.

const stored = pendingOf('q1', 'c1');
const question = { ...stored.question, callId: 'c1', caller: { ...caller, run: 'r1' } };
const { digest } = question.sealed;
const recordOf = (seq: number, type: string, body: SeenRecord['body']): SeenRecord => ({
  ...{ seq, hash: `h${seq}`, type },
  body,
});
const call = { call: 'c1', caller: { run: 'r1' }, digest, instance: 'i1' };
const records: readonly SeenRecord[] = [
  recordOf(1, 'run-started', { run: 'r1', instance: 'i1' }),
  recordOf(2, 'model-answered', { run: 'r1', turn: 0 }),
  recordOf(3, 'approval-asked', { ...call, approval: 'q1' }),
  recordOf(4, 'approval-answered', { run: 'r1', approval: 'q1', answer: 'approve', by: 'ann', state: 'approved' }),
  recordOf(5, 'approval-claimed', { run: 'r1', call: 'c1', approval: 'q1', by: ['ann'], instance: 'i1' }),
  recordOf(6, 'call-intended', { ...call, approval: { id: 'q1' } }),
  recordOf(7, 'call-finished', { ...call, intent: 6, outcome: 'ok' }),
  recordOf(8, 'run-ended', { run: 'r1', phase: 'end' }),
  recordOf(9, 'halted', { agent: 'other' }),
];
const answer: StoredAnswer = {
  person: 'ann',
  authority: 'ann',
  delegation: '',
  kind: 'approve',
  reason: '',
  at: 1,
  scope: { kind: 'once' },
  pattern: 0,
  proof: { kind: 'none' },
  args: null,
};
const sound: HomeState = {
  ...{ problem: '', records, open: [], unsalted: [], outputsProblem: '', previews: [], standing: [] },
  questions: [{ question, state: 'consumed', answers: [answer], instance: 'i1' }],
  notes: [{ key: 'halt:other', document: { isOn: true } }],
  effects: [digest],
};
const promises: readonly Promised[] = [
  { kind: 'born', instance: 'i1' },
  { kind: 'record', seq: 6, hash: 'h6' },
  { kind: 'question', id: 'q1', digest, text: question.text },
  { kind: 'answer', id: 'q1', person: 'ann', answer: 'approve', reason: '', state: 'approved' },
  { kind: 'claim', id: 'q1', instance: 'i1' },
  { kind: 'told', run: 'r1', call: 'c1', outcome: 'ok' },
  { kind: 'run-ended', run: 'r1', phase: 'end' },
  { kind: 'halt', agent: 'other', isOn: true },
];
const without = (seq: number) => records.filter((one) => one.seq !== seq);
const withMore = (...more: readonly SeenRecord[]) => [...records.slice(0, -2), ...more, ...records.slice(-2)];
const inState = (state: 'pending' | 'claimed') => [{ question, state, answers: [answer], instance: 'i1' }];

test('a home that keeps every promise has no fault', () => {
  expect(faultsOf(sound, promises, new Set())).toEqual([]);
  expect(openFaults(sound)).toEqual([]);
});

test.each<[string, Partial<HomeState>, RegExp]>([
  ['the chain', { problem: 'record 3 is gone' }, /does not verify/],
  ['an output', { outputsProblem: 'changed' }, /outputs are not what was written/],
  ['a salt', { unsalted: ['sha256:1'] }, /has no salt/],
  ['a record', { records: without(6) }, /not kept: .*"record"/],
  ['the record of a question', { records: without(3) }, /not kept: .*"question"/],
  ['a question', { questions: [] }, /not kept: .*"question"/],
  [
    'the text of a question',
    { questions: [{ question: { ...question, text: '' }, state: 'consumed', answers: [answer], instance: 'i1' }] },
    /not kept: .*"question"/,
  ],
  ['an answer', { questions: [{ question, state: 'consumed', answers: [], instance: 'i1' }] }, /not kept: .*"answer"/],
  ['the record of an answer', { records: without(4) }, /not kept: .*"answer"/],
  ['a claim', { records: without(5) }, /not kept: .*"claim"/],
  ['the end of a call', { records: without(7) }, /not kept: .*"told"/],
  ['the end of a run', { records: without(8) }, /not kept: .*"run-ended"/],
  ['a halt', { records: without(9) }, /not kept: .*"halt"/],
  ['the note of a halt', { notes: [{ key: 'halt:other', document: { isOn: false } }] }, /its note says otherwise/],
  ['an effect that is there twice', { effects: [digest, digest] }, /took effect 2 times of 1 intents/],
  ['an effect without an intent', { effects: [digest, 'sha256:other'] }, /took effect 1 times of 0/],
  ['an effect that was told and is missing', { effects: [] }, /told 1 times, and took effect 0/],
  ['a call made twice', { records: withMore(recordOf(20, 'call-intended', call)) }, /was intended twice/],
  ['a call ended twice', { records: withMore(recordOf(20, 'call-finished', call)) }, /ended twice/],
  ['a call refused and made', { records: withMore(recordOf(20, 'call-refused', call)) }, /refused and intended/],
  [
    'a question used twice',
    { records: withMore(recordOf(20, 'call-intended', { ...call, call: 'c2', approval: 'q1' })) },
    /more than one call/,
  ],
  ['a question used unclaimed', { records: without(5) }, /opened more than one call, or unclaimed/],
  ['a question behind its records', { questions: inState('claimed') }, /its records say consumed/],
  ['a step that was not closed', { open: [6] }, /is open, and has ended/],
  ['a step that was lost', { records: without(7) }, /is not open any more/],
  ['an interrupted call that nobody closed', { records: without(7), open: [6] }, /the next start did not close it/],
  [
    'an interrupted call that is no doubt',
    {
      records: [
        ...without(7).slice(0, 6),
        recordOf(7, 'call-finished', { ...call, intent: 6, outcome: 'failed', recovered: true }),
        ...records.slice(7),
      ],
    },
    /is recorded as failed/,
  ],
  [
    'a turn said twice',
    { records: withMore(recordOf(20, 'model-answered', { run: 'r1', turn: 0 })) },
    /said turn 0 twice/,
  ],
  [
    'a run after its end',
    { records: [...records, recordOf(20, 'model-answered', { run: 'r1', turn: 1 })] },
    /had ended before/,
  ],
  ['a run nobody started', { records: without(1) }, /had not started/],
  [
    'an approval that stands on record alone',
    {
      records: withMore(
        recordOf(20, 'approval-answered', { approval: 'q1', state: 'consumed', standing: { id: 's1', usesLeft: 2 } }),
      ),
    },
    /are on record, 0 are kept/,
  ],
])('a fault in %s is found', (_, change, fault) => {
  expect(faultsOf({ ...sound, ...change }, promises, new Set()).join('\n')).toMatch(fault);
});

test('what is open at the end is found', () => {
  const open = openFaults({ ...sound, open: [6], questions: inState('pending'), previews: ['p1'] }).join('\n');
  expect(open).toMatch(/record 6[\s\S]*q1 is still pending[\s\S]*preview p1/);
});

test('calls of a process that nobody cleaned up after may be open', () => {
  const lost: readonly Promised[] = promises.filter(({ kind }) => kind !== 'told');
  const faults = faultsOf({ ...sound, records: without(7), open: [6] }, lost, new Set(['i1']));
  expect(faults.filter((fault) => fault.includes('did not close'))).toEqual([]);
});
