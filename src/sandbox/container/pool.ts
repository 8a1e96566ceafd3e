// How many containers wait, for what, and for how long. One is taken by the first call that fits and never comes back. A
// profile that was used keeps one waiting; each call that found none lets one more wait, each quiet minute one fewer; all
// within bounds. They are made one at a time, so that calls which need one at once find the engine free.

import type { Clock } from '../../kernel/ports.ts';

/** Bounds of a pool. */
export interface PoolLimits {
  /** Waiting containers of one profile. */
  readonly perProfileMax: number;
  /** Waiting containers in all; the profile that was not used for longest gives way. */
  readonly containersMax: number;
  /** Milliseconds without use after which those of a profile are removed. */
  readonly idleMs: number;
}

/** A container that waits, under the profile it was made for. */
export interface Spare<T> {
  readonly profile: string;
  readonly item: T;
}

/** What a pool is made from. */
export interface PoolOptions<T> {
  readonly clock: Clock;
  readonly limits: PoolLimits;
  /** False for one that can take no job any more. */
  readonly isGood: (item: T) => boolean;
  /** Removes one. Never rejects. */
  readonly remove: (item: T) => void;
}

/** Waiting containers. */
export interface Pool<T> {
  /** Takes one out, also one that is just being made; undefined where none is. */
  take(profile: string): Promise<T | undefined>;
  /**
   * Lets containers wait for more calls like this one; resolves when they do. `make` plans anew, and gives undefined where
   * none may wait. Never rejects.
   */
  refill(profile: string, make: () => Promise<Spare<T> | undefined>, atLeast: number): Promise<void>;
  readonly size: number;
  /** Removes all, and takes no more. */
  close(): Promise<void>;
}

interface Shelf<T> {
  readonly spares: T[];
  /** To be made, or being made, and not promised to a call yet. */
  readonly coming: Coming<T>[];
  wanted: number;
  usedAt: number;
  missedAt: number;
}

interface Coming<T> {
  readonly made: Promise<Spare<T> | undefined>;
  isBegun: boolean;
}

/** How often shelves are looked through. */
const lookMs = 15_000;
/** Quiet time after which one fewer waits. */
const quietMs = 60_000;

export function createPool<T>({ clock, limits, isGood, remove }: PoolOptions<T>): Pool<T> {
  const shelves = new Map<string, Shelf<T>>();
  const closing = new AbortController();
  let making: Promise<unknown> = Promise.resolve();
  let isLooking = false;

  const shelfOf = (profile: string): Shelf<T> => {
    const now = clock.monotonic();
    const known = shelves.get(profile);
    const shelf = known ?? { spares: [], coming: [], wanted: 0, usedAt: now, missedAt: now };
    // Last in the map is last used.
    shelves.delete(profile);
    shelves.set(profile, shelf);
    return shelf;
  };
  const total = () => [...shelves.values()].reduce((sum, { spares, coming }) => sum + spares.length + coming.length, 0);
  const drop = (profile: string, shelf: Shelf<T>, keep: number) => {
    while (shelf.spares.length > keep) {
      const item = shelf.spares.shift();
      if (item !== undefined) remove(item);
    }
    if (keep === 0 && shelf.coming.length === 0) shelves.delete(profile);
  };
  const makeRoom = (profile: string): boolean => {
    if (total() < limits.containersMax) return true;
    const oldest = [...shelves].find(([other, { spares }]) => other !== profile && spares.length > 0);
    if (oldest === undefined) return false;
    drop(...oldest, oldest[1].spares.length - 1);
    return true;
  };
  const put = ({ profile, item }: Spare<T>) => {
    const shelf = shelves.get(profile);
    if (closing.signal.aborted || !isGood(item)) return remove(item);
    if (shelf !== undefined) shelf.spares.push(item);
    else shelves.set(profile, { spares: [item], coming: [], wanted: 1, usedAt: clock.monotonic(), missedAt: 0 });
  };
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    while (shelves.size > 0 && !closing.signal.aborted) {
      await clock.sleep(Math.min(lookMs, limits.idleMs), closing.signal);
      const now = clock.monotonic();
      for (const [profile, shelf] of shelves) {
        if (now - shelf.missedAt > quietMs && shelf.wanted > 1) {
          shelf.wanted -= 1;
          shelf.missedAt = now;
        }
        drop(profile, shelf, now - shelf.usedAt >= limits.idleMs ? 0 : Math.max(1, shelf.wanted));
      }
    }
    isLooking = false;
  };

  return {
    take: async (profile) => {
      const shelf = shelfOf(profile);
      shelf.usedAt = clock.monotonic();
      for (let item = shelf.spares.shift(); item !== undefined; item = shelf.spares.shift()) {
        if (isGood(item)) return item;
        remove(item);
      }
      shelf.wanted = Math.min(shelf.wanted + 1, limits.perProfileMax);
      shelf.missedAt = clock.monotonic();
      // One that is still in the queue would come later than a container of the call's own.
      const index = shelf.coming.findIndex(({ isBegun }) => isBegun);
      const spare = index < 0 ? undefined : await shelf.coming.splice(index, 1)[0]?.made;
      if (spare === undefined || spare.profile === profile) return spare?.item;
      put(spare);
      return undefined;
    },
    refill: async (profile, make, atLeast) => {
      const shelf = shelfOf(profile);
      shelf.wanted = Math.min(Math.max(shelf.wanted, atLeast), limits.perProfileMax);
      while (shelf.spares.length + shelf.coming.length < shelf.wanted && !closing.signal.aborted) {
        if (!makeRoom(profile)) break;
        const made = making.then(() => begin()).catch(() => undefined);
        const coming = { made, isBegun: false };
        const begin = () => {
          coming.isBegun = true;
          return closing.signal.aborted ? undefined : make();
        };
        making = made;
        shelf.coming.push(coming);
        made.then((spare) => {
          const index = shelf.coming.indexOf(coming);
          // A call took it while it was coming.
          if (index < 0) return;
          shelf.coming.splice(index, 1);
          if (spare !== undefined) put(spare);
        });
      }
      look();
      await Promise.all(shelf.coming.map(({ made }) => made));
    },
    get size() {
      return [...shelves.values()].reduce((sum, { spares }) => sum + spares.length, 0);
    },
    close: async () => {
      closing.abort();
      await making;
      for (const [profile, shelf] of shelves) drop(profile, shelf, 0);
    },
  };
}
