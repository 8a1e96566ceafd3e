// The gateway's port: HTTP pages and WebSockets behind the same doors. What always holds: one upgrade gate, and nothing past it
// unjudged; stopping tells clients, waits for requests under way for a bounded time, and leaves no timer and no socket behind.

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { WebSocketServer } from 'ws';
import type { Clock } from '../kernel/ports.ts';
import type { Store } from '../kernel/store.ts';
import type { Json } from '../kernel/types.ts';
import { type Arrival, admit } from './admit.ts';
import { type Bind, type GatewaySecrets, whyNotListen } from './bind.ts';
import { createClientAddress } from './client-address.ts';
import { serveConnection } from './connection.ts';
import { createConnections } from './connections.ts';
import { createDevices } from './devices.ts';
import { type DoorOptions, judgeEntry } from './doors.ts';
import { drain } from './drain.ts';
import { events, type GatewayEvent, helloFor } from './hello.ts';
import { createHttp } from './http.ts';
import { createIdempotency } from './idempotency.ts';
import type { GatewayLimits } from './limits.ts';
import { createLockout, type LockoutLimits, sourceOf } from './lockout.ts';
import { gatewayMethods } from './methods/gateway-methods.ts';
import { createMethods } from './methods/registry.ts';
import { createMetrics } from './metrics.ts';
import type { GatewayPorts } from './ports.ts';
import { unavailable } from './protocol/error-shape.ts';
import { turnAway } from './raw-http.ts';

export interface GatewayOptions {
  readonly bind: Bind;
  readonly secrets: GatewaySecrets;
  readonly doors: Omit<DoorOptions, 'host'>;
  /** Addresses of reverse proxies whose `x-forwarded-for` is believed. */
  readonly trustedProxies: readonly string[];
  readonly store: Pick<Store, 'changeNote' | 'notes'>;
  readonly clock: Clock;
  readonly ports: GatewayPorts;
  readonly limits: GatewayLimits;
  readonly lockout: LockoutLimits;
  readonly version: string;
  /** Told of what broke on our side; nothing in it comes from a client. */
  readonly failed: (doing: string, error: unknown) => void;
}

export interface Gateway {
  /** Where it listens. */
  readonly port: number;
  /** Tells every client that may hear it. */
  publish(event: GatewayEvent, payload: Json): void;
  /** Takes nothing new, waits for what is under way, ends every connection. */
  stop(reason: string): Promise<void>;
}

/** Paths where WebSockets are opened. */
const socketPaths = ['/', '/ws'];

