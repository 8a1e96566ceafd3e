import { expect, test } from 'vitest';
import type { Delegation } from '../../src/approvals/delegations.ts';
import type { Person } from '../../src/approvals/people.ts';
import { type Asked, missing, neverEnough, type Right, standingOf, stillStands } from '../../src/approvals/rights.ts';
import { defaultApprovalTerms } from '../../src/kernel/limits.ts';
import type { ApprovalTerms } from '../../src/kernel/types.ts';
import { personWith } from '../fixtures/people.ts';

const now = 1_000_000;
const ann = personWith('ann', ['oncall']);
const bob = personWith('bob', []);
const cleo = personWith('cleo', ['oncall', 'lead']);
const dan = personWith('dan', ['operator']);
const people = [ann, bob, cleo, dan];

const asked = (terms: Partial<ApprovalTerms> = {}, requestedBy = 'agent:main'): Asked => ({
  terms: { ...defaultApprovalTerms, roles: ['oncall'], ...terms },
  requestedBy,
  askedAt: now,
});
const lent = (from: Person, to: Person, role: string, more: Partial<Delegation> = {}): Delegation => ({
  id: `d-${from.id}-${to.id}`,
  from: from.id,
  to: to.id,
  role,
  madeAt: 0,
  until: now + 1_000,
  revokedAt: 0,
  ...more,
});
const with_ = (...delegations: readonly Delegation[]) => ({ people, delegations });
const standing = (person: Person | undefined, about: Asked, directory = with_(), at = now, taken: string[] = []) =>
  standingOf(person, about, directory, at, taken);
const refusal = (because: RegExp) => ({ kind: 'may-not', because: expect.stringMatching(because) });
const right = (person: Person | undefined, about: Asked, directory = with_(), taken: string[] = []): Right => {
  const found = standing(person, about, directory, now, taken);
  if (found.kind === 'may-not') throw new Error(found.because);
  return found.right;
};

test('nobody, somebody without the role, and who requested it may not answer', () => {
  expect(standing(undefined, asked())).toEqual(refusal(/not among the people/));
  expect(standing(bob, asked())).toEqual(refusal(/needs the role `oncall`, and you have no role/));
  expect(standing(dan, asked())).toEqual(refusal(/and you have `operator`/));
  expect(standing(ann, asked({ roles: [] }))).toEqual(refusal(/needs the role `operator`/));
  expect(standing(ann, asked({}, 'os:ann'))).toEqual(refusal(/nobody approves their own request/));
});

test('a delegation of another role, to somebody else, revoked, over or not begun opens nothing', () => {
  for (const delegation of [
    lent(cleo, bob, 'lead'),
    lent(ann, dan, 'oncall'),
    lent(ann, bob, 'oncall', { revokedAt: 1 }),
    lent(ann, bob, 'oncall', { until: now }),
    lent(ann, bob, 'oncall', { madeAt: now + 1 }),
    lent(ann, bob, '*'),
    lent(dan, bob, 'oncall'),
    lent(personWith('gone', ['oncall']), bob, 'oncall'),
  ]) {
    expect(standing(bob, asked(), with_(delegation)).kind, JSON.stringify(delegation)).toBe('may-not');
  }
  expect(right(bob, asked(), with_(lent(ann, bob, 'oncall')))).toMatchObject({ person: 'bob', authority: 'ann' });
});

test('who requested a call neither gets a role for it nor lends one', () => {
  const toBob = with_(lent(ann, bob, 'oncall'));
  expect(standing(bob, asked({}, 'bob'), toBob).kind).toBe('may-not');
  expect(standing(bob, asked({}, 'os:ann'), toBob).kind).toBe('may-not');
});

test('a role that was lent is not lent further', () => {
  const chain = with_(lent(ann, bob, 'oncall'), lent(bob, dan, 'oncall'));
  expect(standing(dan, asked(), chain).kind).toBe('may-not');
});

