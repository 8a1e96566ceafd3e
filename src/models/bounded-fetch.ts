// The way to a provider: one host, no redirects (they would carry the key elsewhere), and an end to what it may send.

import { AnswerBoundsError } from './answer-assembly.ts';

/** Bytes of one response, protocol around the answer included. */
const responseBytesMax = 67_108_864;

/** `fetch` that follows no redirect and fails a response longer than `bytesMax`. */
export function boundedFetch(fetch: typeof globalThis.fetch, bytesMax = responseBytesMax): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, redirect: 'error' });
    if (response.body === null) return response;
    let bytes = 0;
    const counted = response.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          bytes += chunk.byteLength;
          if (bytes > bytesMax) throw new AnswerBoundsError(`the response was longer than ${bytesMax} bytes`);
          controller.enqueue(chunk);
        },
      }),
    );
    const { status, statusText, headers } = response;
    return new Response(counted, { status, statusText, headers });
  };
}
