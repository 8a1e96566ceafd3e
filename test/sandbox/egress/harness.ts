// A real door with real peers behind it, on loopback. The test stands for the relay in the container: it connects to the
// socket and names a listener.

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttp, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, connect, createServer as createTcp, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { noGrants } from '../../../src/kernel/limits.ts';
import { systemClock } from '../../../src/kernel/system-clock.ts';
import type { Grants, Injection, JsonObject } from '../../../src/kernel/types.ts';
import { createAuthority } from '../../../src/sandbox/egress/authority.ts';
import { createEgress, planEgress } from '../../../src/sandbox/egress/egress.ts';
import { type EgressLimits, egressLimits } from '../../../src/sandbox/egress/limits.ts';

/** The authority of the peers, not of the door. */
export const peersAuthority = createAuthority(Date.now);

export interface Peer extends AsyncDisposable {
  readonly port: number;
  /** What reached it: request lines with `Host`, or bytes. */
  readonly seen: string[];
  readonly headers: IncomingMessage['headers'][];
}

async function listening(server: Server, seen: string[], headers: IncomingMessage['headers'][]): Promise<Peer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    headers,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const recording = (
  listener: RequestListener,
  seen: string[],
  headers: IncomingMessage['headers'][],
): RequestListener => {
  return (request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.host}`);
    headers.push(request.headers);
    listener(request, response);
  };
};

export function httpPeer(listener: RequestListener = (_request, response) => response.end('hello')): Promise<Peer> {
  const seen: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  return listening(createHttp(recording(listener, seen, headers)), seen, headers);
}

/** A TLS peer that is `host`, whatever it is asked for. */
export function httpsPeer(
  host: string,
  listener: RequestListener = (_request, response) => response.end('hello'),
): Promise<Peer> {
  const seen: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const context = peersAuthority.contextFor(host);
  const server = createHttps({ SNICallback: (_name, done) => done(null, context) }, recording(listener, seen, headers));
  server.on('tlsClientError', () => 'the client says what it is');
  return listening(server, seen, headers);
}

/** A peer that speaks no HTTP. */
export function tcpPeer(speak: (socket: Socket) => void): Promise<Peer> {
  const seen: string[] = [];
  const server = createTcp({ allowHalfOpen: true }, (socket) => {
    socket.on('data', (chunk) => seen.push(chunk.toString('latin1')));
    speak(socket);
  });
  return listening(server, seen, []);
}

export interface DoorSetup {
  readonly connect?: readonly string[];
  readonly exceptConnect?: readonly string[];
  readonly inject?: readonly Injection[];
  readonly secrets?: Readonly<Record<string, string>>;
  readonly names?: Readonly<Record<string, readonly string[]>>;
  readonly limits?: Partial<EgressLimits>;
}

export interface TestDoor extends AsyncDisposable {
  readonly grants: Grants;
  readonly directory: string;
  /** A connection through a listener; the proxy unless said otherwise. */
  dial(listener?: string): Socket;
  /** Says something to a listener and gives all that comes back until the end. */
  say(text: string | Buffer, listener?: string): Promise<string>;
  /** Opens a tunnel by `CONNECT`; gives the head of the answer and the connection. */
  tunnel(place: string): Promise<{ head: string; socket: Socket }>;
  /** The listener that stands for a host and port. */
  direct(host: string, port: number): string;
  facts(): Promise<JsonObject & { readonly list: readonly JsonObject[] }>;
  readonly resolved: string[];
}

/** Every name is this machine unless said otherwise, and the range that holds it is granted. */
export async function openTestDoor(setup: DoorSetup): Promise<TestDoor> {
  const resolved: string[] = [];
  const egress = createEgress({
    clock: systemClock,
    secrets: {
      reveal: async (name) => {
        const value = setup.secrets?.[name];
        if (value === undefined) throw new Error(`there is no secret \`${name}\``);
        return value;
      },
    },
    resolve: async (name) => {
      resolved.push(name);
      return setup.names?.[name] ?? ['127.0.0.1'];
    },
    limits: { ...egressLimits, headersMs: 3_000, connectMs: 2_000, ...setup.limits },
    roots: [peersAuthority.certificate],
  });
  const grants: Grants = {
    ...noGrants,
    connect: [...(setup.connect ?? []), '127.0.0.0/8'],
    exceptConnect: setup.exceptConnect ?? [],
    inject: setup.inject ?? [],
  };
  const home = mkdtempSync(join(tmpdir(), 'sallyport-egress-'));
  const directory = join(home, 'door');
  await egress.prepare(planEgress(grants), directory);
  const door = await egress.open(grants, directory, new AbortController().signal).catch((error) => {
    rmSync(home, { recursive: true });
    throw error;
  });
  const dial = (listener = '127.0.0.1:3128') => {
    const socket = connect({ path: join(directory, 'egress.sock'), allowHalfOpen: true });
    socket.on('error', () => socket.destroy());
    socket.write(`${listener}\n`);
    return socket;
  };
  return {
    grants,
    directory,
    resolved,
    dial,
    say: async (text, listener) => {
      const socket = dial(listener);
      socket.write(text);
      return readAll(socket);
    },
    tunnel: async (place) => {
      const socket = dial();
      socket.write(`CONNECT ${place} HTTP/1.1\r\nHost: ${place}\r\n\r\n`);
      return { head: await readHead(socket), socket };
    },
    direct: (host, port) =>
      planEgress(grants).direct.find((one) => one.host === host && one.port === port)?.listener ?? 'none',
    facts: async () => (await door.close()) as Awaited<ReturnType<TestDoor['facts']>>,
    [Symbol.asyncDispose]: async () => {
      await door.close();
      await egress.remove(directory);
      rmSync(home, { recursive: true });
    },
  };
}

/** All that comes until the end. */
export function readAll(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.once('close', () => resolve(text));
    socket.once('end', () => socket.destroy());
  });
}

/** The head of an HTTP answer; what follows stays unread. All there is if the connection ends. */
export function readHead(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    const look = () => {
      for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) bytes = Buffer.concat([bytes, chunk]);
      const end = bytes.indexOf('\r\n\r\n');
      if (end < 0) return;
      socket.off('readable', look);
      if (end + 4 < bytes.length) socket.unshift(bytes.subarray(end + 4));
      resolve(bytes.toString('latin1', 0, end));
    };
    socket.on('readable', look);
    socket.once('close', () => resolve(bytes.toString('latin1')));
  });
}

/** TLS over a connection; rejects if the greeting fails. */
export function tlsOver(
  socket: Socket,
  servername: string,
  ca: string = peersAuthority.certificate,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const tls = connectTls({ socket, servername, ca });
    tls.once('secureConnect', () => resolve(tls));
    tls.once('error', reject);
    tls.once('close', () => reject(new Error('closed')));
  });
}

export const get = (url: string, host: string, more = ''): string =>
  `GET ${url} HTTP/1.1\r\nHost: ${host}\r\n${more}Connection: close\r\n\r\n`;
