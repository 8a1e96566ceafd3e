// Who goes next. Whoever wants a turn stands in one line, and one who had a turn joins it at its end: so between two turns of
// a session that never rests, every other one that wants a turn and may have one gets it. Pure but for its own memory.

import type { QueueLimits } from './settings.ts';

/** One who wants turns. */
export interface Standing {
  readonly agent: string;
}

/** One whose turn it is, or null and the moment at which to look again. */
export type Next<T> = { readonly one: T } | { readonly one: null; readonly at: number };

export interface Line<T extends Standing> {
  /** Stands at the end; who stands in the line already keeps the place. */
  join(one: T): void;
  leave(one: T): void;
  /** The first one whose time has come (`dueAt`, Infinity for never) and whose agent may have another run. */
  next(now: number, dueAt: (one: T) => number): Next<T>;
  /** Takes its turn. */
  began(one: T): void;
  ended(one: T): void;
}

/** An empty line. */
export function createLine<T extends Standing>({
  runs,
  runsPerAgent,
}: Pick<QueueLimits, 'runs' | 'runsPerAgent'>): Line<T> {
  const standing = new Set<T>();
  const underWay = new Map<string, number>();
  let total = 0;
  const count = (agent: string, by: number): void => {
    total += by;
    const now = (underWay.get(agent) ?? 0) + by;
    if (now === 0) underWay.delete(agent);
    else underWay.set(agent, now);
  };
  return {
    join: (one) => standing.add(one),
    leave: (one) => standing.delete(one),
    next(now, dueAt) {
      let soonest = Number.POSITIVE_INFINITY;
      if (total >= runs) return { one: null, at: soonest };
      for (const one of standing) {
        if ((underWay.get(one.agent) ?? 0) >= runsPerAgent) continue;
        const at = dueAt(one);
        if (at <= now) return { one };
        soonest = Math.min(soonest, at);
      }
      return { one: null, at: soonest };
    },
    began(one) {
      standing.delete(one);
      count(one.agent, 1);
    },
    ended: (one) => count(one.agent, -1),
  };
}
