// A test report as findings with places, as SARIF wants them: tests that fail are errors, what no test sees is a warning.

import { failuresOf, problemsOf, type TestReport } from './report.ts';

/** What was found at a place. */
export interface TestFinding {
  readonly ruleId: string;
  readonly level: 'error' | 'warning';
  readonly message: string;
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** Every finding of a report. */
export function findingsOf(report: TestReport): readonly TestFinding[] {
  return [
    ...problemsOf(report).map(({ path, line, column, what }) =>
      finding('test-file', 'error', what, path, line, column),
    ),
    ...failuresOf(report).map(({ path, line, column, call, differences, because }) =>
      finding('test-fails', 'error', `\`${call}\` ${differences.join('; ')}: ${because}`, path, line, column),
    ),
    ...report.policies.flatMap(({ path, untouched, mutants }) => [
      ...untouched.map(({ rule, line, column, hint }) =>
        finding('rule-untested', 'warning', `no test touches rule \`${rule}\`; ${hint}`, path, line, column),
      ),
      ...(mutants?.survivors ?? []).map(({ rule, change, line, column, hint }) =>
        finding(
          'mutant-survives',
          'warning',
          `no test notices rule \`${rule}\` ${change}; ${hint}`,
          path,
          line,
          column,
        ),
      ),
    ]),
  ];
}

const finding = (
  ruleId: string,
  level: TestFinding['level'],
  message: string,
  path: string,
  line: number,
  column: number,
): TestFinding => ({ ruleId, level, message, path, line, column });
