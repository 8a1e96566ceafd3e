import { expect, test } from 'vitest';
import { countEligible, peopleOrOwner, personOfOsUser, whyNotAnswer } from '../../src/approvals/people.ts';
import { defaultApprovalTerms } from '../../src/kernel/limits.ts';

const anyOperator = defaultApprovalTerms;

test('an account that is no configured person may answer nothing', () => {
  const people = [{ id: 'ann', roles: ['operator'] }];
  expect(personOfOsUser(people, 'root')).toBeNull();
  expect(personOfOsUser(people, 'Ann')).toBeNull();
  expect(personOfOsUser(people, 'ann')).toEqual(people[0]);
  expect(peopleOrOwner(people, 'root')).toEqual(people);
});

test('where nobody is configured the owner is the one operator and holds every role', () => {
  const people = peopleOrOwner([], 'me');
  expect(people.map(({ id }) => id)).toEqual(['me']);
  expect(countEligible(people, { ...anyOperator, roles: ['anything'] }, 'agent:main')).toBe(1);
  expect(personOfOsUser(people, 'you')).toBeNull();
});

test('a rule without roles wants an operator', () => {
  expect(whyNotAnswer({ id: 'ann', roles: ['oncall'] }, anyOperator, 'agent:main')).toMatch(
    /needs the role `operator`/,
  );
  expect(whyNotAnswer({ id: 'ann', roles: ['operator'] }, anyOperator, 'agent:main')).toBe('');
});

test('who requested it may not approve it, however the name is spelled', () => {
  for (const name of ['ann', 'Ann', ' ann ', 'ＡＮＮ']) {
    expect(whyNotAnswer({ id: 'ann', roles: ['*'] }, anyOperator, name)).toMatch(/nobody approves their own request/);
  }
});
