// The closing line of `npm test` says what the runner reported, and nothing when it reported nothing.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const script = join(import.meta.dirname, '../../scripts/test-counts.mjs');

function counts(report: object | string, argumentCount = 0): { code: number; stdout: string } {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-counts-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'report.json');
  writeFileSync(file, typeof report === 'string' ? report : JSON.stringify(report));
  try {
    const args = [script, file, String(argumentCount)];
    return { code: 0, stdout: execFileSync(process.execPath, args, { encoding: 'utf8', stdio: 'pipe' }) };
  } catch (error) {
    const { status, stdout } = error as { status: number; stdout: string };
    return { code: status, stdout };
  }
}

const loaded = { status: 'passed', assertionResults: [{}] };

test('no report, no line', () => expect(counts('')).toEqual({ code: 1, stdout: '' }));

test('half a report, no line', () => expect(counts('{"numTotalTests":')).toEqual({ code: 1, stdout: '' }));

test('a file that did not load counts as a failure', () => {
  const testResults = [loaded, { status: 'failed', assertionResults: [] }];
  const report = { numTotalTests: 3, numPassedTests: 2, numFailedTests: 1, testResults };
  expect(counts(report).stdout).toBe('2 passed, 2 failed\n');
});

test('skipped tests fail a whole run', () => {
  const report = { numTotalTests: 3, numPassedTests: 2, numFailedTests: 0, testResults: [loaded] };
  expect(counts(report)).toEqual({ code: 1, stdout: '1 tests were skipped, and none may be\n2 passed, 0 failed\n' });
});

test('a run of chosen tests may leave others out', () => {
  const report = { numTotalTests: 3, numPassedTests: 2, numFailedTests: 0, testResults: [loaded] };
  expect(counts(report, 1)).toEqual({ code: 0, stdout: '2 passed, 0 failed\n' });
});
