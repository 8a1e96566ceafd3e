import { expect, test } from 'vitest';
import type { Past, PastCall } from '../../../src/policy/history/past-call.ts';
import { suggestFor } from '../../../src/policy/history/suggest.ts';
import { load, type Made, makePast, policyText, start } from './past.ts';

const rules = policyText(
  '{ id: look, allow: { run: ["ls *"], read: ["**"] }, because: it is a test }',
  '{ id: work, ask: { run: ["npm *", "git *"] }, because: it is a test }',
  '{ id: secret, ask: { secret: ["*"] }, because: it is a test }',
  '{ id: late, ask: { run: ["make *"] }, when: { labels: { any: [untrusted] } }, because: it is a test }',
);

/** A rule for the last of these calls. */
async function wanted(calls: readonly Made[], text = rules) {
  const policy = await load(text);
  const { past } = await makePast(policy, calls);
  const made = (await Array.fromAsync<Past>(past())).flatMap((one): PastCall[] =>
    one.kind === 'call' ? [one.call] : [],
  );
  const last = made.at(-1);
  if (last === undefined) throw new Error('no call was made');
  const { action, caller, inputs } = last;
  return suggestFor({ action, caller, inputs, by: 'cleo' }, past, policy, { expires: '2026-12-31', now: start });
}

test('no rule is made for what no rule asks about, or what rules ask about under conditions', async () => {
  expect(await wanted([{ call: 'ls' }])).toMatchObject({
    suggestions: [],
    blocked: [{ because: 'today no rule asks about it' }],
  });
  const made = await wanted([{ call: 'make all', caller: { labels: ['untrusted'] } }]);
  expect(made).toMatchObject({
    suggestions: [],
    blocked: [{ because: expect.stringMatching(/only under conditions/) }],
  });
});

test('one question is enough, and the reach of the rule over the past is told', async () => {
  const found = await wanted([
    { call: 'git status' },
    { call: 'npm test', answer: 'decline' },
    { call: 'git push' },
    { call: 'npm test', answer: 'decline' },
  ]);
  expect(found.blocked).toEqual([]);
  expect(found.suggestions).toMatchObject([
    {
      rule: { allow: { run: ['npm test'] }, expires: '2026-12-31', because: 'asked for by cleo on 2026-01-05' },
      blast: { calls: 2, approved: 0, declined: 2 },
    },
  ]);
});

test('earlier approvals of the same are counted', async () => {
  const found = await wanted([{ call: 'git push' }, { call: 'git push', by: 'bob' }]);
  expect(found.suggestions).toMatchObject([
    { approvals: 2, by: ['ann', 'bob'], rule: { allow: { run: ['git push'] } } },
  ]);
});
