import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { actionOf, caller, moment, run, secret, tool, verdictOf } from './situations.ts';

const file = (rules: string) => ({ path: 'p.yaml', text: `policy: p\nrules:\n${rules}` });
const asks = `  - { id: npm-asks, ask: { run: ["npm *"] }, except: { run: ["npm test", "npm run lint *"] }, because: it runs code }\n`;
const tests = '  - { id: tests, allow: { run: ["npm test", "npm run lint *"] }, because: checks }\n';
const verdictOfCommand = (rules: string, command: string) => verdictOf([file(rules)], [tool('exec'), run(command)]);

test('an exception opens nothing by itself', async () => {
  expect(await verdictOfCommand(asks, 'npm test')).toBe('deny');
});

test('an exception from an ask lets an allow stand, and nothing else', async () => {
  const rules = asks + tests;
  expect(await verdictOfCommand(rules, 'npm test')).toBe('allow');
  expect(await verdictOfCommand(rules, 'npm run lint src')).toBe('allow');
  for (const command of ['npm test -- --watch', 'npm install', 'npm run build', 'npm tests']) {
    expect([command, await verdictOfCommand(rules, command)]).toEqual([command, 'ask']);
  }
});

test('an exception from a deny is read narrowly: another spelling stays denied', async () => {
  const rules = `  - { id: d, deny: { run: ["git *"] }, except: { run: ["git status"] }, because: no git }\n  - { id: a, allow: { run: ["git *"] }, because: all }\n`;
  expect(await verdictOfCommand(rules, 'git status')).toBe('allow');
  const away = { ...run('git -C ../x status'), spellings: [['git', 'status']], outside: ['../x'] };
  expect(await verdictOf([file(rules)], [tool('exec'), away])).toBe('deny');
  const poisoned = { ...run('git status'), assignments: ['GIT_PAGER=sh'] };
  expect(await verdictOf([file(rules)], [tool('exec'), poisoned])).toBe('deny');
});

test('an exception from an allow is read widely: another spelling is not opened', async () => {
  const rules = '  - { id: a, allow: { run: ["git *"] }, except: { run: ["git push *"] }, because: all but push }\n';
  expect(await verdictOfCommand(rules, 'git status')).toBe('allow');
  const spelled = { ...run('git --no-pager push'), spellings: [['git', 'push']] };
  expect(await verdictOf([file(rules)], [tool('exec'), spelled])).toBe('deny');
});

test('names of secrets and tools have exceptions too', async () => {
  const rules = '  - { id: s, allow: { secret: ["gh-*"] }, except: { secret: [gh-admin] }, because: tokens }\n';
  expect(await verdictOf([file(rules)], [tool('x'), secret('gh-read')])).toBe('allow');
  expect(await verdictOf([file(rules)], [tool('x'), secret('gh-admin')])).toBe('deny');
});

test.each([
  ['paths', 'ask: { write: ["**"] }, except: { write: ["a"] }', 'narrow the patterns of `write` instead'],
  ['a kind the rule does not name', 'ask: { run: ["npm *"] }, except: { tool: [js] }', 'the rule names no `tool`'],
  ['a pattern that means nothing', 'ask: { run: ["npm *"] }, except: { run: ["!npm"] }', 'rule `r`'],
])('an exception for %s stops the load', async (_name, keys, because) => {
  await expect(loadPolicy([file(`  - { id: r, ${keys}, because: it is a test }\n`)])).rejects.toThrow(because);
});

test('examples honour exceptions', async () => {
  const wrong = `  - { id: r, ask: { run: ["npm *"] }, except: { run: ["npm test"] }, because: t, matches: ["npm test"] }\n`;
  await expect(loadPolicy([file(wrong)])).rejects.toThrow('does not match');
});

test('P4: a rule with an exception never loosens what the policy said without the rule', async () => {
  const words = fc.constantFrom('npm', 'test', 'run', 'lint', 'x', '*');
  const pattern = fc.array(words, { minLength: 1, maxLength: 3 }).map((all) => all.join(' '));
  await fc.assert(
    fc.asyncProperty(
      pattern,
      pattern,
      fc.constantFrom('ask', 'deny'),
      pattern,
      async (shut, except, verdict, command) => {
        fc.pre(!shut.startsWith('*') && !except.startsWith('*') && !command.includes('*'));
        const extra = `  - { id: e, ${verdict}: { run: ["${shut}"] }, except: { run: ["${except}"] }, because: t }\n`;
        const open = '  - { id: open, allow: { run: ["npm *", "x *"] }, because: t }\n';
        const decide = async (rules: string) =>
          (await loadPolicy([file(rules)])).decide(actionOf([tool('exec'), run(command)]), caller(), moment).verdict;
        const before = await decide(open);
        // An ask rule may open what nothing else names; what it may not is loosen what is open.
        fc.pre(verdict === 'deny' || before === 'allow');
        const order = ['deny', 'ask', 'allow'];
        expect(order.indexOf(await decide(open + extra))).toBeLessThanOrEqual(order.indexOf(before));
      },
    ),
    { numRuns: 200 },
  );
});

test('an exception with a last day ends when that is over, and the rule is about it again', async () => {
  const rules = (verdict: string) =>
    `  - { id: r, ${verdict}: { run: ["npm *"] }, except: { run: ["npm test"], expires: 2026-12-31 }, because: it runs code }\n${tests}`;
  const last = Date.parse('2026-12-31T23:59:59.999Z');
  for (const verdict of ['ask', 'deny'] as const) {
    const policy = await loadPolicy([file(rules(verdict))]);
    const verdictAt = (now: number, command: string) =>
      policy.decide(actionOf([tool('exec'), run(command)]), caller(), { ...moment, now }).verdict;
    expect([verdictAt(last, 'npm test'), verdictAt(last + 1, 'npm test')]).toEqual(['allow', verdict]);
    expect(verdictAt(last, 'npm install')).not.toBe('allow');
  }
});

test.each([
  ['an allow', 'allow: { run: ["npm *"] }, except: { run: ["npm test"], expires: 2026-12-31 }', 'cannot expire'],
  ['nothing', 'ask: { run: ["npm *"] }, except: { expires: 2026-12-31 }', '`except` names nothing'],
  ['no day', 'ask: { run: ["npm *"] }, except: { run: ["npm test"], expires: 2026-02-31 }', 'is no day'],
])('exceptions from %s that shall expire stop the load', async (_name, keys, because) => {
  await expect(loadPolicy([file(`  - { id: r, ${keys}, because: it is a test }\n`)])).rejects.toThrow(because);
});
