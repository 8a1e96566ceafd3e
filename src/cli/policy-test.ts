// `sallyport policy test`: runs the tests beside policies. Nothing is executed, recorded or kept but the reports asked for.

import { writeFileSync } from 'node:fs';
import { messageOf } from '../kernel/checked.ts';
import { junitText } from '../policy/report/junit.ts';
import { sarifText } from '../policy/report/sarif.ts';
import { isGood } from '../policy/testing/report.ts';
import { findingsOf } from '../policy/testing/report-findings.ts';
import { junitSuites } from '../policy/testing/report-junit.ts';
import { runTests } from '../policy/testing/run-tests.ts';
import { builtInTools } from '../sandbox/tools/index.ts';
import type { Context } from './command.ts';
import { exitCode, UsageError } from './exit-codes.ts';
import { findTestFiles } from './find-test-files.ts';
import { policyFilesOf } from './policy-files.ts';
import { progressOn } from './progress.ts';
import { jsonText } from './screen.ts';
import { showReport } from './show-policy-test.ts';

/** Options of the command. */
export interface PolicyTestOptions {
  readonly mutations: boolean;
  readonly strict: boolean;
  readonly junit?: string;
  readonly sarif?: string;
}

/** Runs test files; exit code 0 if all is good, 1 if not. */
export function testPolicies(
  named: readonly string[],
  options: PolicyTestOptions,
  version: string,
): (context: Context) => Promise<number> {
  return async ({ settings, screen, signal }) => {
    const agents = ['main', ...Object.keys(settings.config.agents)];
    const files = findTestFiles(
      named,
      agents.flatMap((agent) => policyFilesOf(settings, agent, [])),
    );
    const progress = progressOn(screen);
    const report = await runTests(files, {
      tools: builtInTools,
      withMutants: options.mutations,
      progress: progress.say,
      now: () => performance.now(),
      signal,
    }).finally(progress.end);
    if (options.junit !== undefined) writeReport(options.junit, junitText(junitSuites(report, options.strict)));
    if (options.sarif !== undefined) writeReport(options.sarif, sarifText(findingsOf(report), version));
    const isFine = isGood(report, options.strict);
    if (screen.isJson) screen.result(jsonText({ isGood: isFine, ...report }));
    else showReport(report, screen);
    return isFine ? exitCode.done : exitCode.failed;
  };
}

function writeReport(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new UsageError(
      `could not write the report \`${path}\`: ${messageOf(error)}; name a file that can be written`,
      {
        cause: error,
      },
    );
  }
}
