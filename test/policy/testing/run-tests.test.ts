import { expect, test } from 'vitest';
import { failuresOf, isGood, problemsOf } from '../../../src/policy/testing/report.ts';
import { reportOf, reportOn } from './folder-with.ts';

const looking = '  - { id: looking, allow: { run: ["ls *", "cat *"], read: ["**"] }, because: it only looks }\n';
const pushing = '  - { id: pushing, ask: { run: ["git push *"] }, because: it leaves this machine }\n';
const closing = '  - { id: closing, deny: { read: ["**/.env"] }, because: it holds secrets }\n';

test('a test file that cannot be used fails, with the place and what to do', async () => {
  const said = async (text: string) => {
    const report = await reportOf({ 'p.yaml': `policy: p\nrules:\n${looking}`, 'x.test.yaml': text });
    expect(isGood(report, false)).toBe(false);
    return problemsOf(report)
      .map(({ path, line, column, what }) => `${path}:${line}:${column}: ${what}`)
      .join('\n');
  };
  const head = 'policy: [p.yaml]\ncases:\n';
  expect(await said('')).toContain('x.test.yaml:1:1');
  expect(await said('[')).toContain('not valid YAML');
  expect(await said('policy: [p.yaml]\n')).toContain('`cases` is missing');
  expect(await said('policy: [none.yaml]\ncases: [{ name: a, allow: [ls] }]\n')).toContain(
    'x.test.yaml:1:10: could not read the policy `none.yaml`',
  );
  expect(await said(`${head}  - { name: a, alow: [ls] }\n`)).toContain('x.test.yaml:3:16: unknown key `alow`');
  expect(await said(`${head}  - { name: a }\n`)).toContain('expects nothing');
  expect(await said(`${head}  - { name: a, allow: [{ raed: x }] }\n`)).toContain(
    'x.test.yaml:3:24: must be a shell command',
  );
  expect(await said(`${head}  - { name: a, allow: [ls], by: lokking }\n`)).toContain('there is no rule `lokking`');
  expect(await said(`${head}  - { name: a, allow: [ls], as: { used: { looking: 1 } } }\n`)).toContain('with `atMost`');
  expect(await said(`${head}  - { name: a, allow: [ls], as: { at: noon } }\n`)).toContain('must be a moment');
  expect(await said(`workspace: { files: [../x] }\n${head}  - { name: a, allow: [ls] }\n`)).toContain(
    'outside the workspace',
  );
  expect(
    await said(`workspace: { files: [src/], links: { a: src, a/b: x } }\n${head}  - { name: a, allow: [ls] }\n`),
  ).toContain('could not make the workspace');
});

test('a policy that does not load fails the tests of it, with the place in the policy', async () => {
  const report = await reportOn('  - { id: r, alow: { run: [ls] }, because: so }\n', '  - { name: a, allow: [ls] }\n');
  expect(problemsOf(report)).toEqual([
    { path: 'p.yaml', line: 3, column: 14, what: 'rule `r`: unknown key `alow`; remove it or correct its spelling' },
  ]);
});

test('a call that comes to something else fails, saying what came, by which rule and why', async () => {
  const report = await reportOn(
    looking + pushing,
    '  - { name: pushing is free, allow: [ls, git push origin main] }\n  - { name: no, deny: [ls] }\n',
  );
  expect(isGood(report, false)).toBe(false);
  expect(failuresOf(report)).toMatchObject([
    {
      path: 'p.test.yaml',
      line: 3,
      column: 42,
      case: 'pushing is free',
      call: 'git push origin main',
      differences: ['should be `allow` but is `ask`'],
      because: 'it leaves this machine',
      rules: [{ rule: 'pushing' }],
    },
    { case: 'no', call: 'ls', expected: 'deny', verdict: 'allow' },
  ]);
});

test('a call that cannot be understood is denied, by no rule', async () => {
  const report = await reportOn(
    looking,
    '  - { name: refused, deny: ["ls; (", { tool: nosuch }, { read: "\\0" }] }\n  - { name: by, deny: ["ls; ("], by: looking }\n',
  );
  expect(failuresOf(report)).toMatchObject([{ case: 'by', differences: ['should be decided by rule `looking`'] }]);
});

