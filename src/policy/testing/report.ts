// What running tests came to, as data: every way of showing it reads this.

import type { RuleReference, Verdict } from '../../kernel/types.ts';
import type { Place } from '../../kernel/yaml/read-yaml.ts';
import type { TestProblem } from './problem.ts';

/** A call that did not come to what its test expects. */
export interface TestFailure extends Place {
  readonly path: string;
  readonly case: string;
  readonly call: string;
  readonly expected: Verdict;
  readonly verdict: Verdict;
  readonly because: string;
  readonly rules: readonly RuleReference[];
  /** What is not as expected. */
  readonly differences: readonly string[];
}

/** One call as it was tried. */
export interface TriedCall {
  readonly case: string;
  readonly call: string;
  readonly failure: TestFailure | null;
}

/** One test file: it ran, or it could not. */
export type TestFileReport =
  | {
      readonly kind: 'ran';
      readonly path: string;
      readonly cases: number;
      readonly calls: readonly TriedCall[];
      readonly ms: number;
    }
  | { readonly kind: 'broken'; readonly path: string; readonly problems: readonly TestProblem[] };

/** A mistake in a policy file that no test noticed. */
export interface Survivor extends Place {
  /** Id of the rule; empty for the file as a whole. */
  readonly rule: string;
  /** What was changed, e.g. ``without `grant.write` ``. */
  readonly change: string;
  /** Which test would notice. */
  readonly hint: string;
}

/** A rule that no test touches. */
export interface UntouchedRule extends Place {
  readonly rule: string;
  readonly hint: string;
}

/** What the tests say about one policy file, over all test files that name it. */
export interface PolicyReport {
  readonly path: string;
  readonly policy: string;
  readonly rules: number;
  readonly untouched: readonly UntouchedRule[];
  /** Null where mutants were not asked for. */
  readonly mutants: { readonly made: number; readonly survivors: readonly Survivor[]; readonly ms: number } | null;
}

/** Everything. */
export interface TestReport {
  readonly files: readonly TestFileReport[];
  readonly policies: readonly PolicyReport[];
}

/** The calls that failed. */
export const failuresOf = ({ files }: TestReport): readonly TestFailure[] =>
  files.flatMap((file) =>
    file.kind === 'broken' ? [] : file.calls.flatMap(({ failure }) => (failure === null ? [] : [failure])),
  );

/** The problems of test files that could not run. */
export const problemsOf = ({ files }: TestReport): readonly TestProblem[] =>
  files.flatMap((file) => (file.kind === 'broken' ? file.problems : []));

/** True if every test passed; strictly, also that every rule is touched and every mutant noticed. */
export function isGood(report: TestReport, isStrict: boolean): boolean {
  if (failuresOf(report).length > 0 || problemsOf(report).length > 0) return false;
  return (
    !isStrict ||
    report.policies.every(({ untouched, mutants }) => untouched.length === 0 && (mutants?.survivors.length ?? 0) === 0)
  );
}
