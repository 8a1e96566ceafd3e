// The life of one client's connection: challenged, let in, served, ended. What always holds: before `connect` nothing else is
// heard, and little of it; a client that reads slowly is cut off, not waited for; every timer and listener ends with it.

import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { Clock } from '../kernel/ports.ts';
import type { JsonObject } from '../kernel/types.ts';
import type { Admitted, Client } from './admit.ts';
import type { Challenge } from './device-proof.ts';
import type { GatewayLimits } from './limits.ts';
import { type Answered, refused, unavailable } from './protocol/error-shape.ts';
import { eventText, type RequestFrame, readFrame, responseText } from './protocol/frames.ts';

/** What a connection needs of the gateway. */
export interface ConnectionParts {
  readonly clock: Clock;
  readonly limits: GatewayLimits;
  readonly admit: (params: unknown, challenge: Challenge) => Promise<Admitted>;
  /** The payload of `hello-ok`. */
  readonly hello: (client: Client) => JsonObject;
  readonly answer: (frame: RequestFrame, client: Client) => Promise<Answered>;
  /** Told once the client is in. */
  readonly entered: () => void;
  /** Told of what broke on our side. */
  readonly failed: (doing: string, error: unknown) => void;
}

export interface Connection {
  /** Null until it is let in, and once it is closing. */
  client(): Client | null;
  /** Sends the next event, its payload as JSON text; a client that is not in hears none. */
  send(event: string, payload: string): void;
  /** Ends what did not answer since the last time, and asks the rest whether they are there. */
  probe(): void;
  close(code: number, because: string): void;
  /** Resolves once no request is under way. */
  quiet(): Promise<void>;
}

/** WebSocket close codes. */
export const closeCodes = Object.freeze({ policy: 1008, tooBig: 1009, unsupported: 1003, goingAway: 1001, busy: 1013 });

/** Serves a socket that was just opened over `stream`. */
export function serveConnection(socket: WebSocket, stream: Duplex, parts: ConnectionParts): Connection {
  const { clock, limits } = parts;
  const ended = new AbortController();
  const challenge = { nonce: randomBytes(24).toString('base64url'), at: Math.trunc(clock.now()) };
  const underWay = new Set<Promise<void>>();
  let phase: 'greeting' | 'judging' | 'in' | 'closing' = 'greeting';
  let client: Client | null = null;
  let seq = 0;
  let isThere = true;

  const close = (code: number, because: string): void => {
    if (phase === 'closing') return;
    phase = 'closing';
    client = null;
    socket.close(code, because.slice(0, 120));
    void clock.sleep(limits.closeMs, ended.signal).then(() => socket.terminate());
  };
  const write = (text: string): void => {
    if (phase === 'closing' || socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount + text.length > limits.bufferedBytes) {
      close(closeCodes.policy, 'this client reads too slowly: connect again and refresh');
      // What waits for it is let go at once.
      socket.terminate();
      return;
    }
    socket.send(text, () => {
      // A write that fails ends the connection, and that is heard as `close`.
    });
  };
  const refuseAndClose = (id: string, said: Answered & { readonly ok: false }): void => {
    if (id !== '') write(responseText(id, said));
    close(closeCodes.policy, said.error.message);
  };

  const countStranger = countBytes(limits.strangerBytes, () => socket.terminate());
  stream.on('data', countStranger);

  const greet = async (text: string): Promise<void> => {
    phase = 'judging';
    const read = readFrame(text, limits.depthMax);
    if (read.kind === 'wrong') {
      refuseAndClose(read.id, refused('INVALID_REQUEST', `the frame is not a request: ${read.because}`));
      return;
    }
    const { id, method, params } = read.frame;
    if (method !== 'connect') {
      refuseAndClose(id, refused('INVALID_REQUEST', 'the first request must be `connect`'));
      return;
    }
    const admitted = await parts.admit(params, challenge);
    if (!isJudging()) return;
    if (admitted.kind === 'out') {
      refuseAndClose(id, admitted.said);
      return;
    }
    stream.off('data', countStranger);
    client = admitted.client;
    phase = 'in';
    write(responseText(id, { ok: true, payload: parts.hello(client) }));
    parts.entered();
  };
  // Narrowing does not see that others change it while this waits.
  const isJudging = (): boolean => phase === 'judging';

  const serve = async (text: string, asker: Client): Promise<void> => {
    const read = readFrame(text, limits.depthMax);
    if (read.kind === 'wrong') {
      const said = refused('INVALID_REQUEST', `the frame is not a request: ${read.because}`);
      if (read.id === '') close(closeCodes.policy, said.error.message);
      else write(responseText(read.id, said));
      return;
    }
    const { frame } = read;
    if (frame.method === 'connect') {
      write(responseText(frame.id, refused('INVALID_REQUEST', 'this client is connected already')));
      return;
    }
    if (underWay.size >= limits.requestsInFlight) {
      const because = `${limits.requestsInFlight} requests of this client are under way: wait for answers`;
      write(responseText(frame.id, unavailable(because, 250)));
      return;
    }
    const { promise: work, resolve: done } = Promise.withResolvers<void>();
    underWay.add(work);
    try {
      write(responseText(frame.id, await parts.answer(frame, asker)));
    } finally {
      underWay.delete(work);
      done();
    }
  };

  const hear = async (data: RawData, isBinary: boolean): Promise<void> => {
    isThere = true;
    if (phase === 'closing') return;
    if (isBinary) return close(closeCodes.unsupported, 'frames are text');
    const text = textOf(data);
    if (phase === 'greeting') return greet(text);
    if (client === null) return close(closeCodes.policy, 'wait for the answer to `connect` before the next frame');
    return serve(text, client);
  };

  socket.on('message', (data, isBinary) => {
    hear(data, isBinary).catch((error: unknown) => {
      parts.failed('serving a frame', error);
      close(1011, 'the gateway could not serve this frame: see its log');
    });
  });
  socket.on('pong', () => {
    isThere = true;
  });
  // A socket that errs closes, with a code that says why.
  socket.on('error', () => close(closeCodes.policy, 'the connection broke'));
  socket.on('close', () => {
    phase = 'closing';
    client = null;
    stream.off('data', countStranger);
    ended.abort();
  });
  void clock.sleep(limits.strangerMs, ended.signal).then(() => {
    if (phase === 'greeting' || phase === 'judging') close(closeCodes.policy, 'no `connect` in time');
  });
  write(eventText('connect.challenge', JSON.stringify({ nonce: challenge.nonce, ts: challenge.at }), null));

  return {
    client: () => client,
    send: (event, payload) => {
      if (client === null) return;
      seq += 1;
      write(eventText(event, payload, seq));
    },
    probe: () => {
      if (!isThere) return socket.terminate();
      isThere = false;
      if (socket.readyState === socket.OPEN) socket.ping();
    },
    close,
    quiet: async () => {
      await Promise.all(underWay);
    },
  };
}

/** Counts what comes over a stream, and tells once when it is too much. */
function countBytes(max: number, tooMany: () => void): (chunk: Buffer) => void {
  let bytes = 0;
  return (chunk) => {
    bytes += chunk.length;
    if (bytes > max) tooMany();
  };
}

const textOf = (data: RawData): string => {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return (Buffer.isBuffer(data) ? data : Buffer.from(data)).toString('utf8');
};
