import { expect, test } from 'vitest';
import { replay } from '../../../src/policy/history/replay.ts';
import { amendedTexts, type Suggestions, suggestRules } from '../../../src/policy/history/suggest.ts';
import { suggestionsText } from '../../../src/policy/history/suggestions-text.ts';
import { loadPolicy } from '../../../src/policy/load-policy.ts';
import { load, type Made, makePast, policyText, start } from './past.ts';

const settings = { approvalsMin: 3, expires: '2026-12-31', now: start };

const rules = policyText(
  '{ id: look, allow: { run: ["ls *"], read: ["**"] }, because: it is a test }',
  '{ id: work, ask: { run: ["npm *", "git *", "touch *", "python3 *", "ssh *"] }, grant: { write: [out] }, labels: [logs], because: it is a test }',
  '{ id: files, ask: { write: ["**"] }, because: it is a test }',
);

const times = (count: number, call: Made['call'], more: Partial<Made> = {}): readonly Made[] =>
  Array.from({ length: count }, () => ({ call, ...more }));

async function suggested(calls: readonly Made[], text = rules): Promise<Suggestions> {
  const policy = await load(text);
  const { past } = await makePast(policy, calls);
  return suggestRules(past, policy, settings);
}

const patternsIn = ({ suggestions }: Suggestions) => suggestions.flatMap(({ rule }) => rule.allow?.run ?? []);

test('nothing is suggested without calls, from too few approvals, or from what was allowed anyway', async () => {
  expect(await suggested([])).toMatchObject({ suggestions: [], blocked: [] });
  expect(await suggested([...times(2, 'npm test'), ...times(5, 'ls')])).toMatchObject({ suggestions: [], blocked: [] });
});

test('a decline starts the count anew', async () => {
  const calls = [...times(3, 'npm test'), ...times(1, 'npm test', { answer: 'decline' }), ...times(2, 'npm test')];
  expect(patternsIn(await suggested(calls))).toEqual([]);
  const again = await suggested([...calls, ...times(1, 'npm test')]);
  expect(again.suggestions).toMatchObject([{ approvals: 3, blast: { calls: 7, approved: 6, declined: 1 } }]);
});

test('what was approved often enough is named exactly, with what the asking rule gave, an expiry and real examples', async () => {
  const calls = [
    ...times(2, 'npm test'),
    ...times(2, 'npm test', { by: 'bob', caller: { agent: 'ci' } }),
    ...times(1, 'npm publish', { answer: 'decline' }),
  ];
  const { suggestions, blocked } = await suggested(calls);
  expect(blocked).toEqual([]);
  expect(suggestions).toMatchObject([
    {
      approvals: 4,
      by: ['ann', 'bob'],
      rule: {
        id: 'approved-npm-test',
        allow: { run: ['npm test'] },
        because: 'approved 4 times by ann, bob on 2026-01-05',
        grant: { write: ['out'] },
        labels: ['logs'],
        expires: '2026-12-31',
        matches: ['npm test'],
        doesNotMatch: ['npm publish', 'npm test x', 'npm test; id'],
      },
      paths: ['p.yaml'],
      exceptions: [{ policy: 'p', rule: 'work', path: 'p.yaml', line: 4, run: ['npm test'] }],
      blast: { calls: 4, approved: 4, declined: 0, unanswered: 0, refused: 0, agents: ['main', 'ci'] },
      warnings: [],
    },
  ]);
});

test('the amended file loads, allows what was approved with the same grants, and asks about all else as before', async () => {
  const policy = await load(rules);
  const { past } = await makePast(policy, [
    ...times(3, 'npm test'),
    { call: 'npm publish' },
    { call: 'npm test x' },
    { call: 'git push' },
  ]);
  const { suggestions } = await suggestRules(past, policy, settings);
  const amended = await loadPolicy(amendedTexts(policy.files, suggestions));
  const { changes } = await replay(past(), async () => amended);
  expect(changes).toMatchObject({ same: 3, looser: 3, tighter: 0, groups: [{ from: 'ask', to: 'allow', calls: 3 }] });
});

test('the printed file loads, also where a suggestion would have allowed what people declined: that one is a comment', async () => {
  const names = ['one', 'two', 'six'].flatMap((name) => times(1, `git push origin feature/${name}`));
  const found = await suggested([
    ...times(3, 'npm test', { by: 'ann' }),
    ...names,
    ...times(1, 'git push origin feature/bad', { answer: 'decline' }),
  ]);
  expect(patternsIn(found)).toEqual(['npm test', 'git push origin feature/*']);
  const text = suggestionsText(found, 'all calls');
  const { files } = await loadPolicy([{ path: 's.yaml', text }]);
  expect(files[0]?.content.rules.map(({ id }) => id)).toEqual(['approved-npm-test']);
  expect(text).toContain('# It would have allowed 4 past calls by main: 3 approved, 1 declined.');
  expect(text).toContain('except: { run: ["npm test"], expires: 2026-12-31 }');
});