/**
 * Starts the gateway; it listens when this resolves.
 * @throws {TypeError} if it must not listen there; the message says what to do.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { bind, secrets, clock, limits, ports, store, version, failed } = options;
  const objection = whyNotListen(bind, secrets);
  if (objection !== '') throw new TypeError(`could not start the gateway: ${objection}`);

  const bootId = randomUUID();
  const startedAt = clock.monotonic();
  const uptimeMs = (): number => Math.trunc(clock.monotonic() - startedAt);
  const ended = new AbortController();
  let isDraining = false;
  const connections = createConnections(limits);
  const metrics = createMetrics(connections.count);
  const lockout = createLockout(clock, options.lockout);
  const devices = createDevices(store, clock);
  const addressOf = createClientAddress(options.trustedProxies);
  const doors = { ...options.doors, host: bind.host };
  const publish = (event: GatewayEvent, payload: Json): void =>
    connections.publish(event, payload, events[event].scope);
  const now = (): number => Math.trunc(clock.now());

  const methods = createMethods({
    methods: gatewayMethods({
      ports,
      devices,
      clock,
      standing: () => ({ version, uptimeMs: uptimeMs(), connections: connections.count(), isDraining }),
      publish,
      lostDevice: connections.closeDevice,
    }),
    idempotency: createIdempotency(store, clock),
    failed: (method, error) => failed(`answering ${method}`, error),
  });
  const known = new Set(methods.all.map(({ name }) => name));

  const arrivalOf = (request: IncomingMessage, isBrowser: boolean): Arrival => {
    const forwarded = request.headers['x-forwarded-for'];
    const address = addressOf(request.socket.remoteAddress ?? '', typeof forwarded === 'string' ? forwarded : '');
    return { address, source: sourceOf(address, isBrowser) };
  };

  const http = createHttp({
    bodyBytes: limits.bodyBytes,
    metrics,
    lockout,
    secret: secrets.token ?? secrets.password,
    notReady: () => (isDraining ? 'the gateway stops' : ''),
    enter: ({ env }) => {
      const { incoming }: HttpBindings = env;
      const entry = judgeEntry(incoming.headers, incoming.rawHeaders, doors);
      if (entry.kind === 'open') return arrivalOf(incoming, entry.isBrowser);
      metrics.refused(entry.status === 421 ? 'host' : entry.status === 403 ? 'origin' : 'malformed');
      return entry;
    },
  });
  const server = createServer(
    { maxHeaderSize: 16_384, headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 5_000 },
    getRequestListener(http.fetch, { overrideGlobalObjects: false }),
  );
  server.maxConnections = limits.connectionsMax + limits.strangersMax;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.payloadBytes,
    perMessageDeflate: false,
    clientTracking: false,
  });

  const serve = (request: IncomingMessage, stream: Duplex, head: Buffer, arrival: Arrival): void => {
    const place = connections.take(arrival.address);
    stream.once('close', place.left);
    sockets.handleUpgrade(request, stream, head, (socket) => {
      const connId = randomUUID();
      const connection = serveConnection(socket, stream, {
        clock,
        limits,
        failed,
        admit: async (params, challenge) => {
          const asked = (waiting: Parameters<Parameters<typeof admit>[3]['asked']>[0]): void => {
            const { requestId, id, publicKey, name, platform, scopes, address, at } = waiting;
            const shown = { displayName: name, platform, role: 'operator', scopes, remoteIp: address };
            publish('device.pair.requested', { requestId, deviceId: id, publicKey, ...shown, ts: at });
          };
          const admitted = await admit(params, challenge, arrival, { secrets, devices, lockout, asked });
          if (admitted.kind === 'out') metrics.refused('auth');
          return admitted;
        },
        hello: (client) =>
          helloFor(client, {
            ...{ version, bootId, connId, methods: methods.all, limits, now: now(), uptimeMs: uptimeMs() },
            authMode: secrets.token === null ? 'password' : 'token',
          }),
        answer: async (frame, client) => {
          const said = isDraining
            ? unavailable('the gateway stops: connect again', 1_000)
            : await methods.answer(frame, client);
          metrics.answered(known.has(frame.method) ? frame.method : '', said.ok);
          return said;
        },
        entered: place.entered,
      });
      place.opened(connection);
    });
  };

  server.on('upgrade', (request, stream, head) => {
    stream.on('error', () => stream.destroy());
    const entry = judgeEntry(request.headers, request.rawHeaders, doors);
    if (entry.kind === 'shut') {
      metrics.refused(entry.status === 421 ? 'host' : entry.status === 403 ? 'origin' : 'malformed');
      return turnAway(stream, entry.status, entry.because);
    }
    const path = (request.url ?? '').split('?')[0] ?? '';
    if (!socketPaths.includes(path)) {
      metrics.refused('path');
      return turnAway(stream, 404, 'there is nothing here: connect to /');
    }
    const arrival = arrivalOf(request, entry.isBrowser);
    if (isDraining || !connections.hasRoom(arrival.address)) {
      metrics.refused(isDraining ? 'draining' : 'full');
      return turnAway(stream, 503, isDraining ? 'the gateway stops' : 'too many connections: try again later');
    }
    serve(request, stream, head, arrival);
  });
  server.on('clientError', (_error, stream) => {
    if (stream.writable) turnAway(stream, 400, 'this is not HTTP');
    else stream.destroy();
  });

  let stopping: Promise<void> | null = null;
  const stop = async (reason: string): Promise<void> => {
    isDraining = true;
    publish('shutdown', { reason });
    await drain({ server, connections, clock, limits }, reason);
    ended.abort();
    sockets.close();
  };

  const port = await listen(server, bind);
  void beat(clock, limits.tickMs, ended.signal, () => {
    connections.probe();
    publish('tick', { ts: now() });
  });

  return {
    port,
    publish,
    stop: (reason) => {
      stopping ??= stop(reason);
      return stopping;
    },
  };
}

const listen = (server: Server, { host, port }: Bind): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new Error(`could not listen on ${host}:${port}: ${error.message}; is another program there?`, { cause: error }),
      ),
    );
    server.listen({ host, port }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });

async function beat(clock: Clock, everyMs: number, signal: AbortSignal, once: () => void): Promise<void> {
  for (;;) {
    await clock.sleep(everyMs, signal);
    if (signal.aborted) return;
    once();
  }
}
