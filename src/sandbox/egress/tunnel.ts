// A tunnel to one host and port, for bytes that nobody reads, with one exception: a client that greets with TLS must ask
// for the very host that was granted, because behind one address there may be others. Nothing that the client says goes on
// before that is settled; what the server says does, because in some protocols it speaks first.

import { type Duplex, Transform } from 'node:stream';
import { canonicalAddress, canonicalHost } from '../../kernel/addresses.ts';
import { spellHostPort } from '../../kernel/host-patterns.ts';
import type { Tunnel } from '../connect-access.ts';
import { type Greeting, greetingReader } from './client-hello.ts';
import type { OpenConnection } from './connection-facts.ts';
import type { Dialled } from './dial.ts';
import { gathered } from './gathered.ts';
import type { Passage } from './passage.ts';
import { RelayRefusal, relay } from './relay.ts';

/** What a tunnel is for. */
export interface TunnelTarget {
  readonly host: string;
  readonly port: number;
  readonly kind: Tunnel;
}

/** Lets bytes through until it is over. Never rejects; both ends are destroyed. */
export function tunnelThrough(
  inside: Duplex,
  { socket }: Dialled,
  target: TunnelTarget,
  fact: OpenConnection,
  { limits, signal }: Passage,
): Promise<void> {
  const gate = greetingGate(target, limits.headersMs);
  return relay({ inside, outside: socket, gate, idleMs: limits.idleMs, signal }, fact);
}

/** Holds back what the client says until its greeting is known. */
function greetingGate(target: TunnelTarget, headersMs: number): Transform {
  const read = greetingReader();
  let held = gathered();
  let isOpen = false;
  const settle = (greeting: Greeting): RelayRefusal | undefined => {
    const because = objectionTo(greeting, target);
    if (because !== '') return new RelayRefusal(because);
    isOpen = true;
    clearTimeout(timer);
    return undefined;
  };
  const gate = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (isOpen) return done(null, chunk);
      held.add(chunk);
      const greeting = read(chunk);
      if (greeting.kind === 'more') return done();
      const refusal = settle(greeting);
      if (refusal !== undefined) return done(refusal);
      done(null, held.whole());
      held = gathered();
    },
    flush(done) {
      // Half a greeting is none.
      done(isOpen ? null : settle(held.length > 0 ? { kind: 'broken' } : { kind: 'other' }));
    },
    destroy(error, done) {
      clearTimeout(timer);
      done(error);
    },
  });
  const timer = setTimeout(() => {
    if (target.kind === 'tls' || held.length > 0) gate.destroy(new RelayRefusal(`no greeting within ${headersMs} ms`));
  }, headersMs);
  return gate;
}

function objectionTo(greeting: Greeting, { host, port, kind }: TunnelTarget): string {
  const place = `\`${spellHostPort(host, port)}\``;
  switch (greeting.kind) {
    case 'broken':
      return `the TLS greeting for ${place} cannot be read`;
    case 'tls':
      if (greeting.name === '' || canonicalAddress(host) !== undefined || canonicalHost(greeting.name) === host)
        return '';
      return `the connection to ${place} asks for another server, \`${greeting.name.slice(0, 200)}\`; connect to that one instead`;
    case 'other':
    case 'more':
      return kind === 'any' ? '' : `only https is granted for ${place}, and this is not TLS`;
    default:
      return greeting satisfies never;
  }
}
