// Whether a client holds the key of the device that it names: an Ed25519 signature over the reference's payload (version 3),
// which holds the nonce of this very connection.

import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import type { ConnectParams } from './protocol/connect.ts';

/** What this connection asked for. */
export interface Challenge {
  readonly nonce: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export type DeviceProof =
  | { readonly kind: 'none' }
  | { readonly kind: 'proven'; readonly id: string; readonly publicKey: string }
  | { readonly kind: 'refused'; readonly code: string; readonly because: string };

/** How far the time of a signature may be from that of the challenge. */
const skewMs = 120_000;
const rawKeyBytes = 32;

/** Checks the device of a connect frame. */
export function proveDevice(params: ConnectParams, challenge: Challenge): DeviceProof {
  const { device } = params;
  if (device === undefined) return { kind: 'none' };
  const raw = Buffer.from(device.publicKey, 'base64url');
  const key = raw.length === rawKeyBytes ? keyOf(raw) : null;
  if (key === null) return refuse('DEVICE_AUTH_PUBLIC_KEY_INVALID', 'its public key is not an Ed25519 key');
  if (device.id !== hash('sha256', raw, 'hex'))
    return refuse('DEVICE_AUTH_DEVICE_ID_MISMATCH', 'its id is not the SHA-256 of its public key');
  if (device.nonce !== challenge.nonce)
    return refuse('DEVICE_AUTH_NONCE_MISMATCH', 'it did not sign the nonce of this connection');
  if (Math.abs(device.signedAt - challenge.at) > skewMs)
    return refuse('DEVICE_AUTH_SIGNATURE_EXPIRED', 'the time of its signature is too far from that of the challenge');
  const signature = Buffer.from(device.signature, 'base64url');
  if (!verify(null, Buffer.from(signedText(params, device)), key, signature))
    return refuse('DEVICE_AUTH_SIGNATURE_INVALID', 'its signature does not fit what it asks for');
  return { kind: 'proven', id: device.id, publicKey: raw.toString('base64url') };
}

const refuse = (code: string, because: string): DeviceProof => ({ kind: 'refused', code, because });

function keyOf(raw: Buffer): KeyObject | null {
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' });
  } catch {
    return null;
  }
}

/** What the reference client signs. A separator inside a part would let one request pass for another, so it is refused. */
function signedText(
  { client, role, scopes, auth }: ConnectParams,
  { id, signedAt, nonce }: NonNullable<ConnectParams['device']>,
): string {
  const token = auth?.token ?? auth?.deviceToken ?? auth?.bootstrapToken ?? '';
  const parts = [
    id,
    client.id,
    client.mode,
    role ?? 'operator',
    (scopes ?? []).join(','),
    String(signedAt),
    token,
    nonce,
  ];
  const all = ['v3', ...parts, folded(client.platform), folded(client.deviceFamily ?? '')];
  return all.some((part) => part.includes('|')) ? '' : all.join('|');
}

const folded = (text: string): string => text.trim().replace(/[A-Z]/g, (letter) => letter.toLowerCase());
