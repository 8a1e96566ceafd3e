// Connects to addresses that were judged, and to nothing else: no name is resolved here.

import { connect, type Socket } from 'node:net';

/** A connection, and the address at its other end. */
export interface Dialled {
  readonly socket: Socket;
  readonly address: string;
}

/** Patience with an address that is not the last. */
const earlyMs = 3_000;

/** Tries the addresses one after the other; gives a reason where none answers. */
export async function dial(
  addresses: readonly string[],
  port: number,
  connectMs: number,
  signal: AbortSignal,
): Promise<Dialled | string> {
  let because = 'it has no address';
  for (const [index, address] of addresses.entries()) {
    if (signal.aborted) return 'the call is over';
    // One that swallows everything must not use up the time of the others.
    const patienceMs = index + 1 < addresses.length ? Math.min(connectMs, earlyMs) : connectMs;
    const socket = connect({ host: address, port, allowHalfOpen: true, noDelay: true });
    const failure = await connected(socket, patienceMs, signal);
    if (failure === '') return { socket, address };
    socket.destroy();
    because = failure;
  }
  return because;
}

/** Empty once it is connected, else why it is not. */
function connected(socket: Socket, connectMs: number, signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => settle(`no answer within ${connectMs} ms`), connectMs);
    const stop = () => settle('the call is over');
    const settle = (because: string) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve(because);
    };
    signal.addEventListener('abort', stop, { once: true });
    socket.once('connect', () => settle(''));
    // Stays attached: a socket that breaks later must not bring the process down.
    socket.on('error', (error: NodeJS.ErrnoException) => settle(error.code ?? 'it broke off'));
  });
}
