import { expect, test } from 'vitest';
import { isWithin, patternWords, reachOf, whyOnlyOnce } from '../../../src/approvals/standing/offer.ts';
import { seal, withChanges } from '../../../src/kernel/seal.ts';
import type { Action, Caller, Decision, Effect, RunEffect } from '../../../src/kernel/types.ts';
import { actionOf, caller, decisionOf } from '../../fixtures/ports.ts';

const run = (argv: readonly string[], changes: Partial<RunEffect> = {}): RunEffect => ({
  kind: 'run',
  argv,
  assignments: [],
  spellings: [],
  outside: [],
  standing: 'own',
  ...changes,
});
const tool: Effect = { kind: 'tool', name: 'exec', standing: 'implied' };

interface Changes {
  readonly action?: Partial<Action>;
  readonly decision?: Partial<Decision>;
  readonly caller?: Partial<Caller>;
  readonly effects?: readonly Effect[];
  readonly inputs?: readonly string[];
  readonly contents?: readonly { path: string; content: string }[];
}

function questionOf(argv: readonly string[], changes: Changes = {}) {
  const action: Action = {
    ...actionOf('exec', '/work/place', 'container'),
    args: { command: argv.join(' ') },
    effects: changes.effects ?? [tool, run(argv)],
    ...changes.action,
  };
  const asker = { ...caller, ...changes.caller };
  const decision = { ...decisionOf('ask'), ...changes.decision };
  const beside = { inputs: changes.inputs ?? [], shadows: [], contents: changes.contents ?? [] };
  return { sealed: seal(action, decision, beside, asker), caller: asker };
}

const push = ['git', 'push', 'origin'];
const asked = questionOf(push);
const exact = reachOf(asked, false);
const pattern = reachOf(asked, true);

test('without a pattern nothing but the very action is within reach', () => {
  expect(isWithin(exact, questionOf([...push, 'main']))).toBe(false);
  expect(isWithin(exact, questionOf(['git', 'push']))).toBe(false);
  expect(isWithin(exact, questionOf(push, { action: { toolVersion: 'sha256:other' } }))).toBe(false);
  expect(isWithin(exact, questionOf(push, { decision: { policyDigest: 'sha256:other' } }))).toBe(false);
  expect(isWithin(exact, questionOf(push))).toBe(true);
});

test.each<[string, Changes]>([
  ['another session', { caller: { session: 'agent:main:other' } }],
  ['another agent', { caller: { agent: 'other' } }],
  ['another sender', { caller: { sender: 'mallory' } }],
  ['another channel', { caller: { channel: 'telegram' } }],
  ['another requester', { caller: { requestedBy: 'agent:other' } }],
  ['a label that people did not see', { caller: { labels: ['untrusted'] } }],
  ['a label on the files it reads', { inputs: ['untrusted'] }],
])('%s is out of reach, with and without a pattern', (_what, changes) => {
  expect(isWithin(exact, questionOf(push, changes))).toBe(false);
  expect(isWithin(pattern, questionOf(push, changes))).toBe(false);
});

test.each<[string, Changes]>([
  ['another tool', { action: { tool: 'shell' } }],
  ['another version of the tool', { action: { toolVersion: 'sha256:other' } }],
  ['another argument', { action: { args: { command: 'git push origin main', timeoutMs: 9 } } }],
  ['another effect', { effects: [tool, run([...push, 'main']), { kind: 'secret', name: 'x', standing: 'implied' }] }],
  ['another command beside it', { effects: [tool, run([...push, 'main']), run(['true'])] }],
  ['an assignment', { effects: [tool, run([...push, 'main'], { assignments: ['GIT_SSH=evil'] })] }],
  ['a word outside the workspace', { effects: [tool, run([...push, '/etc'], { outside: ['/etc'] })] }],
  ['other grants', { decision: decisionOf('ask', { write: ['.'] }) }],
  ['other rules', { decision: { rules: [] } }],
  ['other terms', { decision: { terms: { ...asked.sealed.decision.terms, count: 2 } } }],
  ['another policy', { decision: { policyDigest: 'sha256:other' } }],
  ['labels on the result', { decision: { labels: ['private'] } }],
  ['another text in a file it reads', { contents: [{ path: '/work/place/x', content: 'sha256:1' }] }],
  ['another workspace', { action: { workspace: '/elsewhere' } }],
])('a pattern is about further words of the command: %s is out of reach', (_what, changes) => {
  expect(isWithin(pattern, questionOf([...push, 'main'], changes))).toBe(false);
});

test('a pattern covers its words with any further ones behind them', () => {
  expect(isWithin(pattern, questionOf(push))).toBe(true);
  expect(isWithin(pattern, questionOf([...push, 'main', '--tags']))).toBe(true);
  expect(isWithin(pattern, questionOf(['git', 'push', 'fork', 'main']))).toBe(false);
  expect(isWithin(pattern, questionOf(['git', 'push', 'originx']))).toBe(false);
  expect(isWithin(pattern, questionOf(['git', 'push']))).toBe(false);
});

test('fewer labels than people saw stay within reach', () => {
  const labelled = questionOf(push, { caller: { labels: ['private', 'untrusted'] } });
  expect(isWithin(reachOf(labelled, false), questionOf(push, { caller: { labels: ['private'] } }))).toBe(true);
});

test('a pattern is offered for one command alone', () => {
  expect(patternWords(asked.sealed)).toEqual(push);
  expect(patternWords(questionOf(push, { effects: [tool, run(push), run(['ls'])] }).sealed)).toBeNull();
  expect(patternWords(questionOf(push, { effects: [tool] }).sealed)).toBeNull();
  const assigned = run(push, { assignments: ['GIT_SSH=x'] });
  expect(patternWords(questionOf(push, { effects: [tool, assigned] }).sealed)).toBeNull();
  const read: Effect = { kind: 'read', path: 'a', absolute: '/work/place/a', standing: 'own' };
  expect(patternWords(questionOf(push, { effects: [tool, read] }).sealed)).toBeNull();
  expect(patternWords(questionOf(push, { action: { args: { code: 'x' } } }).sealed)).toBeNull();
});

test('a previewed call, and one whose answers must be proven, are approved once only', () => {
  const changes = { id: 'a'.repeat(32), files: [], digest: `sha256:${'1'.repeat(64)}` };
  const previewed = withChanges(asked.sealed, changes);
  expect(whyOnlyOnce(previewed)).toMatch(/different each time/);
  expect(patternWords(previewed)).toBeNull();
  expect(isWithin(reachOf({ ...asked, sealed: previewed }, false), { ...asked, sealed: previewed })).toBe(false);
  const terms = { ...asked.sealed.decision.terms, stepUp: 'code' as const };
  expect(whyOnlyOnce(questionOf(push, { decision: { terms } }).sealed)).toMatch(/proven/);
  expect(whyOnlyOnce(asked.sealed)).toBe('');
});
