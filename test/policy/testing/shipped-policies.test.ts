// The policies that ship hold what their tests say: every rule is touched, and no mistake in one goes unnoticed.

import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { failuresOf, isGood, problemsOf, type TestReport } from '../../../src/policy/testing/report.ts';
import { runTests } from '../../../src/policy/testing/run-tests.ts';
import { settings } from './folder-with.ts';

const names = readdirSync('policies').filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'));

test('five policies ship, each with tests beside it', () => {
  expect(names).toEqual(['ci.yaml', 'default.yaml', 'developer.yaml', 'incident-rca.yaml', 'locked-down.yaml']);
  const tests = readdirSync('policies').filter((name) => name.endsWith('.test.yaml'));
  expect(tests).toEqual(names.map((name) => name.replace('.yaml', '.test.yaml')));
});

describe.each(names)('%s', (name) => {
  let report: TestReport;

  beforeAll(async () => {
    report = await runTests([`policies/${name.replace('.yaml', '.test.yaml')}`], settings);
  });

  test('every call comes to what its test says', () => {
    expect(problemsOf(report)).toEqual([]);
    expect(failuresOf(report).map(({ call, differences, because }) => ({ call, differences, because }))).toEqual([]);
  });

  test('every rule is touched, and every mutant is noticed', () => {
    const [policy] = report.policies;
    expect(policy?.rules).toBeGreaterThan(5);
    expect(policy?.untouched).toEqual([]);
    expect(policy?.mutants?.made).toBeGreaterThan(20);
    expect(policy?.mutants?.survivors).toEqual([]);
    expect(isGood(report, true)).toBe(true);
  });

  test('its tests are about something: calls that are opened and calls that are refused', () => {
    const calls = report.files.flatMap((file) => (file.kind === 'ran' ? file.calls : []));
    const isBroad = ['ci.yaml', 'default.yaml', 'developer.yaml'].includes(name);
    expect(calls.length).toBeGreaterThan(isBroad ? 300 : 60);
  });
});
