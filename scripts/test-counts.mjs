// test-counts.mjs <vitest's JSON report> <number of arguments the runner was given>: prints `N passed, N failed`.
// A file that could not be loaded counts as one failure. Exit 1 when tests of a whole run were skipped: each one has to
// run; a run of chosen tests (with arguments) leaves the others out and that is fine.
import { readFileSync } from 'node:fs';

const [, , reportFile, argumentCount] = process.argv;
const text = readFileSync(reportFile, 'utf8');
if (text === '') process.exit(1);
const report = JSON.parse(text);

const unloaded = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
const skipped = report.numTotalTests - report.numPassedTests - report.numFailedTests;

if (skipped > 0 && argumentCount === '0') {
  console.log(`${skipped} tests were skipped, and none may be`);
  process.exitCode = 1;
}
console.log(`${report.numPassedTests} passed, ${report.numFailedTests + unloaded.length} failed`);
