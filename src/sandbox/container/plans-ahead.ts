// Plans begun before their call: while its intent is written to disk, the sandbox has a moment to look at what it will need.
// A plan only looks. INVARIANT: a call gets a plan of its own, made from what was on disk an instant before it; one that had
// to wait for people, or for a slow disk, is planned anew.

import type { Clock } from '../../kernel/ports.ts';
import type { Grants } from '../../kernel/types.ts';

/** What is planned for. */
export interface Planned {
  readonly workspace: string;
  readonly grants: Grants;
}

/** Plans, where they were begun ahead or not. */
export interface PlansAhead<P> {
  /** Has a plan made as soon as there is nothing else to do. */
  begin(call: Planned): void;
  /** The plan that was begun for these very grants, once; else a new one. Rejects as `plan` does. */
  planFor(call: Planned): Promise<P>;
}

/** Longer than writing an intent takes, and far shorter than making a container, in which as much can change. */
const freshMs = 25;

interface Begun<P> {
  readonly workspace: string;
  readonly at: number;
  readonly plan: Promise<P>;
}

export function createPlansAhead<P>(
  plan: (call: Planned) => Promise<P>,
  clock: Pick<Clock, 'monotonic'>,
): PlansAhead<P> {
  /** By the grants of one decision: another call has others, though they may be equal. */
  const begun = new WeakMap<Grants, Begun<P>>();
  const expected = new WeakSet<Grants>();
  return {
    begin: (call) => {
      const { grants, workspace } = call;
      expected.add(grants);
      // What was to be written goes to the disk first.
      setImmediate(() => {
        if (!expected.delete(grants)) return;
        const made = { workspace, at: clock.monotonic(), plan: plan(call) };
        made.plan.catch(() => 'whoever asks for the plan hears of it');
        begun.set(grants, made);
      });
    },
    planFor: (call) => {
      const { grants, workspace } = call;
      const made = begun.get(grants);
      begun.delete(grants);
      expected.delete(grants);
      const isFresh = made?.workspace === workspace && clock.monotonic() - made.at <= freshMs;
      return made !== undefined && isFresh ? made.plan : plan(call);
    },
  };
}
