// Whom a layer or a rule is about. A key that is absent does not narrow; every key that is there must hold.

import type { Caller } from '../kernel/types.ts';
import type { PolicyFile, RuleSource } from './policy-schema.ts';
import { compileTextPattern } from './text-pattern.ts';

type Condition = (caller: Caller) => boolean;

/** Compiles `applies` of a policy file. */
export function compileApplies(applies: PolicyFile['applies']): Condition {
  return all([
    ...oneOf(applies?.agents, (caller) => caller.agent),
    ...oneOf(applies?.channels, (caller) => caller.channel),
    ...oneOf(applies?.senders, (caller) => caller.requestedBy),
  ]);
}

/** Compiles `when` of a rule. */
export function compileWhen(when: RuleSource['when']): Condition {
  const { all: every, any, none } = when?.labels ?? {};
  return all([
    ...oneOf(when?.agents, (caller) => caller.agent),
    ...oneOf(when?.channels, (caller) => caller.channel),
    ...(every === undefined ? [] : [({ labels }: Caller) => every.every((label) => labels.includes(label))]),
    ...(any === undefined ? [] : [({ labels }: Caller) => any.some((label) => labels.includes(label))]),
    ...(none === undefined ? [] : [({ labels }: Caller) => !none.some((label) => labels.includes(label))]),
  ]);
}

function oneOf(patterns: readonly string[] | undefined, subject: (caller: Caller) => string): readonly Condition[] {
  if (patterns === undefined) return [];
  const compiled = patterns.map(compileTextPattern);
  return [(caller) => compiled.some((matches) => matches(subject(caller)))];
}

const all = (conditions: readonly Condition[]): Condition =>
  conditions.length === 0 ? () => true : (caller) => conditions.every((holds) => holds(caller));