test('a right that was used stands only for as long as what it rests on', () => {
  const directory = with_(lent(ann, bob, 'oncall'));
  const used = right(bob, asked(), directory);
  expect(stillStands(used, asked(), directory, now)).toEqual(used);
  expect(stillStands(used, asked(), directory, now + 1_000)).toBeNull();
  expect(stillStands(used, asked(), with_(), now)).toBeNull();
  expect(stillStands({ ...used, delegation: '' }, asked(), directory, now)).toBeNull();
  // What he said for Ann is not what he says for himself, should he get the role later.
  expect(stillStands(used, asked(), { people: [ann, { ...bob, roles: ['oncall'] }], delegations: [] }, now)).toBeNull();
  expect(
    stillStands(used, asked(), { people: [{ ...ann, roles: [] }, bob], delegations: directory.delegations }, now),
  ).toBeNull();
  expect(stillStands(right(ann, asked()), asked(), { people: [bob], delegations: [] }, now)).toBeNull();
});

test('somebody and who lent them the role count once together', () => {
  const two = { ...defaultApprovalTerms, roles: ['oncall'], count: 2 };
  const directory = with_(
    lent(ann, bob, 'oncall'),
    lent(ann, dan, 'oncall'),
    lent(cleo, dan, 'oncall', { id: 'other' }),
  );
  const bobForAnn = right(bob, asked(), directory);
  expect(missing(two, [bobForAnn, right(ann, asked())])).toBe(1);
  expect(missing(two, [bobForAnn, right(dan, asked(), with_(lent(ann, dan, 'oncall')))])).toBe(1);
  expect(missing(two, [bobForAnn, right(cleo, asked())])).toBe(0);
  // Whose role is free is preferred, so that the second one counts.
  const danForCleo = right(dan, asked(), directory, ['bob', 'ann']);
  expect(danForCleo.authority).toBe('cleo');
  expect(missing(two, [bobForAnn, danForCleo])).toBe(0);
});

test('operators that are wanted besides are people of their own or of both kinds', () => {
  const terms = { count: 1, operatorsMin: 1 };
  const both = personWith('eve', ['oncall', 'operator']);
  const rights = (...who: Person[]) =>
    who.map((person) => right(person, asked(terms), { people: [...people, both], delegations: [] }));
  const wanted = { ...defaultApprovalTerms, roles: ['oncall'], ...terms };
  expect(missing(wanted, rights(ann))).toBe(1);
  expect(missing(wanted, rights(dan))).toBe(1);
  expect(missing(wanted, rights(ann, cleo))).toBe(1);
  expect(missing(wanted, rights(ann, dan))).toBe(0);
  expect(missing(wanted, rights(both))).toBe(0);
});

test('a second group may answer from its moment on, and not before', () => {
  const terms = { escalate: [{ afterMs: 60_000, roles: ['operator'] }] };
  expect(standing(dan, asked(terms), with_(), now + 59_999)).toEqual(
    refusal(/you may answer from 1970-01-01T00:17:40/),
  );
  expect(standing(dan, asked(terms), with_(), now + 60_000).kind).toBe('may');
  expect(standing(ann, asked(terms), with_(), now + 60_000).kind).toBe('may');
});

test('whether there are enough people counts escalations, and neither the requester nor lent roles', () => {
  expect(neverEnough(asked({ count: 2 }), with_())).toBe(0);
  expect(neverEnough(asked({ count: 3 }), with_(lent(ann, bob, 'oncall')))).toBe(1);
  expect(neverEnough(asked({ count: 2 }, 'ann'), with_())).toBe(1);
  const escalate = [{ afterMs: 60_000, roles: ['operator'] }];
  expect(neverEnough(asked({ count: 3, escalate }), with_())).toBe(0);
  expect(neverEnough(asked({ count: 3, operatorsMin: 2, escalate }), with_())).toBe(1);
});
