import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultApprovalTerms } from '../../src/kernel/limits.ts';
import { operatorRole, stepUpRank } from '../../src/kernel/terms.ts';
import type { ApprovalTerms, StepUp } from '../../src/kernel/types.ts';
import { combineTerms } from '../../src/policy/combine-terms.ts';

const of = (terms: Partial<ApprovalTerms>): ApprovalTerms => ({ ...defaultApprovalTerms, ...terms });

test('rules that ask different roles leave nobody who could answer for all of them', () => {
  expect(combineTerms([of({ roles: ['oncall'] }), of({ roles: ['lead'] })])).toBeUndefined();
});

test('P4: a rule for operators is not answered by the roles of another rule alone', () => {
  const terms = combineTerms([of({ count: 2 }), of({ roles: ['intern'] })]);
  expect(terms).toMatchObject({ roles: ['intern'], count: 2, operatorsMin: 2 });
});

test('an escalation counts from when every rule lets the role in', () => {
  const base = { roles: ['oncall'], withinMs: 900_000 };
  const to = (afterMs: number, ...roles: string[]) => of({ ...base, escalate: [{ afterMs, roles }] });
  expect(combineTerms([to(60_000, 'lead'), of(base)])?.escalate).toEqual([]);
  expect(combineTerms([to(60_000, 'lead'), to(120_000, 'lead', 'chief')])?.escalate).toEqual([
    { afterMs: 120_000, roles: ['lead'] },
  ]);
  const leads = of({ ...base, roles: ['lead', 'oncall'] });
  expect(combineTerms([to(60_000, 'lead'), leads])?.escalate).toEqual([{ afterMs: 60_000, roles: ['lead'] }]);
  expect(combineTerms([to(60_000, 'lead'), to(60_000, 'lead'), of({ ...leads, withinMs: 30_000 })])?.escalate).toEqual(
    [],
  );
});

test('rules without roles escalate from operators, and one that names roles wins over their escalations', () => {
  const open = of({ escalate: [{ afterMs: 60_000, roles: ['lead'] }] });
  expect(combineTerms([open])).toEqual(open);
  expect(combineTerms([open, of({ roles: ['oncall'] })])).toMatchObject({ operatorsMin: 1, escalate: [] });
});

const role = fc.constantFrom('oncall', 'lead', 'intern', operatorRole);
const terms = fc.record({
  roles: fc.uniqueArray(role, { maxLength: 3 }),
  count: fc.integer({ min: 1, max: 3 }),
  operatorsMin: fc.constant(0),
  withinMs: fc.integer({ min: 5, max: 40 }),
  escalate: fc.array(
    fc.record({ afterMs: fc.integer({ min: 1, max: 40 }), roles: fc.uniqueArray(role, { minLength: 1 }) }),
    { maxLength: 1 },
  ),
  stepUp: fc.constantFrom<StepUp>('none', 'code', 'signature'),
});
/** Somebody who approves: their roles, when, and what they show. */
const answers = fc.array(
  fc.record({
    roles: fc.uniqueArray(role),
    at: fc.nat(40),
    shows: fc.constantFrom<StepUp>('none', 'code', 'signature'),
  }),
  { maxLength: 4 },
);

/** What the terms mean, said once more without the code that reads them. */
function isSatisfied(wanted: ApprovalTerms, given: readonly { roles: string[]; at: number; shows: StepUp }[]): boolean {
  const inTime = given.filter(
    ({ at, shows }) => at < wanted.withinMs && stepUpRank[shows] >= stepUpRank[wanted.stepUp],
  );
  const first = wanted.roles.length > 0 ? wanted.roles : [operatorRole];
  const may = inTime.filter(({ roles, at }) =>
    roles.some(
      (one) => first.includes(one) || wanted.escalate.some((step) => step.afterMs <= at && step.roles.includes(one)),
    ),
  );
  const operators = inTime.filter(({ roles }) => roles.includes(operatorRole));
  return may.length >= wanted.count && operators.length >= wanted.operatorsMin;
}

test('P4: who satisfies the terms of all rules together satisfies each of them', () => {
  let checked = 0;
  fc.assert(
    fc.property(fc.array(terms, { minLength: 1, maxLength: 3 }), answers, (asking, given) => {
      const all = combineTerms(asking);
      if (all === undefined || !isSatisfied(all, given)) return;
      checked += 1;
      for (const one of asking) expect(isSatisfied(one, given)).toBe(true);
    }),
    { numRuns: 4_000 },
  );
  expect(checked).toBeGreaterThan(100);
});

test('P4: the order of the rules does not matter', () => {
  fc.assert(
    fc.property(fc.array(terms, { minLength: 1, maxLength: 3 }), (asking) => {
      expect(combineTerms([...asking].reverse())).toEqual(combineTerms(asking));
    }),
  );
});