test('the real classifier reads calls, in a workspace with the files and links of the test', async () => {
  const report = await reportOn(
    looking + closing,
    `  - name: links are followed
    deny: [cat harmless.txt, { read: harmless.txt }, { read: elsewhere/passwd }, { read: ../x }, 'cat *']
    allow: [cat notes.md, { tool: list, args: { path: src } }]
`,
    'workspace: { files: [.env, notes.md, src/], links: { harmless.txt: .env, elsewhere: /etc } }\n',
  );
  expect(failuresOf(report)).toEqual([]);
});

test('each kind of call can be tried', async () => {
  const report = await reportOn(
    `  - { id: net, ask: { connect: ["*"] }, because: so }
  - { id: secrets, ask: { secret: ["*"] }, because: so }
  - { id: messages, ask: { send: ["slack *"] }, because: so }
  - { id: files, allow: { write: ["out/**"], tool: [js] }, because: so }
`,
    `  - { name: net, by: net, ask: [{ connect: https://a.example/ }, { connect: POST https://a.example/ }, { connect: a.example:22 }] }
  - { name: secrets, by: secrets, ask: [{ secret: token }] }
  - { name: messages, by: messages, ask: [{ send: 'slack #a b' }] }
  - { name: files, by: files, allow: [{ write: out/a }, { tool: js, args: { code: '1' } }] }
  - { name: others, deny: [{ send: mail x }, { argv: [ls, -l] }, { write: a }, { connect: 'a b' }] }
`,
  );
  expect(failuresOf(report)).toEqual([]);
  expect(report.policies[0]?.untouched).toEqual([]);
});

test('cases say who calls, when, and what was used before', async () => {
  const report = await reportOn(
    `  - { id: a, allow: { run: ["run-a"] }, when: { agents: [ci], channels: [slack], senders: [ann], roles: [lead] }, because: so }
  - { id: b, allow: { run: ["run-b"] }, when: { triggers: [schedule], time: { hours: 09:00-10:00 } }, because: so }
  - { id: c, allow: { run: ["run-c"] }, atMost: 2 per 1h, because: so }
  - { id: d, allow: { run: ["run-d"] }, budget: { calls: 3, tokens: 10 }, because: so }
  - { id: e, allow: { run: ["run-e"] }, when: { labels: { none: [untrusted] } }, expires: 2026-02-01, because: so }
`,
    `  - { name: a, as: { agent: ci, channel: slack, sender: ann, roles: [lead] }, allow: [run-a] }
  - { name: no lead, as: { agent: ci, channel: slack, sender: ann }, deny: [run-a] }
  - { name: b, as: { trigger: schedule, at: 2026-01-05T09:30:00Z }, allow: [run-b] }
  - { name: too late, as: { trigger: schedule }, deny: [run-b] }
  - { name: used, as: { used: { c: 1 } }, allow: [run-c] }
  - { name: used up, as: { used: { p/c: 2 } }, deny: [run-c] }
  - { name: in budget, as: { spent: { calls: 2 } }, allow: [run-d] }
  - { name: spent, as: { spent: { tokens: 10 } }, deny: [run-d] }
  - { name: e, allow: [run-e] }
  - { name: labels, as: { labels: [untrusted] }, deny: [run-e] }
  - { name: expired, as: { at: 2026-02-02T00:00:00Z }, deny: [run-e] }
`,
  );
  expect(failuresOf(report)).toEqual([]);
  const survivors = report.policies[0]?.mutants?.survivors.map(({ rule, change }) => `${rule} ${change}`);
  expect(survivors).toEqual([
    'a without `when.agents`',
    'a without `when.channels`',
    'a without `when.senders`',
    'b without `when.triggers`',
  ]);
});

test('a label that an earlier call left on a file counts where the file is read', async () => {
  const report = await reportOn(
    `${looking}  - { id: strangers, deny: { run: ["cat *"] }, when: { labels: { any: [untrusted] } }, because: so }\n`,
    '  - { name: page, deny: [cat page.html], by: strangers }\n  - { name: own, allow: [cat notes.md] }\n',
    'workspace: { files: [page.html, notes.md], labels: { page.html: [untrusted] } }\n',
  );
  expect(failuresOf(report)).toEqual([]);
});

