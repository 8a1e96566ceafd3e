import { expect, test } from 'vitest';
import { defaultApprovalTerms, defaultSandboxLimits, noGrants } from '../../src/kernel/limits.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { actionOf, caller, connect, opaque, own, read, run, tool, verdictOf, write } from './situations.ts';

const file = (name: string, rules: string, head = '') => ({
  path: `${name}.yaml`,
  text: `policy: ${name}\n${head}rules:\n${rules}`,
});
const rule = (id: string, body: string) => `  - { id: ${id}, because: it is so, ${body} }\n`;

test('P4: an empty policy denies', async () => {
  const policy = await loadPolicy([]);
  const decision = policy.decide(actionOf([tool('read'), read('a')]), caller(), { now: 0, used: [], inputs: [] });
  expect(decision).toMatchObject({ verdict: 'deny', rules: [], grants: noGrants });
  expect(decision.because).toContain('no rule allows `read a`');
});

test('an effect that no rule names is denied, with what to do', async () => {
  const policy = await loadPolicy([file('one', rule('a', 'allow: { run: ["git status"] }'))]);
  const decision = policy.decide(actionOf([tool('exec'), run('git push')]), caller(), { now: 0, used: [], inputs: [] });
  expect(decision.verdict).toBe('deny');
  expect(decision.because).toBe(
    'no rule allows `run git push` in policy `one`; add an `allow` or `ask` rule for it, such as `ask: { run: ["git *"] }`, or do it another way',
  );
});

test('an action without an effect of its own is denied', async () => {
  const files = [file('one', rule('a', 'allow: { tool: ["exec"], read: ["**"] }'))];
  expect(await verdictOf(files, [tool('exec')])).toBe('deny');
  expect(await verdictOf(files, [])).toBe('deny');
});

test('an effect of a kind nobody knows is denied', async () => {
  const policy = await loadPolicy([file('one', rule('a', 'allow: { read: ["**"] }'))]);
  const strange = JSON.parse('{"kind":"teleport","standing":"own"}');
  expect(policy.decide(actionOf([tool('read'), strange]), caller(), { now: 0, used: [], inputs: [] }).verdict).toBe(
    'deny',
  );
});

test('an opaque part is covered by opaque rules only, also when it claims to be implied', async () => {
  const allowing = rule('a', 'allow: { run: ["ls *"], read: ["**"], tool: ["exec"] }');
  const effects = [tool('exec'), run('ls x'), { ...opaque('$X'), standing: 'implied' as const }];
  expect(await verdictOf([file('one', allowing)], effects)).toBe('deny');
  expect(await verdictOf([file('one', allowing + rule('b', 'ask: { opaque: ["*"] }'))], effects)).toBe('ask');
  expect(await verdictOf([file('one', allowing + rule('b', 'allow: { opaque: ["$X"] }'))], effects)).toBe('allow');
});

test('deny beats ask and ask beats allow', async () => {
  const allow = rule('a', 'allow: { read: ["**"] }');
  const ask = rule('b', 'ask: { read: ["docs/**"] }');
  const deny = rule('c', 'deny: { read: ["docs/secret"] }');
  const verdict = (path: string) => verdictOf([file('one', allow + ask + deny)], [tool('read'), read(path)]);
  expect(await verdict('docs/secret')).toBe('deny');
  expect(await verdict('docs/guide.md')).toBe('ask');
  expect(await verdict('src/main.ts')).toBe('allow');
});

test('the strictest effect decides', async () => {
  const files = [file('one', rule('a', 'allow: { read: ["**"] }') + rule('b', 'ask: { write: ["**"] }'))];
  expect(await verdictOf(files, [tool('edit'), read('a'), write('a')])).toBe('ask');
  expect(await verdictOf(files, [tool('edit'), read('a'), write('/etc/x')])).toBe('deny');
});

