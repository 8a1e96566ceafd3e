// Whom, what for and when a layer or a rule is about. A key that is absent does not narrow; every key that is there must
// hold. What a rule may open only so often, or only so long, is not here: see `used-up.ts`.

import type { Caller } from '../kernel/types.ts';
import type { PolicyFile, RuleSource } from './policy-schema.ts';
import { compileTextPattern } from './text-pattern.ts';
import { compileTimeWindow } from './time-window.ts';

/** True if a condition holds for the caller at `now` (milliseconds since the epoch). */
export type Condition = (caller: Caller, now: number) => boolean;

/** Compiles `applies` of a policy file. */
export function compileApplies(applies: PolicyFile['applies']): Condition {
  return all([
    ...oneOf(applies?.agents, ({ agent }) => [agent]),
    ...oneOf(applies?.channels, ({ channel }) => [channel]),
    ...oneOf(applies?.senders, ({ sender }) => [sender]),
    ...oneOf(applies?.triggers, ({ trigger }) => [trigger]),
  ]);
}

/** Compiles `when` of a rule. */
export function compileWhen(when: RuleSource['when']): Condition {
  const { all: every, any, none } = when?.labels ?? {};
  return all([
    ...oneOf(when?.agents, ({ agent }) => [agent]),
    ...oneOf(when?.channels, ({ channel }) => [channel]),
    ...oneOf(when?.senders, ({ sender }) => [sender]),
    ...oneOf(when?.triggers, ({ trigger }) => [trigger]),
    ...(when?.roles === undefined ? [] : [holdsRole(when.roles)]),
    ...(when?.time === undefined ? [] : [inTime(when.time)]),
    ...(every === undefined ? [] : [({ labels }: Caller) => every.every((label) => labels.includes(label))]),
    ...(any === undefined ? [] : [({ labels }: Caller) => any.some((label) => labels.includes(label))]),
    ...(none === undefined ? [] : [({ labels }: Caller) => !none.some((label) => labels.includes(label))]),
  ]);
}

function oneOf(
  patterns: readonly string[] | undefined,
  subjects: (caller: Caller) => readonly string[],
): readonly Condition[] {
  if (patterns === undefined) return [];
  const compiled = patterns.map(compileTextPattern);
  return [(caller) => subjects(caller).some((subject) => compiled.some((matches) => matches(subject)))];
}

/** The sender has one of the roles; `*` among theirs is every role. */
const holdsRole =
  (wanted: readonly string[]): Condition =>
  ({ roles }) =>
    roles.includes('*') || wanted.some((role) => roles.includes(role));

type TimeSource = NonNullable<NonNullable<RuleSource['when']>['time']>;

function inTime(time: TimeSource): Condition {
  const isInside = compileTimeWindow(time);
  return (_caller, now) => isInside(now);
}

const all = (conditions: readonly Condition[]): Condition =>
  conditions.length === 0 ? () => true : (caller, now) => conditions.every((holds) => holds(caller, now));
