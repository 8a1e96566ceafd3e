// Conditions that can never hold, labels that nothing puts on, last days that are over, and asks that nobody can answer.

import type { RuleSource } from '../policy-schema.ts';
import { compileTextPattern } from '../text-pattern.ts';
import type { Finding, Seat } from './finding.ts';

/** What lint knows beyond the files. */
export interface Surroundings {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Labels that tools and the passage itself put on. */
  readonly labels: readonly string[];
  /** Roles that people have; undefined if the one operator has every role. */
  readonly roles: readonly string[] | undefined;
}

const dayMs = 86_400_000;

/** Looks at the conditions of one rule. `putOn` are the labels that rules put on. */
export function checkConditions(seat: Seat, putOn: ReadonlySet<string>, around: Surroundings): readonly Finding[] {
  const { source } = seat;
  return [
    ...impossible(source, seat.file.content.applies).map(({ keys, what }) =>
      seat.find(
        'contradictory',
        'error',
        keys,
        `it can never hold: ${what}`,
        'correct the condition, or remove the rule',
      ),
    ),
    ...unusedLabels(seat, putOn, around.labels),
    ...expired(seat, around.now),
    ...nobodyAnswers(seat, around.roles),
  ];
}

interface Impossible {
  readonly keys: readonly PropertyKey[];
  readonly what: string;
}

function impossible({ when }: RuleSource, applies: Seat['file']['content']['applies']): readonly Impossible[] {
  const found: Impossible[] = [];
  const say = (key: string, what: string) => found.push({ keys: ['when', key], what });
  const { all = [], any, none = [] } = when?.labels ?? {};
  const both = all.find((label) => none.includes(label));
  if (both !== undefined) say('labels', `the label \`${both}\` must be there and must not be there`);
  if (any?.every((label) => none.includes(label)) === true)
    say('labels', `one of ${list(any)} must be there, and none of them may be`);
  for (const key of ['agents', 'channels', 'senders', 'triggers'] as const) {
    const own = when?.[key];
    const outer: readonly string[] | undefined = key === 'channels' ? applies?.channels : applies?.[key];
    if (own === undefined || outer === undefined || mayMeet(own, outer)) continue;
    say(key, `\`${key}\` is ${list(own)}, and the file applies to ${list(outer)} alone`);
  }
  const isTimed = when?.triggers?.every((trigger) => trigger === 'schedule' || trigger === 'webhook') === true;
  if (isTimed && when?.roles !== undefined)
    say('roles', `nobody sends what ${list(when.triggers ?? [])} sets off, so nobody has a role`);
  return found;
}

/** False if no text can be meant by both lists. Only told where one side has no stars. */
const mayMeet = (some: readonly string[], others: readonly string[]): boolean =>
  some.some((one) =>
    others.some((other) => {
      if (one.includes('*') && other.includes('*')) return true;
      return one.includes('*') ? compileTextPattern(one)(other) : compileTextPattern(other)(one);
    }),
  );

function unusedLabels(seat: Seat, putOn: ReadonlySet<string>, known: readonly string[]): readonly Finding[] {
  const { all = [], any = [], none = [] } = seat.source.when?.labels ?? {};
  const unused = [...new Set([...all, ...any, ...none])].filter((label) => !putOn.has(label) && !known.includes(label));
  return unused.map((label) =>
    seat.find(
      'unused-label',
      'warning',
      ['when', 'labels'],
      `no rule of these files and no built-in tool puts \`${label}\` on anything, so only \`--label\` or a channel could`,
      `add \`labels: [${label}]\` to the rules whose results carry it, or correct the spelling`,
    ),
  );
}

function expired(seat: Seat, now: number): readonly Finding[] {
  const { expires } = seat.source;
  if (expires === undefined || now < Date.parse(`${expires}T00:00:00Z`) + dayMs) return [];
  return [
    seat.find(
      'expired',
      'warning',
      ['expires'],
      `its last day was ${expires}; it opens nothing any more`,
      'remove the rule, or give it a later day',
    ),
  ];
}

function nobodyAnswers(seat: Seat, roles: readonly string[] | undefined): readonly Finding[] {
  const { roles: first = [], escalate } = seat.source.approvers ?? {};
  const wanted = first.length === 0 ? [] : [...first, ...(escalate?.roles ?? [])];
  if (roles === undefined || wanted.length === 0 || roles.includes('*') || wanted.some((role) => roles.includes(role)))
    return [];
  const what = `nobody has ${wanted.length === 1 ? 'the role' : 'one of the roles'} ${list(wanted)}, so every such call waits until it expires`;
  return [
    seat.find(
      'nobody-answers',
      'warning',
      ['approvers'],
      what,
      'give someone the role under `people` in config.yaml, or name another',
    ),
  ];
}

const list = (texts: readonly string[]): string => texts.map((text) => `\`${text}\``).join(', ');
