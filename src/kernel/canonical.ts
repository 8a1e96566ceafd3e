// One spelling for data, so that a digest over it means something.

import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Json } from './types.ts';

/**
 * Canonical JSON text.
 * @throws {TypeError} if the value holds something that is not JSON (undefined, NaN, a function).
 * @see https://www.rfc-editor.org/rfc/rfc8785
 */
export function canonicalJson(value: Json): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('could not spell a value as canonical JSON: it is not JSON');
  return text;
}

/** `sha256:` and 64 lower-case hex digits over the canonical JSON of `value`. */
export function digestOf(value: Json): string {
  return `sha256:${createHash('sha256').update(canonicalJson(value)).digest('hex')}`;
}
