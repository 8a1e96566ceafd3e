// Whom, what for and when a layer or a rule is about. A key that is absent does not narrow; every key that is there must
// hold. What a rule may open only so often, or only so long, is not here: see `used-up.ts`.

import type { Caller, Verdict } from '../kernel/types.ts';
import type { PolicyFile, RuleSource } from './policy-schema.ts';
import { compileTextPattern } from './text-pattern.ts';
import { compileTimeWindow } from './time-window.ts';

/** What conditions are held against. */
export interface Circumstances {
  readonly caller: Caller;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Labels that the action itself brings: of files it reads, of secrets it uses. */
  readonly inputs: readonly string[];
}

export type Condition = (about: Circumstances) => boolean;

/** The condition of whatever has none. */
export const always: Condition = () => true;

/** Compiles `applies` of a policy file. */
export function compileApplies(applies: PolicyFile['applies']): Condition {
  return all([
    ...oneOf(applies?.agents, ({ agent }) => [agent]),
    ...oneOf(applies?.channels, ({ channel }) => [channel]),
    ...oneOf(applies?.senders, ({ sender }) => [sender]),
    ...oneOf(applies?.triggers, ({ trigger }) => [trigger]),
  ]);
}

/**
 * Compiles `when` of a rule. Labels that the action brings are seen where they tighten, and only there: by `all` and `any`
 * of what denies or asks, by `none` of what allows. So an effect more never loosens anything.
 */
export function compileWhen(when: RuleSource['when'], verdict: Verdict): Condition {
  const { all: every, any, none } = when?.labels ?? {};
  const isOpening = verdict === 'allow';
  const has = ({ caller, inputs }: Circumstances, label: string, seesInputs: boolean) =>
    caller.labels.includes(label) || (seesInputs && inputs.includes(label));
  const labels: readonly (Condition | undefined)[] = [
    every && ((about) => every.every((label) => has(about, label, !isOpening))),
    any && ((about) => any.some((label) => has(about, label, !isOpening))),
    none && ((about) => !none.some((label) => has(about, label, isOpening))),
  ];
  return all([
    ...oneOf(when?.agents, ({ agent }) => [agent]),
    ...oneOf(when?.channels, ({ channel }) => [channel]),
    ...oneOf(when?.senders, ({ sender }) => [sender]),
    ...oneOf(when?.triggers, ({ trigger }) => [trigger]),
    ...(when?.roles === undefined ? [] : [holdsRole(when.roles)]),
    ...(when?.time === undefined ? [] : [inTime(when.time)]),
    ...labels.filter((condition) => condition !== undefined),
  ]);
}

function oneOf(
  patterns: readonly string[] | undefined,
  subjects: (caller: Caller) => readonly string[],
): readonly Condition[] {
  if (patterns === undefined) return [];
  const compiled = patterns.map(compileTextPattern);
  return [({ caller }) => subjects(caller).some((subject) => compiled.some((matches) => matches(subject)))];
}

/** The sender has one of the roles; `*` among theirs is every role. */
const holdsRole =
  (wanted: readonly string[]): Condition =>
  ({ caller: { roles } }) =>
    roles.includes('*') || wanted.some((role) => roles.includes(role));

type TimeSource = NonNullable<NonNullable<RuleSource['when']>['time']>;

function inTime(time: TimeSource): Condition {
  const isInside = compileTimeWindow(time);
  return ({ now }) => isInside(now);
}

const all = (conditions: readonly Condition[]): Condition =>
  conditions.length === 0 ? always : (about) => conditions.every((holds) => holds(about));