test('an implied effect needs no allow, but a deny or ask on it counts', async () => {
  const allow = rule('a', 'allow: { run: ["cat *"] }');
  const effects = [tool('exec'), run('cat x'), read('x', 'implied')];
  expect(await verdictOf([file('one', allow)], effects)).toBe('allow');
  expect(await verdictOf([file('one', allow + rule('b', 'ask: { read: ["x"] }'))], effects)).toBe('ask');
  expect(await verdictOf([file('one', allow + rule('b', 'deny: { tool: ["exec"] }'))], effects)).toBe('deny');
});

test('a tool without other effects needs an allow for its name', async () => {
  const effects = [own(tool('js'))];
  expect(await verdictOf([file('one', rule('a', 'allow: { read: ["**"] }'))], effects)).toBe('deny');
  expect(await verdictOf([file('one', rule('a', 'allow: { tool: ["js"] }'))], effects)).toBe('allow');
});

test('every layer that opens something must open the effect', async () => {
  const one = file('one', rule('a', 'allow: { read: ["**"], write: ["**"] }'));
  const two = file('two', rule('a', 'allow: { read: ["**"] }'));
  expect(await verdictOf([one, two], [tool('read'), read('x')])).toBe('allow');
  expect(await verdictOf([one, two], [tool('write'), write('x')])).toBe('deny');
});

test('a layer of denies only has no say about what it does not name', async () => {
  const denies = file('denies', rule('a', 'deny: { read: ["secret"] }'));
  const allows = file('allows', rule('a', 'allow: { read: ["**"] }'));
  expect(await verdictOf([denies, allows], [tool('read'), read('x')])).toBe('allow');
  expect(await verdictOf([denies, allows], [tool('read'), read('secret')])).toBe('deny');
  expect(await verdictOf([denies], [tool('read'), read('x')])).toBe('deny');
});

test('a layer about other agents neither opens nor closes', async () => {
  const others = file(
    'others',
    rule('a', 'allow: { read: ["**"] }') + rule('b', 'deny: { read: ["x"] }'),
    'applies: { agents: [ci-*] }\n',
  );
  const mine = file('mine', rule('a', 'allow: { read: ["x"] }'));
  expect(await verdictOf([others], [tool('read'), read('y')])).toBe('deny');
  expect(await verdictOf([others, mine], [tool('read'), read('x')])).toBe('allow');
  expect(await verdictOf([others, mine], [tool('read'), read('x')], { agent: 'ci-1' })).toBe('deny');
});

test('a condition on labels that ends does not make a layer lose its say', async () => {
  const narrow = file('narrow', rule('a', 'allow: { run: ["ls"] }, when: { labels: { none: [untrusted] } }'));
  const wide = file('wide', rule('a', 'allow: { run: ["ls", "make"] }'));
  expect(await verdictOf([narrow, wide], [tool('exec'), run('ls')])).toBe('allow');
  expect(await verdictOf([narrow, wide], [tool('exec'), run('ls')], { labels: ['untrusted'] })).toBe('deny');
  expect(await verdictOf([narrow, wide], [tool('exec'), run('make')], { labels: ['untrusted'] })).toBe('deny');
});

test('rules can ask about the labels a session gathered', async () => {
  const files = [
    file(
      'one',
      rule('a', 'allow: { connect: ["*"] }') +
        rule('b', 'deny: { connect: ["*"] }, when: { labels: { all: [untrusted, private] } }'),
    ),
  ];
  const effects = [tool('http'), connect('example.com')];
  expect(await verdictOf(files, effects, { labels: ['untrusted'] })).toBe('allow');
  expect(await verdictOf(files, effects, { labels: ['private', 'untrusted'] })).toBe('deny');
});

test('the reason for a refusal names the rule, the effect and why', async () => {
  const policy = await loadPolicy([
    file('one', rule('a', 'deny: { connect: ["169.254.0.0/16"] }') + rule('b', 'allow: { connect: ["*"] }')),
  ]);
  const decision = policy.decide(actionOf([tool('http'), connect('169.254.169.254')]), caller(), {
    now: 0,
    used: [],
    inputs: [],
  });
  expect(decision.because).toContain('rule `a` in policy `one` denies `connect 169.254.169.254:443');
  expect(decision.because).toContain('it is so');
  expect(decision.rules).toEqual([{ policy: 'one', rule: 'a', verdict: 'deny', because: 'it is so' }]);
});

