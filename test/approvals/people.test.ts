import { expect, test } from 'vitest';
import {
  isRequester,
  osIdentity,
  peopleOrOwner,
  peopleProblems,
  personOf,
  personOfOsUser,
} from '../../src/approvals/people.ts';
import { personWith } from '../fixtures/people.ts';

test('an account that is no configured person may answer nothing', () => {
  const people = peopleOrOwner([{ id: 'ann', roles: ['operator'] }], 'root');
  expect(personOfOsUser(people, 'root')).toBeNull();
  expect(personOfOsUser(people, 'Ann')).toBeNull();
  expect(personOfOsUser(people, 'ann')).toEqual(personWith('ann', ['operator']));
});

test('a person with channels is known by those alone, not by a name that happens to be theirs', () => {
  const people = peopleOrOwner([{ id: 'ann', roles: ['operator'], channels: ['os:asmith', 'telegram:12345'] }], 'me');
  expect(personOfOsUser(people, 'ann')).toBeNull();
  expect(personOf(people, 'telegram:ann')).toBeNull();
  expect(personOf(people, '12345')).toBeNull();
  expect(personOfOsUser(people, 'asmith')?.id).toBe('ann');
  expect(personOf(people, 'telegram:12345')?.id).toBe('ann');
});

test('two people with one name or one identity are a problem, however it is spelled', () => {
  const who = (id: string, channels?: readonly string[], keys?: readonly string[]) => ({
    id,
    roles: [],
    channels,
    keys,
  });
  expect(peopleProblems([who('ann'), who('bob')])).toEqual([]);
  for (const people of [
    [who('ann', ['os:a']), who('Ann', ['os:b'])],
    [who('ann'), who('bob', ['os:ann'])],
    [who('ann', ['telegram:1']), who('bob', ['telegram:1 '])],
    [who('ann', ['os:x', 'os:x'])],
    [who('ann', ['os:a'], ['ed25519:x']), who('bob', ['os:b'], ['ed25519:x'])],
  ]) {
    expect(peopleProblems(people), JSON.stringify(people)).not.toEqual([]);
  }
});

test('where nobody is configured the owner is the one operator and holds every role', () => {
  const people = peopleOrOwner([], 'me');
  expect(people).toEqual([personWith('me', ['*'])]);
  expect(personOfOsUser(people, 'you')).toBeNull();
});

test('who requested it is told by every name they have', () => {
  const ann = personWith('ann', ['*'], { channels: [osIdentity('asmith'), 'telegram:12345'] });
  for (const name of ['ann', 'Ann', ' ann ', 'ＡＮＮ', 'os:asmith', 'asmith', 'telegram:12345']) {
    expect(isRequester(ann, name), name).toBe(true);
  }
  for (const name of ['agent:main', 'bob', '']) expect(isRequester(ann, name), name).toBe(false);
});
