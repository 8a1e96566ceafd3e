// What both providers' models do when the other side fails, lies, floods, hangs or redirects.

import type { ServerResponse } from 'node:http';
import { describe, expect, test, vi } from 'vitest';
import { createAnthropicModel } from '../../src/models/anthropic.ts';
import { createOpenAiModel } from '../../src/models/openai.ts';
import { answerOf, callsOf, plainRequest, stopOf } from '../conformance/model.ts';
import { anthropicEvents, openAiChunks, sendEvents, sendJson, streamServer } from './stream-server.ts';

const apiKey = 'sk-secret-0123456789abcdef';

const providers = [
  {
    name: 'anthropic',
    create: createAnthropicModel,
    begun: anthropicEvents(
      { type: 'content_block_start', index: 0, content_block: { type: 'tool_use', id: 't', name: 'read', input: {} } },
      { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '{"path":"a"}' } },
      { type: 'content_block_stop', index: 0 },
    ),
    text: (text: string) =>
      anthropicEvents({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
    calls: (index: number) =>
      anthropicEvents({
        type: 'content_block_start',
        index,
        content_block: { type: 'tool_use', id: `t${index}`, name: 'read', input: {} },
      }),
    inStreamError: anthropicEvents({ type: 'error', error: { type: 'overloaded_error', message: 'busy' } }),
    lost: ['event: message_start\ndata: {not json'],
  },
  {
    name: 'openai',
    create: createOpenAiModel,
    begun: openAiChunks({
      index: 0,
      delta: { tool_calls: [{ index: 0, id: 't', function: { name: 'read', arguments: '{"path":"a"}' } }] },
    }),
    text: (content: string) => openAiChunks({ index: 0, delta: { content } }),
    calls: (index: number) =>
      openAiChunks({ index: 0, delta: { tool_calls: [{ index, id: `t${index}`, function: { name: 'read' } }] } }),
    inStreamError: ['data: {"error":{"type":"overloaded_error","message":"busy"}}'],
    lost: ['data: {not json'],
  },
];

describe.each(providers)('$name', ({ create, begun, text, calls, inStreamError, lost }) => {
  const failureOf = async (answer: (response: ServerResponse) => void) => {
    await using server = await streamServer(answer);
    const events = await answerOf(create({ apiKey, baseUrl: server.url, model: 'some-model' }));
    const stop = stopOf(events);
    expect(stop.reason).toBe('error');
    expect(stop.because).not.toContain(apiKey);
    expect(callsOf(events)).toEqual([]);
    return { because: stop.because, requests: server.received.length };
  };

  test.each([
    [401, 'did not accept the key'],
    [403, 'did not accept the key'],
    [402, 'no credit'],
    [404, 'does not know model `some-model`'],
    [400, 'refused the request with status 400: sentence of the server'],
    [413, 'too large'],
    [429, 'wait 7 seconds'],
    [500, 'failed with status 500'],
    [503, 'overloaded'],
    [529, 'overloaded'],
  ])('a response with status %i is a stop that says what to do, without a second try', async (status, words) => {
    const message = `sentence of the server ${apiKey}\u001b[31m`;
    const failure = await failureOf(sendJson(status, { error: { type: 'x', message } }, { 'retry-after': '7' }));
    expect(failure.because).toContain(words);
    expect(failure.because).not.toContain('\u001b');
    expect(failure.requests).toBe(1);
  });

  test('an error page that is not JSON is a stop', async () => {
    const { because } = await failureOf((response) => response.writeHead(502).end('<html>bad gateway</html>'));
    expect(because).toContain('failed with status 502');
  });

  test('a page instead of a stream is a stop', async () => {
    await failureOf((response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>hello</html>'));
  });

  test('a stream that is not the protocol is a stop', async () => {
    const { because } = await failureOf(sendEvents(lost));
    expect(because).toContain('not its protocol');
  });

  test('the library prints nothing, not even about a stream that is not the protocol', async () => {
    const printed: unknown[] = [];
    const ways = ['error', 'warn', 'info', 'log', 'debug'] as const;
    const spies = ways.map((way) => vi.spyOn(console, way).mockImplementation((...text) => void printed.push(text)));
    await failureOf(sendEvents(lost));
    for (const spy of spies) spy.mockRestore();
    expect(printed).toEqual([]);
  });

  test('events of a shape nobody knows are a stop', async () => {
    await failureOf(sendEvents(['event: message_start\ndata: null', 'data: {"choices":[{"delta":null}]}', 'data: 7']));
  });

  test('an error in the middle of the stream is a stop', async () => {
    const { because } = await failureOf(sendEvents([...begun, ...inStreamError]));
    expect(because).toContain('overloaded');
  });

  test('a stream that ends before the answer does hands out no calls', async () => {
    const { because } = await failureOf(sendEvents(begun));
    expect(because).toContain('broke off');
  });

  test('a connection that is cut in the middle hands out no calls', async () => {
    await failureOf(sendEvents([...text('Well'), ...begun], 'cut'));
  });

  test('a connection that is cut before the headers is a stop', async () => {
    const { because } = await failureOf((response) => response.destroy());
    expect(because).toContain('could not reach');
  });

  test('a server that does not listen is a stop that names it', async () => {
    const server = await streamServer(sendJson(500, {}));
    await server[Symbol.asyncDispose]();
    const stop = stopOf(await answerOf(create({ apiKey, baseUrl: server.url, model: 'm' })));
    expect(stop.because).toContain(new URL(server.url).host);
    expect(stop.because).toContain('ECONNREFUSED');
  });

  test('a redirect is not followed, so the key stays with the host it belongs to', async () => {
    await using thief = await streamServer(sendJson(200, {}));
    const failure = await failureOf((response) => response.writeHead(307, { location: `${thief.url}/v1` }).end());
    expect(failure.requests).toBe(1);
    expect(thief.received).toEqual([]);
  });

  test('a base URL with a password in it is never said', async () => {
    const baseUrl = 'http://user:hunter2@127.0.0.1:9/token-in-path';
    const stop = stopOf(await answerOf(create({ apiKey, baseUrl, model: 'm' })));
    expect(stop.because).toContain('127.0.0.1:9');
    expect(stop.because).not.toContain('hunter2');
    expect(stop.because).not.toContain('token-in-path');
  });

  test('a key that no header can carry is a stop that does not say it', async () => {
    const stop = stopOf(
      await answerOf(create({ apiKey: `${apiKey}\nx: y`, baseUrl: 'http://127.0.0.1:9', model: 'm' })),
    );
    expect(stop.reason).toBe('error');
    expect(stop.because).not.toContain(apiKey);
  });

  test('an answer without end is cut off', async () => {
    const { because } = await failureOf(sendEvents(text('x'.repeat(1_000_000)).flatMap((line) => Array(5).fill(line))));
    expect(because).toContain('longer than');
  });

  test('calls without end are cut off', async () => {
    const { because } = await failureOf(sendEvents(Array.from({ length: 200 }, (_, index) => calls(index)).flat()));
    expect(because).toContain('more than 128 calls');
  });

  test('an abort closes the connection to a server that hangs', async () => {
    await using server = await streamServer(sendEvents(text('Well'), 'hang'));
    const aborting = new AbortController();
    const events = create({ apiKey, baseUrl: server.url, model: 'm' }).stream(plainRequest, aborting.signal);
    for await (const event of events) if (event.kind === 'text') aborting.abort();
    await server.leftAlone;
  });

  test('a reader that walks away closes the connection', async () => {
    await using server = await streamServer(sendEvents(text('Well'), 'hang'));
    const stream = create({ apiKey, baseUrl: server.url, model: 'm' }).stream(
      plainRequest,
      new AbortController().signal,
    );
    for await (const event of stream) if (event.kind === 'text') break;
    await server.leftAlone;
  });

  test('an abort before any byte has come ends the answer', async () => {
    const arrived = Promise.withResolvers<void>();
    await using server = await streamServer(() => arrived.resolve());
    const aborting = new AbortController();
    const answer = answerOf(create({ apiKey, baseUrl: server.url, model: 'm' }), plainRequest, aborting.signal);
    await arrived.promise;
    aborting.abort();
    expect(stopOf(await answer).because).toContain('stopped');
  });
});