test('grants, labels, approvers and the reason are compared where a case states them', async () => {
  const rules = `  - id: build
    ask: { run: ["make"] }
    grant: { write: ["dist/**"], memoryMiB: 1024 }
    labels: [private]
    approvers: { roles: [lead], count: 2, within: 5m, escalate: { after: 2m, roles: [chief] }, stepUp: code }
    because: it builds
`;
  const right = `  - name: right
    ask: [make]
    because: builds
    grants: { write: ["dist/**"], connect: [], memoryMiB: 1024 }
    labels: [private]
    approvers: { roles: [lead], count: 2, within: 5m, escalate: { after: 2m, roles: [chief] }, stepUp: code }
`;
  expect(failuresOf(await reportOn(rules, right))).toEqual([]);
  const wrong = `  - name: wrong
    ask: [make]
    because: tests
    grants: { write: ["src/**"], read: [], memoryMiB: 512 }
    labels: []
    approvers: { roles: [], count: 1, within: 15m, escalate: { after: 1m, roles: [chief] }, stepUp: none }
`;
  expect(failuresOf(await reportOn(rules, wrong))[0]?.differences).toEqual([
    'should say `tests`',
    'should have no `read` but has `.`',
    'should have `write` `src/**` but has `dist/**`',
    'should be granted `memoryMiB: 512` but is granted `1024`',
    'should have no `label` but has `private`',
    'should ask roles `` but asks `lead`',
    'should ask 1 people but asks 2',
    'should ask for `15m` but asks for 300 s',
    'should let `chief` answer as well after `1m`',
    'should demand the step-up `none` but demands `code`',
  ]);
});

test('a rule is touched if a call has an effect it is about, in a case where its conditions hold', async () => {
  const conditional = '  - { id: never, deny: { run: ["ls *"] }, when: { agents: [other] }, because: so }\n';
  const report = await reportOn(looking + pushing + closing + conditional, '  - { name: a, allow: [ls] }\n');
  expect(report.policies).toMatchObject([{ path: 'p.yaml', policy: 'p', rules: 4 }]);
  expect(report.policies[0]?.untouched).toMatchObject([
    { rule: 'pushing', line: 4, hint: 'add a case under `ask`' },
    { rule: 'closing', line: 5 },
    { rule: 'never', line: 6 },
  ]);
  expect(isGood(report, false)).toBe(true);
  expect(isGood(report, true)).toBe(false);
});

test('a rule of a layer that is not about the caller is not touched', async () => {
  const report = await reportOf({
    'p.yaml': `policy: p\nrules:\n${looking}`,
    'q.yaml': `policy: q\napplies: { agents: [other] }\nrules:\n${looking}`,
    'x.test.yaml': 'policy: [p.yaml, q.yaml]\ncases:\n  - { name: a, allow: [ls] }\n',
  });
  expect(report.policies.map(({ policy, untouched }) => [policy, untouched.length])).toEqual([
    ['p', 0],
    ['q', 1],
  ]);
});

test('what one test file does not touch, another may', async () => {
  const head = 'policy: [p.yaml]\ncases:\n';
  const report = await reportOf({
    'p.yaml': `policy: p\nrules:\n${looking}${pushing}`,
    'a.test.yaml': `${head}  - { name: a, allow: [ls], by: looking }\n`,
    'b.test.yaml': `${head}  - { name: b, ask: [git push], by: pushing }\n`,
  });
  expect(report.policies).toMatchObject([{ untouched: [], mutants: { survivors: [] } }]);
  expect(isGood(report, true)).toBe(true);
});

test('layers are tested together, each with mutants of its own', async () => {
  const report = await reportOf({
    'p.yaml': `policy: p\nrules:\n${looking}`,
    'q.yaml': `policy: q\napplies: { agents: [ci] }\nrules:\n${closing}`,
    'both.test.yaml': `policy: [p.yaml, q.yaml]
cases:
  - { name: ci, as: { agent: ci }, deny: [cat .env], allow: [ls] }
  - { name: others, allow: [cat .env] }
`,
  });
  expect(failuresOf(report)).toEqual([]);
  expect(report.policies.map(({ path, mutants }) => [path, mutants?.survivors])).toEqual([
    ['p.yaml', []],
    ['q.yaml', []],
  ]);
});
