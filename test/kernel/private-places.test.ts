import { expect, test } from 'vitest';
import { isPrivatePlace } from '../../src/kernel/private-places.ts';

const home = '/home/op/.sallyport';

test.each<[string, string, string, boolean]>([
  ['the state home is private', home, '/srv/work', true],
  ['what lies in it is private', `${home}/sallyport.db`, '/srv/work', true],
  ['a name that only begins like it is not', `${home}-notes/a`, '/srv/work', false],
  ['an own workspace inside it is not', `${home}/agents/main/workspace/a`, `${home}/agents/main/workspace`, false],
  ['the workspace of another agent is', `${home}/agents/other/workspace/a`, `${home}/agents/main/workspace`, true],
  [
    'the home is private although the workspace is in it',
    `${home}/sallyport.db`,
    `${home}/agents/main/workspace`,
    true,
  ],
  ['a workspace around the home keeps it closed', `${home}/sallyport.db`, '/home/op', true],
  ['a workspace that is the home itself opens nothing of it', `${home}/sallyport.db`, home, true],
  ['what lies elsewhere is not private because of it', '/home/op/other', home, false],
])('%s', (_name, absolute, workspace, isPrivate) => {
  expect(isPrivatePlace(absolute, [home], workspace)).toBe(isPrivate);
});
