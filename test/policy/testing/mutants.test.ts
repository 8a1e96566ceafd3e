import { expect, test } from 'vitest';
import { loadPolicy } from '../../../src/policy/load-policy.ts';
import { spellMutation } from '../../../src/policy/testing/hint.ts';
import { mutantsOf } from '../../../src/policy/testing/mutants.ts';
import { reportOn } from './folder-with.ts';

async function mutationsOf(text: string): Promise<readonly string[]> {
  const { files } = await loadPolicy([{ path: 'p.yaml', text }]);
  return files.flatMap(mutantsOf).map(({ mutation }) => spellMutation(mutation));
}

const survivorsOf = async (rules: string, cases: string) =>
  (await reportOn(rules, cases)).policies[0]?.mutants?.survivors.map(({ change }) => change);

test('every part of a rule that may be left out is left out once', async () => {
  const text = `policy: p
applies: { agents: [a], channels: [b] }
rules:
  - id: r
    ask: { run: [make] }
    when: { roles: [x, y], labels: { all: [untrusted, private], none: [trusted] } }
    grant: { write: [dist], wallMs: 1000 }
    approvers: { roles: [lead], count: 2 }
    labels: [private]
    atMost: 5 per 1h
    budget: { calls: 3 }
    because: so
`;
  expect(await mutationsOf(text)).toEqual([
    'without the rule',
    'as `allow`',
    'without `when.roles`',
    'without `when.roles.0`',
    'without `when.roles.1`',
    'without `when.labels.all`',
    'without `when.labels.all.0`',
    'without `when.labels.all.1`',
    'without `when.labels.none`',
    'without `grant.write`',
    'without `grant.wallMs`',
    'without `approvers.roles`',
    'without `approvers.count`',
    'without `labels`',
    'without `atMost`',
    'without `budget`',
    'without `applies.agents`',
    'without `applies.channels`',
  ]);
});

test('an allow is tried as a deny, an ask and a deny as an allow; a deny that is too broad to allow as an ask', async () => {
  const rule = (body: string) => `policy: p\nrules:\n  - { id: r, because: so, ${body} }\n`;
  expect(await mutationsOf(rule('allow: { run: [ls] }'))).toContain('as `deny`');
  expect(await mutationsOf(rule('ask: { run: [ls] }'))).toContain('as `allow`');
  expect(await mutationsOf(rule('deny: { run: [ls] }'))).toContain('as `allow`');
  expect(await mutationsOf(rule('deny: { run: ["bash *"] }'))).toContain('as `ask`');
});

const two = `  - id: looking
    allow: { run: ["ls *"] }
    because: it looks
  - id: rule-of-two
    ask: { run: ["ls *"] }
    when: { labels: { all: [untrusted, private] } }
    because: somebody should look
`;

test('a condition that no test holds apart survives; one that is told apart does not', async () => {
  const both = '  - { name: both, as: { labels: [untrusted, private] }, ask: [ls] }\n';
  const none = '  - { name: none, allow: [ls] }\n';
  const one = (label: string) => `  - { name: ${label}, as: { labels: [${label}] }, allow: [ls] }\n`;
  expect(await survivorsOf(two, both)).toEqual([
    'without the rule',
    'without `when.labels.all`',
    'without `when.labels.all.0`',
    'without `when.labels.all.1`',
  ]);
  expect(await survivorsOf(two, both + none)).toEqual(['without `when.labels.all.0`', 'without `when.labels.all.1`']);
  expect(await survivorsOf(two, both + none + one('untrusted'))).toEqual(['without `when.labels.all.0`']);
  expect(await survivorsOf(two, both + none + one('untrusted') + one('private'))).toEqual([]);
});

test('a survivor comes with its place and the test that would notice it', async () => {
  const report = await reportOn(
    '  - { id: build, allow: { run: [make] }, grant: { write: [dist] }, labels: [private], because: so, matches: [make] }\n',
    '  - { name: a, allow: [make] }\n',
  );
  expect(report.policies[0]?.mutants?.survivors).toEqual([
    {
      rule: 'build',
      line: 3,
      column: 7,
      change: 'without `grant.write`',
      hint: 'add `grants: { write: … }` to a case that the rule decides',
    },
    {
      rule: 'build',
      line: 3,
      column: 7,
      change: 'without `labels`',
      hint: 'add `labels: [private]` to a case that the rule decides',
    },
  ]);
});

test('a test that fails already notices nothing', async () => {
  const rules = '  - { id: r, allow: { run: [make] }, because: so }\n';
  expect(await survivorsOf(rules, '  - { name: wrong, ask: [make] }\n')).toEqual(['without the rule', 'as `deny`']);
});
