// One spelling for data, so that a digest over it means something, and copies that share nothing with the original.

import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { JsonObject } from './types.ts';

/**
 * Canonical JSON text of a value that is JSON.
 * @throws {Error} if it is not (undefined, a function, a cycle), or a text in it holds half a surrogate pair.
 * @see https://www.rfc-editor.org/rfc/rfc8785
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('could not spell a value as canonical JSON: it is not JSON');
  return text;
}

/** `sha256:` and 64 lower-case hex digits over the canonical JSON of `value`. */
export function digestOf(value: unknown): string {
  return `sha256:${createHash('sha256').update(canonicalJson(value)).digest('hex')}`;
}

/** A frozen copy of plain data: whoever handed in the original can no longer change what was judged. */
export function frozenCopy<T>(value: T): T {
  return deepFreeze(JSON.parse(canonicalJson(value)));
}

/** A copy of plain data as a JSON object, with every string passed through `redact`. */
export function jsonCopy(value: object, redact: (text: string) => string): JsonObject {
  return JSON.parse(canonicalJson(value), (_key, leaf) => (typeof leaf === 'string' ? redact(leaf) : leaf));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
