// How the gateway says no. Codes and details are those of the reference protocol, so that its clients know what to do next.

import type { JsonObject } from '../../kernel/types.ts';

export type ErrorCode = 'INVALID_REQUEST' | 'FORBIDDEN' | 'NOT_PAIRED' | 'APPROVAL_NOT_FOUND' | 'UNAVAILABLE';

/** The `error` of a response. */
export interface ErrorShape {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: JsonObject;
  readonly retryable: boolean;
  /** 0 where waiting changes nothing. */
  readonly retryAfterMs: number;
}

/** What came of a request. */
export type Answered =
  | { readonly ok: true; readonly payload: JsonObject | readonly JsonObject[] }
  | { readonly ok: false; readonly error: ErrorShape };

/** A refusal that the same request meets again. */
export const refused = (code: ErrorCode, message: string, details: JsonObject = {}): Answered & { ok: false } => ({
  ok: false,
  error: { code, message, details, retryable: false, retryAfterMs: 0 },
});

/** A refusal that passes. */
export const unavailable = (
  message: string,
  retryAfterMs: number,
  details: JsonObject = {},
): Answered & { ok: false } => ({
  ok: false,
  error: { code: 'UNAVAILABLE', message, details, retryable: true, retryAfterMs },
});

export const answered = (payload: JsonObject | readonly JsonObject[]): Answered => ({ ok: true, payload });
