// Codes that a device shows, a new one every 30 seconds: SHA-1 and six digits, which is what every authenticator knows.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const stepMs = 30_000;
const digits = 6;
/** The code before and the one after count as well: clocks differ, and typing takes a while. */
const stepsAround = 1;
const secretBytes = 20;

/** A fresh secret. */
export const makeSecret = (): Buffer => randomBytes(secretBytes);

/** Number of the time step at `now` (milliseconds since the epoch). */
export const stepAt = (now: number): number => Math.floor(now / stepMs);

/**
 * The code of one time step.
 * @see https://www.rfc-editor.org/rfc/rfc6238
 */
export function codeAt(secret: Buffer, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const number = mac.readUInt32BE((mac.at(-1) ?? 0) & 0x0f) & 0x7f_ff_ff_ff;
  return String(number % 10 ** digits).padStart(digits, '0');
}

/** The time step that `code` belongs to, now or next to it and later than `after`; null if none. */
export function stepOf(code: string, secret: Buffer, now: number, after: number): number | null {
  const said = Buffer.from(code.replaceAll(' ', ''));
  if (said.length !== digits) return null;
  let found: number | null = null;
  for (let step = stepAt(now) - stepsAround; step <= stepAt(now) + stepsAround; step += 1) {
    // Every one is compared, so that the time it takes tells nothing.
    const isSame = timingSafeEqual(said, Buffer.from(codeAt(secret, Math.max(0, step))));
    if (isSame && step >= 0 && step > after) found ??= step;
  }
  return found;
}

/** What authenticators read from a picture or a link. */
export function enrolmentUri(secret: Buffer, person: string, issuer: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(person)}`;
  return `otpauth://totp/${label}?secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=${digits}&period=${stepMs / 1_000}`;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648, without padding. */
export function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => alphabet[Number.parseInt(five.padEnd(5, '0'), 2)]).join('');
}
