// Passes bytes both ways between the sandbox and the network, counted and bounded, until both sides have ended, one breaks,
// nothing moves any more, or the call is over.

import { type Duplex, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { OpenConnection } from './connection-facts.ts';

/** The other end broke a bound; the message says which. */
class Bounded extends Error {}

/** Relays until it is over. Never rejects; both streams are destroyed. */
export async function relay(
  inside: Duplex,
  outside: Duplex,
  connection: OpenConnection,
  idleMs: number,
  signal: AbortSignal,
): Promise<void> {
  const idle = new AbortController();
  const timer = setTimeout(() => idle.abort(), idleMs);
  const moved = () => timer.refresh();
  const over = AbortSignal.any([signal, idle.signal]);
  try {
    const sent = meter((bytes) => connection.sent(bytes), moved);
    const received = meter((bytes) => connection.received(bytes), moved);
    await Promise.all([
      pipeline(inside, sent, outside, { signal: over }),
      pipeline(outside, received, inside, { signal: over }),
    ]);
  } catch (error) {
    if (idle.signal.aborted) connection.failed(`nothing moved for ${idleMs} ms`);
    else if (error instanceof Bounded) connection.failed(error.message);
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
      else done(new Bounded('the call has moved as many bytes as it may'));
    },
  });
}
