// A provider on loopback that does exactly what a test says: correct answers, broken ones, none.

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server was asked. */
export interface Received {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface StreamServer extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly Received[];
  /** Resolves when a client has closed its connection before the answer was over. */
  readonly leftAlone: Promise<void>;
}

/** Starts a server that answers every request with `answer`. */
export async function streamServer(answer: (response: ServerResponse) => void): Promise<StreamServer> {
  const received: Received[] = [];
  const left = Promise.withResolvers<void>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push({ url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.on('close', () => {
      if (!response.writableFinished) left.resolve();
    });
    answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    received,
    leftAlone: left.promise,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An answer with a status and a JSON body. */
export const sendJson =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  (response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };

/** An event stream; `then` says how it goes on after the last line. */
export const sendEvents =
  (lines: readonly string[], then: 'end' | 'hang' | 'cut' = 'end') =>
  (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(lines.map((line) => `${line}\n\n`).join(''), () => {
      if (then === 'end') response.end();
      if (then === 'cut') response.destroy();
    });
  };

/** Lines of Anthropic's protocol. */
export const anthropicEvents = (
  ...events: readonly { readonly type: string; readonly [key: string]: unknown }[]
): string[] => events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}`);

/** Lines of OpenAI's protocol, without the closing `[DONE]`. */
export const openAiChunks = (...choices: readonly object[]): string[] =>
  choices.map((choice) => `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices: [choice] })}`);

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
