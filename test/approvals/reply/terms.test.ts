import { expect, test } from 'vitest';
import { resolveScope } from '../../../src/approvals/reply/terms.ts';

const noon = Date.UTC(2026, 10, 21, 12);
const hour = 3_600_000;

test('a time of day that has passed is not taken for tomorrow', () => {
  expect(resolveScope({ kind: 'clock', hour: 11, minute: 59, zone: 'utc' }, noon)).toMatch(/has passed today/);
  expect(resolveScope({ kind: 'clock', hour: 12, minute: 0, zone: 'utc' }, noon)).toMatch(/has passed/);
  expect(resolveScope({ kind: 'until', at: noon - 1 }, noon)).toMatch(/has passed/);
});

test('nothing lasts longer than 7 days', () => {
  expect(resolveScope({ kind: 'until', at: noon + 169 * hour }, noon)).toMatch(/7 days at most/);
});

test('durations and times become moments', () => {
  expect(resolveScope({ kind: 'for', ms: 2 * hour }, noon)).toEqual({ kind: 'until', at: noon + 2 * hour });
  expect(resolveScope({ kind: 'clock', hour: 18, minute: 30, zone: 'utc' }, noon)).toEqual({
    kind: 'until',
    at: noon + 6.5 * hour,
  });
  const local = new Date(noon);
  local.setHours(23, 59, 0, 0);
  const expected = local.getTime() > noon ? { kind: 'until', at: local.getTime() } : expect.any(String);
  expect(resolveScope({ kind: 'clock', hour: 23, minute: 59, zone: 'local' }, noon)).toEqual(expected);
});

test('the other scopes stay as they are', () => {
  expect(resolveScope({ kind: 'once' }, noon)).toEqual({ kind: 'once' });
  expect(resolveScope({ kind: 'session' }, noon)).toEqual({ kind: 'session' });
  expect(resolveScope({ kind: 'uses', max: 3 }, noon)).toEqual({ kind: 'uses', max: 3 });
});
