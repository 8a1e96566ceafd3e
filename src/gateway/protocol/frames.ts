// Frames: JSON texts over a WebSocket, as the reference protocol has them. What always holds: a text becomes a frame here or
// nowhere; what is nested too deeply is never parsed.

import { z } from 'zod';
import type { Answered } from './error-shape.ts';

/** The version of the reference protocol that is spoken. */
export const protocolVersion = 4;

export const requestFrame = z.strictObject({
  type: z.literal('req'),
  id: z.string().min(1).max(128),
  method: z.string().min(1).max(128),
  params: z.unknown().optional(),
  traceparent: z.string().max(128).optional(),
});

export const responseFrame = z.strictObject({
  type: z.literal('res'),
  id: z.string().min(1).max(128),
  ok: z.boolean(),
  payload: z.json().optional(),
  error: z
    .strictObject({
      code: z.enum(['INVALID_REQUEST', 'FORBIDDEN', 'NOT_PAIRED', 'APPROVAL_NOT_FOUND', 'UNAVAILABLE']),
      message: z.string().min(1),
      details: z.json().optional(),
      retryable: z.boolean().optional(),
      retryAfterMs: z.int().min(0).optional(),
    })
    .optional(),
});

export const eventFrame = z.strictObject({
  type: z.literal('event'),
  event: z.string().min(1),
  payload: z.json().optional(),
  seq: z.int().min(0).optional(),
});

export type RequestFrame = z.infer<typeof requestFrame>;

/** What a text turned out to be; `id` is that of a request whose frame is wrong otherwise, or ''. */
export type ReadFrame =
  | { readonly kind: 'request'; readonly frame: RequestFrame }
  | { readonly kind: 'wrong'; readonly id: string; readonly because: string };

/** Reads a frame from a client. */
export function readFrame(text: string, depthMax: number): ReadFrame {
  if (isDeeper(text, depthMax)) return wrong('', `it is nested more than ${depthMax} levels deep`);
  const value = parse(text);
  if (value === undefined) return wrong('', 'it is not JSON');
  const read = requestFrame.safeParse(value);
  if (read.success) return { kind: 'request', frame: read.data };
  const named = z.object({ id: requestFrame.shape.id }).safeParse(value);
  return wrong(named.success ? named.data.id : '', problemText(read.error));
}

const wrong = (id: string, because: string): ReadFrame => ({ kind: 'wrong', id, because });

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Counts brackets outside strings; in text that is no JSON the count means nothing and does no harm. */
function isDeeper(text: string, depthMax: number): boolean {
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (isInString) {
      if (code === 0x5c) index += 1;
      else if (code === 0x22) isInString = false;
    } else if (code === 0x22) isInString = true;
    else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      if (depth > depthMax) return true;
    } else if (code === 0x5d || code === 0x7d) depth -= 1;
  }
  return false;
}

/** What is wrong with data, on one line: where, and what; never the data itself. */
export function problemText(error: z.ZodError): string {
  const texts = error.issues.slice(0, 3).map((issue) => {
    const where = issue.path.map(String).join('.').slice(0, 100);
    return `${where === '' ? '' : `\`${where}\`: `}${lowered(issue.message).slice(0, 200)}`;
  });
  return texts.join('; ');
}

const lowered = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** The text of a response. */
export function responseText(id: string, said: Answered): string {
  if (said.ok) return JSON.stringify({ type: 'res', id, ok: true, payload: said.payload });
  const { details, retryAfterMs, ...error } = said.error;
  const shape = { ...error, ...(Object.keys(details).length === 0 ? {} : { details }) };
  return JSON.stringify({ type: 'res', id, ok: false, error: retryAfterMs > 0 ? { ...shape, retryAfterMs } : shape });
}

/** The text of an event; those before a client is let in have no number. `payload` is JSON text, for it is sent to many. */
export const eventText = (event: string, payload: string, seq: number | null): string =>
  `{"type":"event","event":${JSON.stringify(event)},"payload":${payload}${seq === null ? '' : `,"seq":${seq}`}}`;
