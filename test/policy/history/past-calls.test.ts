import { expect, test } from 'vitest';
import type { HistoryRecord } from '../../../src/policy/history/past-call.ts';
import { callsOf, pastCalls } from '../../../src/policy/history/past-calls.ts';
import { collect, load, makePast, policyText, start } from './past.ts';

async function* given(records: readonly HistoryRecord[]): AsyncIterable<HistoryRecord> {
  yield* records;
}

const everything = () => true;

test('a record that does not hold a whole call is no call, and stops nothing', async () => {
  const records = [
    { seq: 1, at: 1, type: 'call-refused', body: null },
    { seq: 2, at: 1, type: 'call-intended', body: { tool: 'exec', effects: [{ kind: 'nonsense' }] } },
    { seq: 3, at: 1, type: 'approval-answered', body: 7 },
    { seq: 4, at: 1, type: 'run-started', body: {} },
  ];
  expect(await collect(pastCalls(given(records), everything))).toEqual([
    { kind: 'unreadable', seq: 1 },
    { kind: 'unreadable', seq: 2 },
  ]);
});

test('a call that was not understood is told apart from one that rules denied', async () => {
  const policy = await load(policyText('{ id: r, allow: { run: [ls] }, because: it is a test }'));
  const { past } = await makePast(policy, [
    { call: "ls 'open" },
    { call: 'rm x' },
    { call: { tool: 'none', args: {} } },
  ]);
  expect((await collect(past())).map(({ kind }) => kind)).toEqual(['unclear', 'call', 'unclear']);
});

test('a call of the past has what was judged, by whom it was wanted, and how people answered', async () => {
  const policy = await load(
    policyText(
      '{ id: look, allow: { run: [ls] }, because: it is a test }',
      '{ id: change, ask: { run: ["touch *"] }, because: it is a test }',
    ),
  );
  const { past, workspace } = await makePast(policy, [
    { call: 'ls', caller: { labels: ['untrusted'], agent: 'ci' } },
    { call: 'touch a', by: 'bob' },
    { call: 'touch b', answer: 'decline' },
    { call: 'rm x' },
  ]);
  const calls = (await collect(past())).flatMap((one) => (one.kind === 'call' ? [one.call] : []));
  expect(calls.map(({ verdict, ran, answer }) => [verdict, ran, answer])).toEqual([
    ['allow', true, { kind: 'none', by: [] }],
    ['ask', true, { kind: 'approved', by: ['bob'] }],
    ['ask', false, { kind: 'declined', by: ['ann'] }],
    ['deny', false, { kind: 'none', by: [] }],
  ]);
  expect(calls[0]).toMatchObject({
    at: start + 60_000,
    caller: { agent: 'ci', labels: ['untrusted'], workspace },
    action: { tool: 'exec', sandbox: 'container', workspace },
    inputs: [],
    policy: policy.digest,
    rules: [{ policy: 'p', rule: 'look' }],
  });
  expect(calls[0]?.action.effects.at(-1)).toMatchObject({ kind: 'run', argv: ['ls'] });
});

test('two calls of one name in different runs are not taken for each other', async () => {
  const answer = (run: string) => ({
    seq: 1,
    at: 1,
    type: 'approval-answered',
    body: { run, call: 'c', answer: 'approve', by: 'ann' },
  });
  const policy = await load(policyText('{ id: r, allow: { run: [ls] }, because: it is a test }'));
  const { ledger } = await makePast(policy, [{ call: 'ls', caller: { run: 'mine' } }]);
  const types = new Set(['call-intended']);
  const [record] = await collect(ledger.records({ order: 'oldest-first', types, from: null, run: null }));
  if (record === undefined) throw new Error('no record');
  const named = { ...record, body: { ...record.body, call: 'c' } };
  const [other] = await collect(pastCalls(given([answer('other'), named]), everything));
  expect(other).toMatchObject({ call: { answer: { kind: 'none' } } });
  const [own] = await collect(pastCalls(given([answer('mine'), named]), everything));
  expect(own).toMatchObject({ call: { answer: { kind: 'approved', by: ['ann'] } } });
});

test('the calls of other agents can be left out', async () => {
  const policy = await load(policyText('{ id: r, allow: { run: [ls] }, because: it is a test }'));
  const { past } = await makePast(policy, [
    { call: 'ls' },
    { call: 'ls', caller: { agent: 'ci' } },
    { call: "ls 'open" },
  ]);
  expect(await collect(callsOf(past(), (agent) => agent === 'ci'))).toMatchObject([
    { kind: 'call', call: { caller: { agent: 'ci' } } },
    { kind: 'unclear' },
  ]);
});
