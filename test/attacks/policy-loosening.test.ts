// Ways to make a policy say yes without a rule that means it.

import { expect, test } from 'vitest';
import type { Effect } from '../../src/kernel/types.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { actionOf, caller, connect, decisionOf, own, read, run, tool, write } from '../policy/situations.ts';

const file = (name: string, rules: string, head = '') => ({
  path: `${name}.yaml`,
  text: `policy: ${name}\n${head}rules:\n${rules}`,
});
const rule = (id: string, body: string) => `  - { id: ${id}, because: so, ${body} }\n`;

test('an allowed effect does not carry another one along', async () => {
  const files = [file('p', rule('a', 'allow: { run: ["ls *"], tool: ["*-tool", "exec"] }'))];
  for (const other of [run('rm -rf x'), write('x'), connect('example.com'), read('/etc/passwd')]) {
    expect((await decisionOf(files, [tool('exec'), run('ls'), other])).verdict).toBe('deny');
  }
});

test('an ask about the workspace does not open a place outside it, or a private host', async () => {
  const files = [file('p', rule('a', 'ask: { write: ["**"], read: ["**/x"], connect: ["*"] }'))];
  for (const effect of [write('/etc/cron.d/x'), read('/srv/x'), connect('169.254.169.254'), connect('localhost')]) {
    expect((await decisionOf(files, [tool('t'), effect])).verdict).toBe('deny');
  }
});

test('a word that reaches outside is not opened by a star', async () => {
  const files = [file('p', rule('a', 'allow: { run: ["cat *", "head -n * *"] }'))];
  const effect: Effect = { ...run('cat /etc/shadow'), outside: ['/etc/shadow'] };
  expect((await decisionOf(files, [tool('exec'), effect])).verdict).toBe('deny');
});

test('an effect hidden behind names of object properties is no effect', async () => {
  const policy = await loadPolicy([file('p', rule('a', 'allow: { tool: [js] }'))]);
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    expect(policy.decide(actionOf([own(tool(name))]), caller(), { now: 0, used: [], inputs: [] }).verdict, name).toBe(
      'deny',
    );
    expect(
      policy.decide(actionOf([tool('exec'), run(name)]), caller(), { now: 0, used: [], inputs: [] }).verdict,
      name,
    ).toBe('deny');
  }
});

test('an action whose data throws when it is read is denied', async () => {
  const policy = await loadPolicy([file('p', rule('a', 'allow: { read: ["**"] }'))]);
  const trap = new Proxy(read('x'), {
    get: (target, key) => {
      if (key === 'path') throw new Error('no');
      return Reflect.get(target, key);
    },
  });
  const decision = policy.decide(actionOf([tool('read'), trap]), caller(), { now: 0, used: [], inputs: [] });
  expect(decision).toMatchObject({ verdict: 'deny', rules: [] });
  expect(decision.because).not.toBe('');
});

test('gathering a label never opens what was closed', async () => {
  const files = [
    file(
      'narrow',
      rule('a', 'allow: { run: ["ls"] }, when: { labels: { none: [untrusted] } }') +
        rule('b', 'deny: { run: ["rm *"] }'),
    ),
    file('wide', rule('a', 'allow: { run: ["ls", "make"] }')),
  ];
  for (const command of ['ls', 'make', 'rm x']) {
    const before = (await decisionOf(files, [tool('exec'), run(command)])).verdict;
    const after = (await decisionOf(files, [tool('exec'), run(command)], { labels: ['untrusted'] })).verdict;
    if (before === 'deny') expect(after, command).toBe('deny');
  }
  expect((await decisionOf(files, [tool('exec'), run('make')], { labels: ['untrusted'] })).verdict).toBe('deny');
});

test('a file name with glob characters grants that file alone', async () => {
  const files = [file('p', rule('a', 'allow: { write: ["**"] }'))];
  for (const [path, entry] of [
    ['**', '[*][*]/**'],
    ['[a-z]', '[[]a-z[]]/**'],
  ] as const) {
    expect((await decisionOf(files, [tool('write'), write(path)])).grants.write).toEqual([entry]);
  }
});
