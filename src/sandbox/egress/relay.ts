// Passes bytes both ways between the sandbox and the network, counted and bounded, until both sides have ended, one breaks,
// nothing moves any more, or the call is over.

import { type Duplex, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { OpenConnection } from './connection-facts.ts';

/** What passes may not, or not any more; the message says why. */
export class RelayRefusal extends Error {}

/** Two ends, and what lies between. */
export interface Relayed {
  readonly inside: Duplex;
  readonly outside: Duplex;
  /** Sees what goes out before the network does. */
  readonly gate: Transform;
  readonly idleMs: number;
  readonly signal: AbortSignal;
}

/** Relays until it is over. Never rejects; both streams are destroyed. */
export async function relay({ inside, outside, gate, idleMs, signal }: Relayed, fact: OpenConnection): Promise<void> {
  const idle = new AbortController();
  const timer = setTimeout(() => idle.abort(), idleMs);
  const moved = () => timer.refresh();
  const over = AbortSignal.any([signal, idle.signal]);
  try {
    const sent = meter((bytes) => fact.sent(bytes), moved);
    const received = meter((bytes) => fact.received(bytes), moved);
    await Promise.all([
      pipeline(inside, gate, sent, outside, { signal: over }),
      pipeline(outside, received, inside, { signal: over }),
    ]);
  } catch (error) {
    if (idle.signal.aborted) fact.failed(`nothing moved for ${idleMs} ms`);
    else if (error instanceof RelayRefusal) fact.failed(error.message);
  } finally {
    clearTimeout(timer);
    inside.destroy();
    outside.destroy();
  }
}

/** Counts what passes; `count` says whether it still may. */
export function meter(count: (bytes: number) => boolean, moved: () => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      moved();
      if (count(chunk.length)) done(null, chunk);
      else done(new RelayRefusal('the call has moved as many bytes as it may'));
    },
  });
}
