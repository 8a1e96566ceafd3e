// The side of the door that speaks HTTP with the sandbox: as a proxy, as one host that a listener stands for, or as one
// host whose TLS ends here. Node's strict parser reads; what it does not like is refused with a reason.

import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { spellHostPort } from '../../kernel/host-patterns.ts';
import { readAuthority, readDestination } from './destination.ts';
import { exchangeThrough } from './exchange.ts';
import type { Passage } from './passage.ts';
import { refuseOn, refuseWith } from './refuse.ts';

/** A host that requests on a connection are for, whatever they say. */
export interface FixedTarget {
  readonly protocol: 'http:' | 'https:';
  readonly host: string;
  readonly port: number;
}

/** Takes connections of the sandbox. */
export interface HttpFront {
  serve(socket: Duplex): void;
  close(): void;
}

/** Who takes what a front does not do itself. */
export interface FrontOwner {
  /** Opens a tunnel for `CONNECT`. */
  openTunnel(socket: Duplex, host: string, port: number): void;
  /** Hears of work that goes on. */
  track(work: Promise<void>): void;
}

/** A front for one target, or a proxy where there is none. */
export function createHttpFront(passage: Passage, target: FixedTarget | undefined, owner: FrontOwner): HttpFront {
  const { limits, facts } = passage;
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    // Long uploads are bounded by `idleMs` and by the call's own time.
    requestTimeout: 0,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: 1_000,
    insecureHTTPParser: false,
    requireHostHeader: false,
  });
  server.on('request', (incoming, response) => {
    const method = incoming.method ?? '';
    const read = readDestination(urlOf(incoming, target), method);
    const because = read.kind === 'unclear' ? read.because : objectionTo(read.wanted.url, incoming, target);
    if (read.kind === 'unclear' || because !== '') {
      facts.unreadable(because);
      refuseWith(response, 400, because);
      return;
    }
    owner.track(exchangeThrough(incoming, response, read.wanted, passage));
  });
  server.on('connect', (incoming, socket, head) => {
    const place = readAuthority(incoming.url ?? '', 0);
    const shown = JSON.stringify((incoming.url ?? '').slice(0, 200));
    const because =
      target !== undefined
        ? 'this is no proxy'
        : place === undefined
          ? `\`CONNECT\` needs one clear host and port, and got ${shown}`
          : hostObjection(incoming, place.host, place.port);
    if (place === undefined || because !== '') {
      facts.unreadable(because);
      refuseOn(socket, 400, because);
      return;
    }
    if (head.length > 0) socket.unshift(head);
    owner.openTunnel(socket, place.host, place.port);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const because = `the request cannot be read: ${error.code ?? 'it breaks the rules of HTTP'}`;
    facts.unreadable(because);
    refuseOn(
      socket,
      error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400,
      because,
    );
  });
  // Node looks for heads that never end only once a server listens; this one is handed its connections.
  server.emit('listening');
  return {
    serve: (socket) => void server.emit('connection', socket),
    close: () => void server.close(),
  };
}

/** The whole URL. On the connection of a target only its path is the request's own. */
function urlOf({ url = '' }: IncomingMessage, target: FixedTarget | undefined): string {
  if (target === undefined || !url.startsWith('/')) return url;
  return `${target.protocol}//${spellHostPort(target.host, target.port)}${url}`;
}

function objectionTo(url: string, incoming: IncomingMessage, target: FixedTarget | undefined): string {
  const { protocol } = new URL(url);
  if (target === undefined)
    return protocol === 'http:' ? '' : 'a proxy is asked for https with `CONNECT`; a URL would send it in the clear';
  const read = readDestination(url, incoming.method ?? '');
  const isTarget =
    read.kind === 'read' &&
    protocol === target.protocol &&
    read.wanted.host === target.host &&
    read.wanted.port === target.port;
  return isTarget ? '' : `this connection is for \`${spellHostPort(target.host, target.port)}\` alone`;
}

/** `CONNECT` with a `Host` for another place is refused; without one, or with it named loosely, it is not. */
function hostObjection({ headers }: IncomingMessage, host: string, port: number): string {
  if (headers.host === undefined) return '';
  const said = readAuthority(headers.host, port);
  return said?.host === host && said.port === port ? '' : 'the `Host` of the request and what it connects to differ';
}
