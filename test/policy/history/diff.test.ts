import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { diffPolicies } from '../../../src/policy/history/diff.ts';
import { loadSuite } from '../../../src/policy/testing/load-suite.ts';
import { builtInTools } from '../../../src/sandbox/tools/index.ts';
import { temporaryFolder } from '../../fixtures/temporary-store.ts';
import { load, makePast, policyText } from './past.ts';

const none = { situations: [], past: (async function* (): AsyncIterable<never> {})() };

test('a policy is no different from itself', async () => {
  const text = policyText('{ id: look, allow: { run: ["ls *"] }, because: it is a test, matches: [ls, ls -l] }');
  const found = await diffPolicies(await load(text), await load(text), none);
  expect(found).toMatchObject({ tried: { examples: 2, tests: 0 }, changes: { same: 2, looser: 0, tighter: 0 } });
});

test('examples show what becomes looser and what tighter, whichever side they stand on', async () => {
  const before = policyText(
    '{ id: push, ask: { run: ["git push *"] }, because: it is a test, matches: [git push origin main] }',
    '{ id: look, allow: { read: [docs] }, because: it is a test, matches: [docs/a.md] }',
  );
  const after = policyText('{ id: git, allow: { run: ["git *"] }, because: it is a test, matches: [git status] }');
  const { changes } = await diffPolicies(await load(before), await load(after), none);
  expect(changes.groups).toMatchObject([
    { from: 'deny', to: 'allow', direction: 'looser', examples: [{ call: 'git status' }] },
    { from: 'ask', to: 'allow', direction: 'looser', examples: [{ call: 'git push origin main' }] },
    { from: 'allow', to: 'deny', direction: 'tighter', after: [], examples: [{ call: 'docs/a.md' }] },
  ]);
});

test('an example under a condition is tried where the condition holds', async () => {
  const when =
    'when: { agents: ["ci-*"], roles: [oncall], labels: { all: [logs] }, time: { days: [sun], hours: "02:00-03:00" } }';
  const rule = (verdict: string) =>
    policyText(`{ id: r, ${verdict}: { run: [deploy] }, ${when}, because: it is a test, matches: [deploy] }`);
  const { changes } = await diffPolicies(await load(rule('ask')), await load(rule('allow')), none);
  expect(changes.groups).toMatchObject([
    { from: 'ask', to: 'allow', examples: [{ call: 'deploy  (agent ci-x; roles oncall; labels logs)' }] },
  ]);
});

test('the same verdict with more granted, with fewer people asked or without a label is looser', async () => {
  const rule = (rest: string) =>
    policyText(`{ id: r, ask: { run: [make] }, because: it is a test, matches: [make]${rest} }`);
  const plain = await load(rule(', approvers: { roles: [oncall], count: 2 }, labels: [logs]'));
  for (const [rest, direction, what] of [
    [
      ', approvers: { roles: [oncall], count: 2 }, labels: [logs], grant: { write: [out] }',
      'looser',
      'gets more: write `out`',
    ],
    [
      ', approvers: { roles: [oncall], count: 2 }, labels: [logs], grant: { wallMs: 90000 }',
      'looser',
      'wallMs 90000 instead of 60000',
    ],
    [', approvers: { roles: [oncall] }, labels: [logs]', 'looser', '1 instead of 2 people'],
    [', approvers: { count: 2 }, labels: [logs]', 'looser', 'any operator may answer instead of oncall'],
    [', approvers: { roles: [oncall], count: 2 }', 'looser', 'its results lose labels `logs`'],
    [
      ', approvers: { roles: [oncall], count: 2, escalate: { after: 5m, roles: [lead] } }, labels: [logs]',
      'looser',
      'lead as well after 300 s',
    ],
    [
      ', approvers: { roles: [oncall], count: 2, stepUp: code }, labels: [logs]',
      'tighter',
      'harder to approve: not step-up `none` instead of `code`',
    ],
    [
      ', approvers: { roles: [oncall], count: 2, within: 5m }, labels: [logs]',
      'tighter',
      'harder to approve: not 900 s instead of 300 s',
    ],
  ] as const) {
    const { changes } = await diffPolicies(plain, await load(rule(rest)), none);
    expect(changes.groups, rest).toMatchObject([
      { from: 'ask', to: 'ask', direction, what: [expect.stringContaining(what)] },
    ]);
  }
});

test('calls of tests and of the ledger are tried as well', async () => {
  const before = await load(policyText('{ id: all, allow: { run: ["ls *", "cat *"] }, because: it is a test }'));
  const after = await load(policyText('{ id: all, allow: { run: ["ls *"] }, because: it is a test }'));
  const { past } = await makePast(before, [{ call: 'cat past' }, { call: 'ls' }, { call: 'cat past' }]);
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'p.yaml'), policyText('{ id: all, allow: { run: ["cat *"] }, because: it is a test }'));
  writeFileSync(join(folder, 'p.test.yaml'), 'policy: [p.yaml]\ncases: [{ name: reads, allow: [cat test] }]\n');
  const { situations } = await loadSuite(join(folder, 'p.test.yaml'), builtInTools);
  const found = await diffPolicies(before, after, { situations, past: past() });
  expect(found.tried).toMatchObject({ examples: 0, tests: 1, ledger: { calls: 3 } });
  expect(found.changes).toMatchObject({
    tighter: 3,
    groups: [
      {
        calls: 3,
        examples: [
          { call: 'cat test', times: 1 },
          { call: 'cat past', times: 2 },
        ],
      },
    ],
  });
});

test('what stays closed counts only where something is open', async () => {
  const rules = '{ id: look, allow: { run: [make] }, because: it is a test, matches: [make] }';
  const closes = '{ id: no, deny: { write: [secret] }, because: it is a test }';
  const granted =
    '{ id: look, allow: { run: [make] }, grant: { write: ["."] }, because: it is a test, matches: [make] }';
  const diff = async (before: string, after: string) =>
    (await diffPolicies(await load(policyText(before, closes)), await load(policyText(after)), none)).changes;
  expect(await diff(rules, rules)).toMatchObject({ same: 1, looser: 0 });
  expect(await diff(granted, granted)).toMatchObject({
    looser: 1,
    groups: [{ what: ['gets more: exceptWrite no longer `secret`'] }],
  });
});