test('one word that differs becomes a star behind what it always begins with', async () => {
  const calls = ['a', 'b', 'c'].map((name) => ({ call: `git checkout -b topic-${name}` }));
  expect(patternsIn(await suggested(calls))).toEqual(['git checkout -b topic-*']);
  const files = ['a', 'b', 'c'].map((name) => ({ call: `git add src/${name}.ts` }));
  expect(patternsIn(await suggested(files))).toEqual(['git add src/*.ts']);
});

test.each([
  ['two values', ['git checkout topic-a', 'git checkout topic-a', 'git checkout topic-b']],
  [
    'words that begin with nothing in common, where an option could stand',
    ['git checkout one', 'git checkout two', 'git checkout six'],
  ],
  ['programs', ['npm test', 'git test', 'touch test']],
  ['subcommands', ['git rev-parse HEAD', 'git rev-list HEAD', 'git revert HEAD']],
  ['options', ['git log --no-merges', 'git log --no-color', 'git log --no-patch']],
  ['scripts for an interpreter', ['python3 run/a.py', 'python3 run/b.py', 'python3 run/c.py']],
])('%s are not taken for any', async (_name, commands) => {
  expect(patternsIn(await suggested(commands.map((call) => ({ call }))))).toEqual([]);
});

test('a path that a rule asks about cannot be opened beside it, and that is said', async () => {
  const calls = ['a', 'b', 'c'].map((name) => ({
    call: { tool: 'write', args: { path: `docs/${name}.md`, content: 'x' } },
  }));
  const { suggestions, blocked } = await suggested(calls);
  expect(suggestions).toEqual([]);
  expect(blocked).toMatchObject([
    {
      patterns: ['write: docs/*.md'],
      approvals: 3,
      because: expect.stringContaining('`files` (p.yaml:5) asks about it'),
    },
  ]);
});

test('rules that ask under conditions stay: what they ask about is left out and counted', async () => {
  const text = `${rules}  - { id: two, ask: { run: ["npm *"] }, when: { labels: { all: [untrusted] } }, because: it is a test }\n`;
  const tainted = { caller: { labels: ['untrusted'] } };
  expect(await suggested(times(3, 'npm test', tainted), text)).toMatchObject({ suggestions: [], conditional: 3 });
  const { suggestions } = await suggested(times(3, 'npm test'), text);
  expect(suggestions[0]?.exceptions.map(({ rule }) => rule)).toEqual(['work']);
});

test('secrets, messages and what only the moment knows are never suggested', async () => {
  const text = policyText('{ id: all, ask: { run: ["npm *"], opaque: ["*"] }, because: it is a test }');
  expect(await suggested(times(3, 'npm "$(date)"'), text)).toMatchObject({ suggestions: [], blocked: [] });
});

test('where several files ask, each gets the rule and its exception', async () => {
  const other = rules.replace('policy: p', 'policy: other');
  const policy = await loadPolicy([
    { path: 'p.yaml', text: rules },
    { path: 'other.yaml', text: other },
  ]);
  const { past } = await makePast(policy, times(3, 'npm test'));
  const { suggestions } = await suggestRules(past, policy, settings);
  expect(suggestions).toMatchObject([{ paths: ['p.yaml', 'other.yaml'], blast: { calls: 3 } }]);
});

test('when the last day of a suggestion is over, people are asked as before', async () => {
  const policy = await load(rules);
  const { past } = await makePast(policy, times(3, 'npm test'));
  const { suggestions } = await suggestRules(past, policy, settings);
  const amended = await loadPolicy(amendedTexts(policy.files, suggestions));
  for await (const one of past()) {
    if (one.kind !== 'call') throw new Error('no call');
    const { action, caller, at } = one.call;
    const verdictAt = (now: number) => amended.decide(action, caller, { now, used: [], inputs: [] }).verdict;
    expect([verdictAt(at), verdictAt(Date.parse('2026-12-31T23:59:59Z'))]).toEqual(['allow', 'allow']);
    expect(verdictAt(Date.parse('2027-01-01T00:00:00Z'))).toBe('ask');
  }
});

test('what people approved because of its preview is not suggested', async () => {
  const text = policyText('{ id: all, ask: { run: ["npm *"] }, preview: true, because: it is a test }');
  const policy = await load(rules);
  const { past } = await makePast(policy, times(3, 'npm test'));
  expect(await suggestRules(past, await load(text), settings)).toMatchObject({ suggestions: [], conditional: 3 });
});
