import { expect, test } from 'vitest';
import { replay, summariseTrials } from '../../../src/policy/history/replay.ts';
import { load, makePast, policyText } from './past.ts';

const old = policyText(
  '{ id: look, allow: { run: [ls, "cat *"] }, because: it is a test }',
  '{ id: change, ask: { run: ["npm *"] }, because: it is a test }',
);

const calls = [
  { call: 'ls' },
  { call: 'cat a' },
  { call: 'npm test' },
  { call: 'npm test', answer: 'decline' },
  { call: 'npm publish' },
  { call: 'rm x' },
  { call: "ls 'open" },
] as const;

test('the same rules replayed change nothing, and what was not understood is counted apart', async () => {
  const policy = await load(old);
  const { past } = await makePast(policy, calls);
  const { changes, ...looked } = await replay(past(), async () => policy);
  expect(looked).toMatchObject({ calls: 6, unclear: 1, unreadable: 0 });
  expect(changes).toEqual({ same: 6, looser: 0, tighter: 0, groups: [], rules: [], ungrouped: 0 });
});

test('other rules replayed say per rule what would be different, with how people had answered', async () => {
  const { past } = await makePast(await load(old), calls);
  const policy = await load(
    policyText(
      '{ id: look, allow: { run: [ls] }, because: it is a test }',
      '{ id: tests, allow: { run: ["npm test"] }, because: it is a test }',
      '{ id: never, deny: { run: ["npm publish *"] }, because: it is a test }',
    ),
  );
  const { changes } = await replay(past(), async () => policy);
  expect(changes).toMatchObject({ same: 2, looser: 2, tighter: 2 });
  expect(changes.groups).toMatchObject([
    {
      from: 'ask',
      to: 'allow',
      before: [{ rule: 'change' }],
      after: [{ rule: 'tests' }],
      calls: 2,
      approved: 1,
      declined: 1,
      examples: [{ call: 'npm test', times: 2 }],
    },
    { from: 'ask', to: 'deny', after: [{ rule: 'never' }], examples: [{ call: 'npm publish', times: 1 }] },
    { from: 'allow', to: 'deny', before: [{ rule: 'look' }], after: [], examples: [{ call: 'cat a', times: 1 }] },
  ]);
  expect(changes.rules).toMatchObject([
    { rule: 'change', decides: {}, decided: { 'ask → allow': 2, 'ask → deny': 1 } },
    { rule: 'look', decided: { 'allow → deny': 1 } },
    { rule: 'never', decides: { 'ask → deny': 1 } },
    { rule: 'tests', decides: { 'ask → allow': 2 } },
  ]);
});

test('each call is judged under the policy of its agent', async () => {
  const policy = await load(old);
  const { past } = await makePast(policy, [{ call: 'ls', caller: { agent: 'ci' } }, { call: 'ls' }]);
  const nothing = await load('policy: none\nrules: []\n');
  const { changes } = await replay(past(), async (agent) => (agent === 'ci' ? nothing : policy));
  expect(changes).toMatchObject({ same: 1, tighter: 1 });
});

test('uses of a rule with atMost are counted anew along the way', async () => {
  const { past } = await makePast(await load(old), [
    { call: 'ls' },
    { call: 'ls', after: 10 },
    { call: 'ls', after: 10 },
    { call: 'ls', after: 50 },
  ]);
  const policy = await load(policyText('{ id: look, allow: { run: [ls] }, atMost: 2 per 1h, because: it is a test }'));
  const { changes } = await replay(past(), async () => policy);
  expect(changes).toMatchObject({ same: 3, tighter: 1, groups: [{ from: 'allow', to: 'deny', calls: 1 }] });
});

test('labels of files that were read count again as they did then', async () => {
  const rule =
    '{ id: look, allow: { run: ["cat *"] }, when: { labels: { none: [untrusted] } }, because: it is a test }';
  const policy = await load(policyText(rule));
  const { past } = await makePast(await load(old), [{ call: 'cat a' }]);
  async function* labelled() {
    for await (const one of past())
      yield one.kind === 'call' ? { ...one, call: { ...one.call, inputs: ['untrusted'] } } : one;
  }
  expect((await replay(past(), async () => policy)).changes.tighter).toBe(0);
  expect((await replay(labelled(), async () => policy)).changes.tighter).toBe(1);
});

test('what a policy on trial said differently is summed up, each trial for itself', async () => {
  const [first, second] = await Promise.all([
    load(policyText('{ id: all, allow: { run: ["npm *", ls, "cat *"] }, because: it is a test }')),
    load('policy: none\nrules: []\n'),
  ]);
  const { past } = await makePast(await load(old), calls, [first, second]);
  const { trials } = await summariseTrials(past());
  expect(trials).toMatchObject([
    { policy: first.digest, calls: 6, changes: { same: 3, looser: 3, tighter: 0 } },
    { policy: second.digest, calls: 6, changes: { same: 1, looser: 0, tighter: 5 } },
  ]);
  expect(trials[0]?.changes.groups[0]).toMatchObject({ after: [{ rule: 'all' }], approved: 2, declined: 1 });
});
