// Compares secrets so that the time it takes says nothing about them, their length included.

import { hash, timingSafeEqual } from 'node:crypto';

/** True if both are the same; no secret (null) is like nothing. */
export const isSameSecret = (given: string, secret: string | null): boolean =>
  timingSafeEqual(sha256(given), sha256(secret ?? '')) && secret !== null && secret !== '';

const sha256 = (text: string): Buffer => hash('sha256', text, 'buffer');
