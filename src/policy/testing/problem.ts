// What is wrong with a test file or with what it tests, each with its place.

import type { Place } from '../../kernel/yaml/read-yaml.ts';

/** A place in a file and what is wrong there. */
export interface TestProblem extends Place {
  readonly path: string;
  readonly what: string;
}

/** A test file that cannot be run. */
export class TestFileError extends Error {
  override readonly name = 'TestFileError';
  readonly problems: readonly TestProblem[];

  constructor(problems: readonly TestProblem[]) {
    super(problems.map(({ path, line, column, what }) => `\`${path}:${line}:${column}\`: ${what}`).join('\n'));
    this.problems = problems;
  }
}
