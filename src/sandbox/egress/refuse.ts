// How a refusal is said: in HTTP, with the reason in the status line, a header and the body, because programs show now one,
// now another.

import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { visible } from '../../kernel/describe.ts';

/** One line of plain ASCII. */
const line = (because: string): string =>
  visible(because.replace(/[\r\n]+/g, ' '))
    .replace(/[^ -~]/g, '?')
    .slice(0, 1_000);

/** Answers a request with a refusal and ends its connection; one that is half answered is only broken off. */
export function refuseWith(response: ServerResponse, status: number, because: string): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const body = `sallyport: ${because}\n`;
  response.writeHead(status, line(because), {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'x-sallyport-because': line(because),
    connection: 'close',
  });
  response.end(body);
}

/** The same on a connection that no response belongs to. */
export function refuseOn(socket: Duplex, status: number, because: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = `sallyport: ${because}\n`;
  const head = [
    `HTTP/1.1 ${status} ${line(because)}`,
    'content-type: text/plain; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-sallyport-because: ${line(because)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
