// What is said to a stream that is no WebSocket, and will be none.

import type { Duplex } from 'node:stream';

/** Answers in plain HTTP and ends the stream. The reference client shows the message to people. */
export function turnAway(stream: Duplex, status: 400 | 403 | 404 | 421 | 503, because: string): void {
  const body = JSON.stringify({ error: { type: 'refused', message: because } });
  const head = `HTTP/1.1 ${status} ${phrases[status]}\r\nconnection: close\r\ncontent-type: application/json\r\n`;
  stream.end(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`, () => stream.destroy());
}

const phrases = Object.freeze({
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  421: 'Misdirected Request',
  503: 'Service Unavailable',
});
