// Policies and tests of them in a folder of their own, and what running the tests comes to.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestReport } from '../../../src/policy/testing/report.ts';
import { runTests } from '../../../src/policy/testing/run-tests.ts';
import { builtInTools } from '../../../src/sandbox/tools/index.ts';

export const settings = {
  tools: builtInTools,
  withMutants: true,
  progress: () => {},
  now: () => 0,
  signal: new AbortController().signal,
};

/** Runs the test files among `files`, with mutants; paths in the report are names in `files`. */
export async function reportOf(files: Readonly<Record<string, string>>): Promise<TestReport> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-tests-'));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const paths = Object.keys(files).filter((name) => name.endsWith('.test.yaml'));
    const report = await runTests(
      paths.map((name) => join(folder, name)),
      settings,
    );
    const text = JSON.stringify(report).replaceAll(`${folder}/`, '');
    const plain: TestReport = JSON.parse(text);
    return plain;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs one test of one policy, given as the lines below `rules:` and below `cases:`. */
export const reportOn = (rules: string, cases: string, rest = ''): Promise<TestReport> =>
  reportOf({ 'p.yaml': `policy: p\nrules:\n${rules}`, 'p.test.yaml': `policy: [p.yaml]\n${rest}cases:\n${cases}` });
