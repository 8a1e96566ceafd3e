// What two judgements of the same calls say differently, gathered by rule, with a few examples each. Memory is bounded
// however many calls there are.

import type { RuleReference, Verdict } from '../../kernel/types.ts';
import { strictness } from '../judge.ts';
import type { PastAnswer } from './past-call.ts';

/** One judgement of a call. */
export interface Said {
  readonly verdict: Verdict;
  readonly rules: readonly RuleReference[];
}

export type RuleName = Omit<RuleReference, 'because'>;

/** What is different beside the verdict: what the call gets, who is asked. */
export interface Beside {
  readonly direction: 'same' | 'looser' | 'tighter';
  /** Sentences for people, each about one thing. */
  readonly what: readonly string[];
}

/** For judgements of which only the verdict is compared. */
export const nothingBeside: Beside = Object.freeze({ direction: 'same', what: Object.freeze([]) });

/** A call that was judged differently, with how often it came. */
export interface ChangedExample {
  readonly call: string;
  readonly times: number;
}

/** Calls for which one set of rules took the place of another. */
export interface ChangeGroup {
  readonly from: Verdict;
  readonly to: Verdict;
  readonly direction: 'looser' | 'tighter';
  /** With the same verdict: what else is different. */
  readonly what: readonly string[];
  /** The rules that decided before; none if no rule opened the call. */
  readonly before: readonly RuleName[];
  readonly after: readonly RuleName[];
  readonly calls: number;
  /** How many of them people had approved, and declined. */
  readonly approved: number;
  readonly declined: number;
  readonly examples: readonly ChangedExample[];
}

/** What one rule has to do with the changes; changes are spelled `ask → allow`. */
export interface RuleChanges extends RuleName {
  /** Calls that it decides after, and did not before. */
  readonly decides: Readonly<Record<string, number>>;
  /** Calls that it decided before, and that are decided otherwise after. */
  readonly decided: Readonly<Record<string, number>>;
}

export interface Changes {
  readonly same: number;
  readonly looser: number;
  readonly tighter: number;
  /** Looser ones first, then by number of calls. */
  readonly groups: readonly ChangeGroup[];
  readonly rules: readonly RuleChanges[];
  /** Changed calls beyond the groups that are kept. */
  readonly ungrouped: number;
}

export interface ChangeCollector {
  /** Counts one call. */
  add(
    before: Said,
    after: Said,
    beside: Beside,
    example: { readonly call: string; readonly answer: PastAnswer['kind'] },
  ): void;
  changes(): Changes;
}

const groupsMax = 1_000;
const examplesMax = 2;
const exampleLettersMax = 500;

interface Growing extends Omit<ChangeGroup, 'calls' | 'approved' | 'declined' | 'examples'> {
  calls: number;
  approved: number;
  declined: number;
  readonly examples: Map<string, number>;
}

/** Starts with nothing. */
export function collectChanges(): ChangeCollector {
  const groups = new Map<string, Growing>();
  const counts = { same: 0, looser: 0, tighter: 0, ungrouped: 0 };
  return {
    add(before, after, beside, { call, answer }) {
      const direction = directionOf(before, after, beside);
      counts[direction] += 1;
      if (direction === 'same') return;
      const what = before.verdict === after.verdict ? beside.what : [];
      const rules = [decisive(before).map(keyOf), decisive(after).map(keyOf)];
      const key = JSON.stringify([before.verdict, after.verdict, what, ...rules]);
      const group = groups.get(key) ?? (groups.size < groupsMax ? begun(before, after, direction, what) : undefined);
      if (group === undefined) {
        counts.ungrouped += 1;
        return;
      }
      groups.set(key, group);
      group.calls += 1;
      if (answer === 'approved') group.approved += 1;
      if (answer === 'declined') group.declined += 1;
      const example = call.slice(0, exampleLettersMax);
      const times = group.examples.get(example) ?? 0;
      if (times > 0 || group.examples.size < examplesMax) group.examples.set(example, times + 1);
    },
    changes() {
      const done = [...groups.values()].map((group) => ({
        ...group,
        examples: [...group.examples].map(([call, times]) => ({ call, times })),
      }));
      // A bigger step of the verdict first.
      const step = ({ from, to }: ChangeGroup) => strictness[to] - strictness[from];
      done.sort((a, b) => step(a) - step(b) || b.calls - a.calls);
      return { ...counts, groups: done, rules: rulesIn(done) };
    },
  };
}

function directionOf(before: Said, after: Said, { direction }: Beside): Beside['direction'] {
  const difference = strictness[after.verdict] - strictness[before.verdict];
  return difference === 0 ? direction : difference < 0 ? 'looser' : 'tighter';
}

const begun = (before: Said, after: Said, direction: ChangeGroup['direction'], what: readonly string[]): Growing => ({
  from: before.verdict,
  to: after.verdict,
  direction,
  what,
  before: decisive(before).map(nameOf),
  after: decisive(after).map(nameOf),
  calls: 0,
  approved: 0,
  declined: 0,
  examples: new Map(),
});

/** The rules that made the verdict; looser ones opened what else the call does. */
const decisive = ({ verdict, rules }: Said): readonly RuleReference[] =>
  rules.filter((rule) => rule.verdict === verdict);

const nameOf = ({ policy, rule, verdict }: RuleName): RuleName => ({ policy, rule, verdict });
const keyOf = ({ policy, rule, verdict }: RuleName): readonly string[] => [policy, rule, verdict];

function rulesIn(groups: readonly ChangeGroup[]): readonly RuleChanges[] {
  const rules = new Map<string, RuleName & { decides: Record<string, number>; decided: Record<string, number> }>();
  const count = (name: RuleName, key: 'decides' | 'decided', { from, to, calls }: ChangeGroup) => {
    const id = JSON.stringify(keyOf(name));
    const rule = rules.get(id) ?? { ...name, decides: {}, decided: {} };
    rules.set(id, rule);
    const change = spellChange(from, to);
    rule[key][change] = (rule[key][change] ?? 0) + calls;
  };
  for (const group of groups) {
    const isIn = (names: readonly RuleName[], name: RuleName) =>
      names.some((other) => JSON.stringify(keyOf(other)) === JSON.stringify(keyOf(name)));
    for (const name of group.after) if (!isIn(group.before, name)) count(name, 'decides', group);
    for (const name of group.before) if (!isIn(group.after, name)) count(name, 'decided', group);
  }
  return [...rules.values()].sort((a, b) => (`${a.policy}/${a.rule}` < `${b.policy}/${b.rule}` ? -1 : 1));
}

/** `ask → allow`. */
export const spellChange = (from: Verdict, to: Verdict): string => `${from} → ${to}`;
