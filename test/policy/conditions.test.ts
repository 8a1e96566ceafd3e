import { expect, test } from 'vitest';
import type { Caller } from '../../src/kernel/types.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { actionOf, caller, moment, tool } from './situations.ts';

const file = (rules: string) => ({ path: 'p.yaml', text: `policy: p\nrules:\n${rules}` });
const rule = (extra: string, verdict = 'allow') =>
  `  - { id: r, ${verdict}: { tool: [js] }, because: it is a test, ${extra} }\n`;
const js = actionOf([tool('js', 'own')]);

async function verdict(rules: string, by: Partial<Caller> = {}, now = 0, used: readonly number[] = []) {
  return (await loadPolicy([file(rules)])).decide(js, caller(by), { now, used, inputs: [] });
}
const at = (iso: string) => Date.parse(iso);

test.each([
  ['another agent', 'when: { agents: [ci] }', {}],
  ['another channel', 'when: { channels: [slack] }', {}],
  ['another sender', 'when: { senders: [alice] }', { sender: 'mallory' }],
  ['a sender nobody knows', 'when: { senders: [alice] }', { sender: '' }],
  ['a sender without the role', 'when: { roles: [oncall] }', { roles: ['guest'] }],
  ['another trigger', 'when: { triggers: [schedule] }', { trigger: 'message' }],
])('a rule does not hold for %s', async (_name, when, by) => {
  expect((await verdict(rule(when), by)).verdict).toBe('deny');
});

test.each([
  ['the agent', 'when: { agents: ["ma*"] }', {}],
  ['the channel', 'when: { channels: [cli] }', {}],
  ['the sender', 'when: { senders: [alice] }', { sender: 'alice' }],
  ['a role', 'when: { roles: [oncall, lead] }', { roles: ['lead'] }],
  ['a sender with every role', 'when: { roles: [oncall] }', { roles: ['*'] }],
  ['the trigger', 'when: { triggers: [schedule, webhook] }', { trigger: 'webhook' }],
])('a rule holds for %s', async (_name, when, by) => {
  expect((await verdict(rule(when), by)).verdict).toBe('allow');
});

const office = 'when: { time: { days: [mon, tue, wed, thu, fri], hours: "09:00-17:00", zone: Europe/Berlin } }';
test.each([
  ['2026-11-20T07:59:59Z', 'deny'],
  ['2026-11-20T08:00:00Z', 'allow'],
  ['2026-11-20T15:59:59Z', 'allow'],
  ['2026-11-20T16:00:00Z', 'deny'],
  ['2026-11-21T10:00:00Z', 'deny'],
  ['2026-07-17T07:00:00Z', 'allow'],
])('at %s office hours in Berlin say %s', async (now, expected) => {
  expect((await verdict(rule(office), {}, at(now))).verdict).toBe(expected);
});

const night = 'when: { time: { days: [fri], hours: "22:00-06:00" } }';
test.each([
  ['2026-11-20T21:59:00Z', 'deny'],
  ['2026-11-20T22:00:00Z', 'allow'],
  ['2026-11-21T05:59:00Z', 'allow'],
  ['2026-11-21T06:00:00Z', 'deny'],
  ['2026-11-21T23:00:00Z', 'deny'],
  ['2026-11-20T05:00:00Z', 'deny'],
])('at %s the night from Friday says %s', async (now, expected) => {
  expect((await verdict(rule(night), {}, at(now))).verdict).toBe(expected);
});

test('an allow rule opens nothing after the day it expires, and something on that day', async () => {
  const expires = rule('expires: 2026-11-20');
  expect((await verdict(expires, {}, at('2026-11-20T23:59:59Z'))).verdict).toBe('allow');
  expect((await verdict(expires, {}, at('2026-11-21T00:00:00Z'))).verdict).toBe('deny');
});

test('a rule that is used up denies, says why, and lets no looser rule stand', async () => {
  const rules = `${rule('atMost: 2 per 1h', 'ask')}  - { id: loose, allow: { tool: [js] }, because: always }\n`;
  expect((await verdict(rules, {}, 0, [1])).verdict).toBe('ask');
  const decision = await verdict(rules, {}, 0, [2]);
  expect(decision).toMatchObject({ verdict: 'deny', rules: [{ rule: 'r', verdict: 'deny' }], uses: [] });
  expect(decision.because).toContain('it opens at most 2 per 1h, and that is used up');
});

test('a counted rule whose uses are not known is used up', async () => {
  expect((await verdict(rule('atMost: 2 per 1h'), {}, 0, [])).verdict).toBe('deny');
  expect((await verdict(rule('atMost: 2 per 1h'), {}, 0, [Number.NaN])).verdict).toBe('deny');
});

test('a decision names the counted rules that made it', async () => {
  const decision = await verdict(rule('atMost: 2 per 1h'), {}, 0, [0]);
  expect(decision.uses).toEqual([{ policy: 'p', rule: 'r', max: 2, windowMs: 3_600_000 }]);
});

test('a budget denies once the run has used it', async () => {
  const rules = rule('budget: { calls: 3, tokens: 1000 }');
  expect((await verdict(rules, { spent: { calls: 2, tokens: 999 } })).verdict).toBe('allow');
  const calls = await verdict(rules, { spent: { calls: 3, tokens: 0 } });
  expect([calls.verdict, calls.because]).toEqual(['deny', expect.stringContaining('only the first 3 calls of a run')]);
  const tokens = await verdict(rules, { spent: { calls: 0, tokens: 1000 } });
  expect([tokens.verdict, tokens.because]).toEqual(['deny', expect.stringContaining('has used 1000 tokens')]);
});

test.each([
  ['a deny with a bound on its uses', 'deny', 'atMost: 5 per 1h', 'a deny rule opens nothing'],
  ['a deny with a budget', 'deny', 'budget: { calls: 5 }', 'a deny rule opens nothing'],
  ['an ask that expires', 'ask', 'expires: 2026-12-31', 'only an allow rule expires'],
  ['a day that is none', 'allow', 'expires: 2026-02-31', 'no day of the calendar'],
  ['a budget of nothing', 'allow', 'budget: {}', '`budget` names nothing'],
  ['a rate without a time', 'allow', 'atMost: 5', 'such as `5 per 1h`'],
  ['a rate over years', 'allow', 'atMost: 5 per 900d', 'within 30 days'],
  ['a time of nothing', 'allow', 'when: { time: { zone: UTC } }', '`when.time` names nothing'],
  ['a zone nobody knows', 'allow', 'when: { time: { hours: "09:00-10:00", zone: Mars/Base } }', 'is no time zone'],
  ['a time without length', 'allow', 'when: { time: { hours: "09:00-09:00" } }', 'which is no time at all'],
  ['a trigger nobody knows', 'allow', 'when: { triggers: [moon] }', 'when.triggers'],
])('%s stops the load', async (_name, made, extra, because) => {
  await expect(loadPolicy([file(rule(extra, made))])).rejects.toThrow(because);
});

test('applies narrows a layer by sender and trigger', async () => {
  const text = `policy: p\napplies: { senders: [alice], triggers: [schedule] }\nrules:\n${rule('labels: [x]')}`;
  const policy = await loadPolicy([{ path: 'p.yaml', text }]);
  expect(policy.decide(js, caller({ sender: 'alice', trigger: 'schedule' }), moment).verdict).toBe('allow');
  expect(policy.decide(js, caller({ sender: 'alice', trigger: 'message' }), moment).verdict).toBe('deny');
});
