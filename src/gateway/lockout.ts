// Slows down whoever guesses secrets. What always holds: loopback is no exception; browsers are counted apart from programs, so
// that a page which guesses does not lock the owner's own commands out; the table has an end.

import { isIPv6 } from 'node:net';
import type { Clock } from '../kernel/ports.ts';

export interface LockoutLimits {
  readonly failuresMax: number;
  /** Failures further apart than this are not counted together. */
  readonly windowMs: number;
  readonly lockedMs: number;
  /** Sources that are remembered. */
  readonly sourcesMax: number;
}

export const defaultLockoutLimits: LockoutLimits = Object.freeze({
  failuresMax: 10,
  windowMs: 60_000,
  lockedMs: 300_000,
  sourcesMax: 10_000,
});

export interface Lockout {
  /** Milliseconds until this source may try again; 0 if it may now. */
  lockedMs(source: string): number;
  /** A success in between takes nothing back: others may come from the same source. */
  failed(source: string): void;
}

/** Names where tries come from. An IPv6 host has a whole /64 to try from. */
export function sourceOf(address: string, isBrowser: boolean): string {
  const from = isIPv6(address) && address !== '::1' ? prefixOf(address) : address;
  return isBrowser ? `${from} browser` : from;
}

/** Counts failures in memory: a restart forgets them. */
export function createLockout(clock: Pick<Clock, 'monotonic'>, limits: LockoutLimits): Lockout {
  const sources = new Map<string, { failures: number; since: number; until: number }>();
  return {
    lockedMs: (source) => Math.max(0, Math.ceil((sources.get(source)?.until ?? 0) - clock.monotonic())),
    failed: (source) => {
      const now = clock.monotonic();
      const before = sources.get(source);
      const isFresh = before === undefined || now - before.since > limits.windowMs;
      const entry = isFresh ? { failures: 1, since: now, until: 0 } : { ...before, failures: before.failures + 1 };
      if (entry.failures >= limits.failuresMax) entry.until = now + limits.lockedMs;
      // Taken out and put in again: the map is in the order of the last failure, and the oldest goes first.
      sources.delete(source);
      sources.set(source, entry);
      const [oldest] = sources.keys();
      if (sources.size > limits.sourcesMax && oldest !== undefined) sources.delete(oldest);
    },
  };
}

/** The first four groups, spelled out. */
function prefixOf(address: string): string {
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return groups
    .slice(0, 4)
    .map((group) => group.toLowerCase().padStart(4, '0'))
    .join(':');
}
