// What lint says about one place of a policy file: what is wrong there, why it matters, and what to do instead.

import type { LoadedFile } from '../load-policy.ts';
import type { RuleSource } from '../policy-schema.ts';
import type { Rule } from '../rule.ts';

/** `error`: the policy does not do what it says. `warning`: it opens more than it looks like. `note`: worth a look. */
export type Level = 'error' | 'warning' | 'note';

/** Every check, with what it looks for in one sentence. */
export const checks = {
  'does-not-load': 'the file is not a policy, so nothing of it counts',
  unreachable: 'a rule that can never open anything, because a deny rule denies all it names',
  contradictory: 'a pattern that another rule takes back, or conditions that can never hold',
  shadowed: 'a rule that changes nothing, because another rule says the same or more strictly',
  'over-broad': 'an allow that means almost anything',
  'runs-anything': 'an allow of a program that runs whatever program stands in its words',
  'secrets-open': 'an allow that reads files in which secrets are usually kept',
  'runs-later': 'an allow that writes files which other people or machines run later',
  'writes-what-runs': 'files that one rule lets be written and another lets be run, which is any code',
  'unused-label': 'a condition on a label that nothing puts on',
  expired: 'a rule whose last day is over',
  'no-examples': 'a rule that nothing tries when the file loads',
  'one-sided-examples': 'examples that say what a rule covers, and not what it must not cover',
  'wide-grant': 'a grant of much more than one call needs',
  'nobody-answers': 'an ask whose roles nobody has',
} as const;

export type Check = keyof typeof checks;

export interface Finding {
  readonly check: Check;
  readonly level: Level;
  readonly path: string;
  readonly line: number;
  readonly column: number;
  /** Id of the rule; empty where it is about the file. */
  readonly rule: string;
  /** What is wrong, and why that matters. */
  readonly what: string;
  readonly fix: string;
}

/** A rule where it stands. */
export interface Seat {
  readonly file: LoadedFile;
  readonly source: RuleSource;
  readonly rule: Rule;
  /** A finding about the entry that these keys inside the rule lead to. */
  find(check: Check, level: Level, keys: readonly PropertyKey[], what: string, fix: string): Finding;
}

/** The rules of all files, where they stand. */
export const seatsOf = (files: readonly LoadedFile[]): readonly Seat[] =>
  files.flatMap((file) =>
    file.layer.rules.flatMap((rule, index) => {
      const source = file.content.rules[index];
      return source === undefined ? [] : [seatOf(file, source, rule, index)];
    }),
  );

const seatOf = (file: LoadedFile, source: RuleSource, rule: Rule, index: number): Seat => ({
  file,
  source,
  rule,
  find(check, level, keys, what, fix) {
    const { path, line, column } = file.problemAt(['rules', index, ...keys], what);
    return { check, level, path, line, column, rule: source.id, what, fix };
  },
});
