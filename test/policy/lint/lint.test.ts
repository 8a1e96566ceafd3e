import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { lintPolicy } from '../../../src/policy/lint/lint.ts';

const around = { now: Date.UTC(2026, 5, 1), labels: ['untrusted', 'private'], roles: ['oncall'] };

const policyText = (rules: readonly string[], head = '') => ({
  path: 'p.yaml',
  text: `policy: p\n${head}rules:\n${rules.map((rule, index) => `  - { id: r${index}, because: so, ${rule} }\n`).join('')}`,
});

/** What lint says of these rules, as `level check rule`, without the notes on missing examples. */
async function found(rules: readonly string[], head = ''): Promise<readonly string[]> {
  const findings = await lintPolicy([policyText(rules, head)], around);
  return findings
    .filter(({ check }) => check !== 'no-examples' && check !== 'one-sided-examples')
    .map(({ level, check, rule }) => `${level} ${check} ${rule}`);
}

test('what does not load is told with its place, its reason and its fix', async () => {
  const [finding, ...others] = await lintPolicy([policyText(['allow: { run: ["bash *"] }'])], around);
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ level: 'error', check: 'does-not-load', path: 'p.yaml', line: 3, rule: 'r0' });
  expect(finding?.what).toBe('`run: ["bash *"]` lets `bash` run any code');
  expect(finding?.fix).toBe('name the exact command, or use `ask`');
  expect(await found(['allow: { run: ["git push"] }', 'deny: { run: ["git *"] }'])).toEqual(['error does-not-load r0']);
});

test('a pattern that a deny rule takes back is contradictory', async () => {
  expect(await found(['allow: { run: ["git push", "git log"] }', 'deny: { run: ["git push *"] }'])).toEqual([
    'warning contradictory r0',
  ]);
  expect(
    await found(['allow: { run: [ls, "git push"] }', 'deny: { run: ["git push *"] }, when: { agents: [ci] }']),
  ).toEqual([]);
  expect(
    await found(['allow: { run: [ls, "git push"] }', 'deny: { run: ["git push *"] }, except: { run: ["git push"] }']),
  ).toEqual([]);
});

test('an allow under an ask for the same changes nothing, unless it grants something', async () => {
  const ask = 'ask: { run: ["npm *"] }';
  expect(await found(['allow: { run: ["npm test"] }', ask])).toEqual(['warning shadowed r0']);
  expect(await found(['allow: { run: ["npm test"] }, grant: { write: [coverage] }', ask])).toEqual([]);
  expect(await found(['allow: { run: ["npm test"] }', `${ask}, except: { run: ["npm test"] }`])).toEqual([]);
  expect(await found(['allow: { run: ["npm test", ls] }', ask])).toEqual([]);
});

test('of two rules that say the same one is shadowed, and not both', async () => {
  expect(await found(['deny: { run: ["git push *"] }', 'deny: { run: ["git push *"] }'])).toEqual([
    'warning shadowed r0',
  ]);
  expect(await found(['deny: { run: ["git push origin *"] }', 'deny: { run: ["git push *"] }'])).toEqual([
    'warning shadowed r0',
  ]);
  expect(await found(['allow: { read: [docs/a] }, atMost: 5 per 1h', 'allow: { read: [docs] }'])).toEqual([]);
  expect(
    await found(['allow: { read: [docs/a] }, expires: 2026-12-31', 'allow: { read: [docs] }, expires: 2026-12-30']),
  ).toEqual([]);
  expect(await found(['ask: { write: [docs/a] }', 'ask: { write: ["**"] }'])).toEqual([]);
  expect(
    await found(['ask: { run: ["git push"] }, approvers: { roles: [oncall] }', 'ask: { run: ["git *"] }']),
  ).toEqual([]);
});

test('conditions that can never hold are errors', async () => {
  const deny = 'deny: { run: ["rm *"] }';
  const head = 'applies: { agents: [ci, "bot-*"] }\n';
  expect(await found([`${deny}, when: { labels: { all: [private], none: [private] } }`])).toEqual([
    'error contradictory r0',
  ]);
  expect(await found([`${deny}, when: { labels: { any: [private], none: [private, untrusted] } }`])).toEqual([
    'error contradictory r0',
  ]);
  expect(await found([`${deny}, when: { agents: [main] }`], head)).toEqual(['error contradictory r0']);
  expect(await found([`${deny}, when: { triggers: [schedule], roles: [oncall] }`])).toEqual(['error contradictory r0']);
  expect(
    await found([`${deny}, when: { agents: [bot-7, "m*"], triggers: [schedule, message], roles: [oncall] }`], head),
  ).toEqual([]);
});

