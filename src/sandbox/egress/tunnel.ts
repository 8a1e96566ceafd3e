// A tunnel to one host and port, for bytes that nobody reads, with one exception: a client that greets with TLS must ask
// for the very host that was granted, because behind one address there may be others.

import type { Duplex } from 'node:stream';
import { canonicalHost } from '../../kernel/addresses.ts';
import { spellHostPort } from '../../kernel/host-patterns.ts';
import type { Tunnel } from '../connect-access.ts';
import { type Greeting, readGreeting } from './client-hello.ts';
import type { OpenConnection } from './connection-facts.ts';
import type { Dialled } from './dial.ts';
import type { Passage } from './passage.ts';
import { relay } from './relay.ts';

/** Lets bytes through until it is over. Never rejects; both ends are destroyed. */
export async function tunnelThrough(
  inside: Duplex,
  { socket }: Dialled,
  { host, port, kind }: { readonly host: string; readonly port: number; readonly kind: Tunnel },
  fact: OpenConnection,
  { limits, signal }: Passage,
): Promise<void> {
  // A protocol in which the server speaks first must hear it while the client is silent.
  const early = (chunk: Buffer) => {
    if (fact.received(chunk.length)) inside.write(chunk);
    else socket.destroy();
  };
  if (kind === 'any') socket.on('data', early);
  const first = await firstBytes(inside, kind === 'any' ? limits.idleMs : limits.headersMs, signal, socket);
  socket.off('data', early);
  socket.pause();
  const because = objectionTo(first.greeting, host, port, kind);
  if (because !== '') {
    fact.failed(because);
    inside.destroy();
    socket.destroy();
    return;
  }
  if (first.bytes.length > 0) inside.unshift(first.bytes);
  await relay(inside, socket, fact, limits.idleMs, signal);
}

function objectionTo(greeting: Greeting, host: string, port: number, kind: Tunnel): string {
  const place = `\`${spellHostPort(host, port)}\``;
  switch (greeting.kind) {
    case 'broken':
      return `the TLS greeting for ${place} cannot be read`;
    case 'tls': {
      const isAddress = /^[0-9.]+$|:/.test(host);
      if (greeting.name === '' || isAddress || canonicalHost(greeting.name) === host) return '';
      return `the connection to ${place} asks for another server, \`${greeting.name.slice(0, 200)}\`; connect to that one instead`;
    }
    case 'other':
    case 'more':
      return kind === 'any' ? '' : `only https is granted for ${place}, and this is not TLS`;
    default:
      return greeting satisfies never;
  }
}

interface FirstBytes {
  readonly greeting: Greeting;
  readonly bytes: Buffer;
}

/** What the client says first, as far as it takes to know what it is; whatever there is when it ends or `ms` are over. */
function firstBytes(inside: Duplex, ms: number, signal: AbortSignal, outside: Duplex): Promise<FirstBytes> {
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    let greeting: Greeting = { kind: 'more' };
    const timer = setTimeout(() => settle(), ms);
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', settle);
      inside.off('readable', look).off('end', settle).off('error', settle).off('close', settle);
      outside.off('close', settle).off('end', settle);
      resolve({ greeting, bytes });
    };
    const look = () => {
      for (let chunk = inside.read(); chunk !== null; chunk = inside.read()) bytes = Buffer.concat([bytes, chunk]);
      greeting = readGreeting(bytes);
      if (greeting.kind !== 'more') settle();
    };
    signal.addEventListener('abort', settle, { once: true });
    inside.on('readable', look).once('end', settle).once('error', settle).once('close', settle);
    outside.once('close', settle).once('end', settle);
    look();
  });
}
