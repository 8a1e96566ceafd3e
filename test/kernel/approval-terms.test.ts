import { expect, test } from 'vitest';
import { checkedDecision } from '../../src/kernel/checked.ts';
import { defaultApprovalTerms } from '../../src/kernel/limits.ts';
import { seal } from '../../src/kernel/seal.ts';
import type { ApprovalTerms } from '../../src/kernel/types.ts';
import { actionOf, caller, decisionOf } from '../fixtures/ports.ts';

const decision = decisionOf('ask');
const digestWith = (terms: Partial<ApprovalTerms>) =>
  seal(
    actionOf('exec'),
    { ...decision, terms: { ...defaultApprovalTerms, ...terms } },
    { inputs: [], shadows: [], contents: [] },
    caller,
  ).digest;

test('P3: a decision whose terms make no sense is a denial', () => {
  const policy = { digest: decision.policyDigest, counted: [], decide: () => decision };
  const verdictWith = (terms: object) =>
    checkedDecision(() => ({ ...decision, terms: { ...defaultApprovalTerms, ...terms } }), policy).verdict;
  expect(verdictWith({})).toBe('ask');
  for (const terms of [
    { count: 0 },
    { count: 1.5 },
    { withinMs: 0 },
    { operatorsMin: -1 },
    { operatorsMin: undefined },
    { roles: [1] },
    { stepUp: 'password' },
    { stepUp: undefined },
    { escalate: undefined },
    { escalate: [{ afterMs: 0, roles: ['lead'] }] },
    { escalate: [{ afterMs: 1, roles: 'lead' }] },
  ]) {
    expect(verdictWith(terms), JSON.stringify(terms)).toBe('deny');
  }
});

test('P5: everything about who may approve is under the digest', () => {
  const all: readonly Partial<ApprovalTerms>[] = [
    {},
    { roles: ['oncall'] },
    { count: 2 },
    { operatorsMin: 1 },
    { withinMs: 1 },
    { escalate: [{ afterMs: 1, roles: ['lead'] }] },
    { escalate: [{ afterMs: 2, roles: ['lead'] }] },
    { stepUp: 'code' },
    { stepUp: 'signature' },
  ];
  const digests = all.map(digestWith);
  expect(new Set(digests).size).toBe(all.length);
});