test('approval terms satisfy every rule that asks, and roles without one in common deny', async () => {
  const asks = (id: string, approvers: string) => rule(id, `ask: { run: ["make *"] }, approvers: { ${approvers} }`);
  const decide = async (rules: string) =>
    (await loadPolicy([file('one', rules)])).decide(actionOf([tool('exec'), run('make all')]), caller(), {
      now: 0,
      used: [],
      inputs: [],
    });
  const both = await decide(
    asks('a', 'roles: [oncall, lead], count: 2, within: 15m') + asks('b', 'roles: [lead], within: 5m'),
  );
  expect(both).toMatchObject({ verdict: 'ask', terms: { roles: ['lead'], count: 2, withinMs: 300_000 } });
  const nobody = await decide(asks('a', 'roles: [oncall]') + asks('b', 'roles: [lead]'));
  expect(nobody.verdict).toBe('deny');
  expect(nobody.because).toContain('ask different roles');
  const steps = 'escalate: { after: 10m, roles: [lead] }, stepUp: ';
  expect((await decide(asks('a', `roles: [oncall], ${steps}code`) + asks('b', 'stepUp: signature'))).terms).toEqual({
    roles: ['oncall'],
    count: 1,
    operatorsMin: 1,
    withinMs: 900_000,
    escalate: [{ afterMs: 600_000, roles: ['lead'] }],
    stepUp: 'signature',
  });
  expect(await decide(rule('a', 'ask: { run: ["make *"] }'))).toMatchObject({
    terms: defaultApprovalTerms,
  });
});

test('labels of the rules that won and of the tool are on the result, sorted', async () => {
  const policy = await loadPolicy([file('one', rule('a', 'allow: { read: ["**"] }, labels: [zebra, logs]'))]);
  const action = { ...actionOf([tool('read'), read('x')]), labels: ['untrusted'] };
  expect(policy.decide(action, caller(), { now: 0, used: [], inputs: [] }).labels).toEqual([
    'logs',
    'untrusted',
    'zebra',
  ]);
});

test('the digest is the same whatever the order of files and rules, and another for other content', async () => {
  const a = rule('a', 'allow: { read: ["**"] }');
  const b = rule('b', 'deny: { read: ["x"] }');
  const digest = async (...files: ReturnType<typeof file>[]) => (await loadPolicy(files)).digest;
  const one = await digest(file('one', a + b), file('two', a));
  expect(one).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(await digest(file('two', a), file('one', b + a))).toBe(one);
  expect(await digest(file('two', a), file('one', b))).not.toBe(one);
  expect(defaultSandboxLimits.wallMs).toBe(60_000);
});

test('a decision names every rule that is about the action, also those that gave way, but none that does not hold', async () => {
  const rules =
    rule('z-allow', 'allow: { read: ["**"] }') +
    rule('ask', 'ask: { read: ["docs/**"] }') +
    rule('deny', 'deny: { read: ["docs/secret"] }') +
    rule('elsewhere', 'deny: { read: ["src/**"] }') +
    rule('not-now', 'deny: { read: ["docs/**"] }, when: { agents: [other] }') +
    rule('excepted', 'deny: { tool: [read] }, except: { tool: [read] }');
  const policy = await loadPolicy([file('one', rules), file('another', rule('more', 'allow: { read: ["docs/**"] }'))]);
  const matched = (path: string) =>
    policy
      .decide(actionOf([tool('read'), read(path)]), caller(), { now: 0, used: [], inputs: [] })
      .matched.map(({ policy: of, rule: name, verdict }) => `${verdict} by ${of}/${name}`);
  expect(matched('docs/secret')).toEqual([
    'allow by another/more',
    'ask by one/ask',
    'deny by one/deny',
    'allow by one/z-allow',
  ]);
  expect(matched('README.md')).toEqual(['allow by one/z-allow']);
});
