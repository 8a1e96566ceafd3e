// The door of one call: a socket in the directory that its container sees. Each connection names the listener it came
// through and is served as that listener means: as a proxy, or as the one host it stands for. When the call is over the
// door closes, whatever goes on behind it, and the facts are what really passed.

import { chmod, open, unlink } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { JsonObject } from '../../kernel/types.ts';
import { tunnelTo } from '../connect-access.ts';
import { readHeaderLine } from './header-line.ts';
import { createHttpFront, type FixedTarget, type HttpFront } from './http-front.ts';
import { interceptTls } from './intercept.ts';
import { type Passage, reach } from './passage.ts';
import { type DirectListener, type EgressPlan, proxyListeners, socketName } from './plan.ts';
import { refuseOn } from './refuse.ts';
import { tunnelThrough } from './tunnel.ts';

/** An open door. */
export interface EgressDoor {
  /** Ends every connection and takes the socket away. Gives the facts; never rejects. */
  close(): Promise<JsonObject>;
}

/** How a connection is told that it got through, or why not. */
interface Voice {
  opened(): void;
  refused(status: number, because: string): void;
}

/**
 * Opens the door in `directory`.
 * @throws {Error} if no socket can be made there.
 */
export async function openDoor(
  directory: string,
  plan: EgressPlan,
  passage: Passage,
  stop: AbortController,
): Promise<EgressDoor> {
  const { limits, facts, signal } = passage;
  const direct = new Map(plan.direct.map((place) => [place.listener, place]));
  const sockets = new Set<Socket>();
  const going = new Set<Promise<void>>();
  const fronts = new Map<string, HttpFront>();
  let connections = 0;

  const frontFor = (target: FixedTarget | undefined): HttpFront => {
    const key = JSON.stringify(target ?? null);
    const openTunnel = (socket: Duplex, host: string, port: number) => begin(connect(socket, host, port));
    const front = fronts.get(key) ?? createHttpFront(passage, target, { openTunnel, track: begin });
    fronts.set(key, front);
    return front;
  };
  const connect = (socket: Duplex, host: string, port: number): Promise<void> =>
    serveHost(socket, { host, port }, passage, frontFor, {
      opened: () => void socket.write('HTTP/1.1 200 Connection established\r\n\r\n'),
      refused: (status, because) => refuseOn(socket, status, because),
    });
  const begin = (work: Promise<void>): void => {
    const settled = work.catch(() => 'the connection is over').then(() => void going.delete(settled));
    going.add(settled);
  };
  const serve = async (socket: Socket): Promise<void> => {
    const listener = await readHeaderLine(socket, limits.headersMs);
    const place = direct.get(listener ?? '');
    if (listener !== undefined && proxyListeners.includes(listener)) return frontFor(undefined).serve(socket);
    if (place !== undefined) return serveDirect(socket, place, passage, frontFor);
    facts.unreadable('a connection named no listener of this call');
    socket.destroy();
  };

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    const because =
      sockets.size > limits.connectionsAtOnce
        ? `more than ${limits.connectionsAtOnce} connections at once`
        : connections > limits.connections
          ? `more than ${limits.connections} connections in one call`
          : '';
    if (because === '') return begin(serve(socket));
    facts.unreadable(because);
    socket.destroy();
  });
  await listen(server, directory);
  let closed: Promise<JsonObject> | undefined;
  const close = async (): Promise<JsonObject> => {
    stop.abort();
    await unlink(join(directory, socketName)).catch(() => 'it is gone');
    for (const socket of sockets) socket.destroy();
    for (const front of fronts.values()) front.close();
    await new Promise((resolve) => server.close(resolve));
    await Promise.all(going);
    return facts.asJson();
  };
  const door: EgressDoor = {
    close: () => {
      closed ??= close();
      return closed;
    },
  };
  signal.addEventListener('abort', () => void door.close(), { once: true });
  if (signal.aborted) await door.close();
  return door;
}

/** The path of a socket has at most 107 bytes, so it is reached through its directory where it would be longer. */
async function listen(server: ReturnType<typeof createServer>, directory: string): Promise<void> {
  const path = join(directory, socketName);
  const handle = await open(directory);
  try {
    const short = Buffer.byteLength(path) <= 107 ? path : `/proc/self/fd/${handle.fd}/${socketName}`;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(short, resolve);
    });
    // Whoever the user inside is may use it; on the host the directory above keeps others out.
    await chmod(short, 0o666);
  } finally {
    await handle.close();
  }
}

type FrontFor = (target: FixedTarget | undefined) => HttpFront;

/** A listener that stands for one host and port. */
async function serveDirect(
  socket: Socket,
  { host, port }: DirectListener,
  passage: Passage,
  frontFor: FrontFor,
): Promise<void> {
  const isTunnelled = passage.injector(host, port) !== undefined || passage.access.tunnel(host, port) !== 'none';
  // Only URLs are granted: then it is HTTP, and read as such.
  if (!isTunnelled) return frontFor({ protocol: 'http:', host, port }).serve(socket);
  return serveHost(socket, { host, port }, passage, frontFor, {
    opened: () => undefined,
    refused: () => void socket.destroy(),
  });
}

/** A connection for one host and port: intercepted where a secret is added, tunnelled elsewhere. */
async function serveHost(
  socket: Duplex,
  { host, port }: { readonly host: string; readonly port: number },
  passage: Passage,
  frontFor: FrontFor,
  voice: Voice,
): Promise<void> {
  const { access, facts, injector, authority, limits } = passage;
  if (injector(host, port) !== undefined) {
    voice.opened();
    const tls = await interceptTls(socket, host, authority().contextFor(host), limits.headersMs);
    if (typeof tls !== 'string') return frontFor({ protocol: 'https:', host, port }).serve(tls);
    const fact = facts.begin({ host, port, method: 'CONNECT', path: '' });
    fact.failed(tls);
    return fact.ended();
  }
  const fact = facts.begin({ host, port, method: 'CONNECT', path: '' });
  try {
    const reached = await reach(tunnelTo(host, port), fact, passage);
    if (reached.kind !== 'reached') return voice.refused(reached.kind === 'refused' ? 403 : 502, reached.because);
    voice.opened();
    await tunnelThrough(socket, reached.connection, { host, port, kind: access.tunnel(host, port) }, fact, passage);
  } finally {
    fact.ended();
  }
}
