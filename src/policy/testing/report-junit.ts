// A test report as JUnit suites: one for each test file with a test for each call, one for each policy with a test for
// each rule (is it touched?) and each mutant that nobody noticed.

import type { JunitCase, JunitSuite } from '../report/junit.ts';
import type { PolicyReport, TestFileReport, TestReport } from './report.ts';

/**
 * The suites of a report. Rules that no test touches and mutants that none noticed are failures if `isStrict`, otherwise
 * they are left out.
 */
export const junitSuites = (report: TestReport, isStrict: boolean): readonly JunitSuite[] => [
  ...report.files.map(suiteOfFile),
  ...(isStrict ? report.policies.map(suiteOfPolicy) : []),
];

function suiteOfFile(file: TestFileReport): JunitSuite {
  if (file.kind === 'broken') {
    const cases = file.problems.map(({ path, line, column, what }) =>
      failed(file.path, 'the file can be used', what, `${path}:${line}:${column}: ${what}`),
    );
    return { name: file.path, seconds: 0, cases };
  }
  const cases = file.calls.map(({ case: name, call, failure }): JunitCase => {
    const test = { className: name, name: call };
    if (failure === null) return { ...test, failure: null };
    const { path, line, column, differences, because } = failure;
    const details = `${path}:${line}:${column}: ${differences.join('; ')}: ${because}`;
    return { ...test, failure: { message: differences.join('; '), details } };
  });
  return { name: file.path, seconds: file.ms / 1_000, cases };
}

function suiteOfPolicy({ path, untouched, mutants }: PolicyReport): JunitSuite {
  const cases = [
    ...untouched.map(({ rule, line, hint }) =>
      failed(path, `rule ${rule} is tested`, 'no test touches it', `${path}:${line}: ${hint}`),
    ),
    ...(mutants?.survivors ?? []).map(({ rule, change, line, hint }) =>
      failed(path, `rule ${rule} ${change} is noticed`, 'no test notices it', `${path}:${line}: ${hint}`),
    ),
  ];
  return { name: path, seconds: (mutants?.ms ?? 0) / 1_000, cases };
}

const failed = (className: string, name: string, message: string, details: string): JunitCase => ({
  className,
  name,
  failure: { message, details },
});
