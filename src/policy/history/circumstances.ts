// Who could call, and when, so that a rule has a say at all: the plain caller, and one for whom the conditions of the rule and
// of its file hold.

import type { Caller } from '../../kernel/types.ts';
import { exampleWorkspace } from '../examples.ts';
import type { PolicyFile, RuleSource } from '../policy-schema.ts';
import { compileTimeWindow } from '../time-window.ts';

/** A caller and a moment. */
export interface Occasion {
  readonly caller: Caller;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Somebody at the command line on a Monday noon, UTC. */
export const plainOccasion: Occasion = Object.freeze({
  caller: Object.freeze({
    agent: 'main',
    session: 'agent:main:example',
    run: 'example',
    requestedBy: 'agent:main',
    sender: 'someone',
    roles: Object.freeze([]),
    channel: 'cli',
    trigger: 'message',
    labels: Object.freeze([]),
    spent: Object.freeze({ calls: 0, tokens: 0 }),
    workspace: exampleWorkspace,
  }),
  now: Date.parse('2026-01-05T12:00:00Z'),
});

/** An occasion on which the rule of such a file is asked, as far as one is found. */
export function occasionFor({ when }: RuleSource, applies: PolicyFile['applies']): Occasion {
  const { caller } = plainOccasion;
  const pick = (wanted: readonly (readonly string[] | undefined)[], usual: string): string => {
    const stated = wanted.find((patterns) => patterns !== undefined);
    return stated?.[0]?.replaceAll('*', 'x') ?? usual;
  };
  return {
    caller: {
      ...caller,
      agent: pick([when?.agents, applies?.agents], caller.agent),
      channel: pick([when?.channels, applies?.channels], caller.channel),
      sender: pick([when?.senders, applies?.senders], caller.sender),
      trigger: pick([when?.triggers, applies?.triggers], caller.trigger),
      roles: when?.roles?.slice(0, 1) ?? caller.roles,
      labels: [...new Set([...(when?.labels?.all ?? []), ...(when?.labels?.any?.slice(0, 1) ?? [])])].sort(),
    },
    now: momentIn(when?.time),
  };
}

const halfHourMs = 1_800_000;
const halfHoursPerWeek = 336;

/** A moment of the week that lies in the window. */
function momentIn(time: NonNullable<RuleSource['when']>['time']): number {
  if (time === undefined) return plainOccasion.now;
  const isInside = compileTimeWindow(time);
  for (let step = 0; step < halfHoursPerWeek; step += 1) {
    const now = plainOccasion.now + step * halfHourMs;
    if (isInside(now)) return now;
  }
  return plainOccasion.now;
}