test('labels that nothing puts on, last days that are over and roles that nobody has are told', async () => {
  expect(await found(['deny: { run: ["rm *"] }, when: { labels: { any: [untrused] } }'])).toEqual([
    'warning unused-label r0',
  ]);
  expect(
    await found([
      'deny: { run: ["rm *"] }, when: { labels: { any: [secret-ish] } }',
      'allow: { read: [x] }, labels: [secret-ish]',
    ]),
  ).toEqual([]);
  expect(await found(['allow: { run: [ls] }, expires: 2026-05-31'])).toEqual(['warning expired r0']);
  expect(await found(['allow: { run: [ls] }, expires: 2026-06-01'])).toEqual([]);
  expect(await found(['ask: { run: [ls] }, approvers: { roles: [release] }'])).toEqual(['warning nobody-answers r0']);
  expect(await found(['ask: { run: [ls] }, approvers: { roles: [release, oncall] }'])).toEqual([]);
});

test('a star behind which any program may stand is an error', async () => {
  for (const pattern of ['ssh web *', 'docker run alpine *', '"ssh" web *']) {
    expect(await found([`allow: { run: [${JSON.stringify(pattern)}] }`]), pattern).toEqual(['error runs-anything r0']);
  }
  for (const pattern of [
    'ssh web uptime',
    'docker ps *',
    'git log *',
    'find *',
    'npm test *',
    'timeout 60 npm test *',
  ]) {
    expect(await found([`allow: { run: [${JSON.stringify(pattern)}] }`]), pattern).toEqual([]);
    expect(await found([`ask: { run: [${JSON.stringify(pattern)}] }`]), pattern).toEqual([]);
  }
});

test('breadth, open secrets and files that run later are told, until a deny closes them', async () => {
  const closing = [
    'deny: { write: ["**/.git/**", "**/.github/**", "**/.gitlab-ci.yml", "**/.envrc", "**/.vscode/**"] }',
    'deny: { read: ["**/.env", "**/.ssh/**", "**/.aws/**", "**/.netrc", "**/.git-credentials", "**/*.key"] }',
  ];
  expect(await found(['allow: { write: ["**"] }'])).toEqual(['warning runs-later r0', 'warning over-broad r0']);
  expect(await found(['allow: { write: ["**"] }', ...closing])).toEqual(['warning over-broad r0']);
  expect(await found(['allow: { run: [make] }, grant: { write: ["."] }', ...closing])).toEqual([
    'note writes-what-runs r0',
    'note wide-grant r0',
  ]);
  expect(await found(['allow: { read: ["**"] }'])).toEqual(['warning secrets-open r0']);
  expect(await found(['allow: { read: ["**"] }', ...closing])).toEqual([]);
  expect(await found(['allow: { read: ["src/**"], write: ["build/**"] }'])).toEqual([]);
  expect(await found(['allow: { connect: ["*"], send: ["*"], opaque: ["$(*"] }'])).toEqual([
    'warning over-broad r0',
    'warning over-broad r0',
    'warning over-broad r0',
  ]);
});

test('a script that one rule writes and another runs is any code', async () => {
  const writes = 'allow: { write: ["tools/**"] }';
  expect(await found(['allow: { run: ["python3 tools/*"] }', writes])).toEqual(['note writes-what-runs r0']);
  expect(await found(['allow: { run: ["./tools/check *"] }', writes])).toEqual(['note writes-what-runs r0']);
  expect(await found(['allow: { run: ["python3 other/*"] }', writes])).toEqual([]);
  expect(await found(['allow: { run: ["python3 tools/*"] }', writes, 'ask: { write: ["**"] }'])).toEqual([
    'warning shadowed r1',
  ]);
});

test('rules without examples, and examples of one side, are told', async () => {
  const examples = async (rule: string) =>
    (await lintPolicy([policyText([rule])], around)).map(({ level, check }) => `${level} ${check}`);
  expect(await examples('allow: { run: [ls] }')).toEqual(['warning no-examples']);
  expect(await examples('allow: { run: [ls] }, matches: [ls]')).toEqual(['note one-sided-examples']);
  expect(await examples('allow: { run: [ls] }, matches: [ls], doesNotMatch: ["ls x"]')).toEqual([]);
  expect(await examples('ask: { connect: ["*"] }, matches: ["https://example.com/"]')).toEqual([]);
});

test('the policies that ship have no errors', async () => {
  const folder = resolve(import.meta.dirname, '../../../policies');
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'));
  expect(files.length).toBeGreaterThanOrEqual(2);
  for (const name of files) {
    const found = await lintPolicy([{ path: name, text: readFileSync(join(folder, name), 'utf8') }], {
      ...around,
      roles: undefined,
    });
    expect(found.filter(({ level }) => level === 'error')).toEqual([]);
  }
});
