import { generateKeyPairSync, hash, sign } from 'node:crypto';
import { buildDeviceAuthPayloadV3 } from '@openclaw/gateway-client';
import { expect, test } from 'vitest';
import { proveDevice } from '../../src/gateway/device-proof.ts';
import { type ConnectParams, connectParams } from '../../src/gateway/protocol/connect.ts';
import { connectWith } from '../fixtures/gateway-bench.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
const challenge = { nonce: 'nonce of this connection', at: 1_700_000_000_000 };
const own = { id: hash('sha256', raw, 'hex'), publicKey: raw.toString('base64url') };

interface Wanted {
  readonly nonce?: string;
  readonly signedAt?: number;
  readonly id?: string;
  readonly publicKey?: string;
  readonly platform?: string;
}

/** A connect frame that the reference's own payload was signed for. */
function signed({
  nonce = challenge.nonce,
  signedAt = challenge.at,
  platform = 'Linux',
  ...more
}: Wanted = {}): ConnectParams {
  const client = { id: 'cli', version: '1', platform, mode: 'cli' };
  const payload = buildDeviceAuthPayloadV3({
    ...{ deviceId: more.id ?? own.id, clientId: 'cli', clientMode: 'cli', role: 'operator', scopes: ['operator.read'] },
    ...{ signedAtMs: signedAt, token: 'shared', nonce, platform },
  });
  const signature = sign(null, Buffer.from(payload), privateKey).toString('base64url');
  const device = { ...own, ...more, signature, signedAt, nonce };
  return connectParams.parse(connectWith({ client, scopes: ['operator.read'], auth: { token: 'shared' }, device }));
}

const codeOf = (params: ConnectParams): string => {
  const proof = proveDevice(params, challenge);
  return proof.kind === 'refused' ? proof.code : proof.kind;
};

test('a signature for another connection, or of another time, proves nothing', () => {
  expect(codeOf(signed({ nonce: 'nonce of another' }))).toBe('DEVICE_AUTH_NONCE_MISMATCH');
  expect(codeOf(signed({ signedAt: challenge.at - 120_001 }))).toBe('DEVICE_AUTH_SIGNATURE_EXPIRED');
  expect(codeOf(signed({ signedAt: challenge.at + 120_001 }))).toBe('DEVICE_AUTH_SIGNATURE_EXPIRED');
});

test('a device that names the id or the key of another is refused', () => {
  const other = Buffer.alloc(32, 7);
  expect(codeOf(signed({ id: hash('sha256', other, 'hex') }))).toBe('DEVICE_AUTH_DEVICE_ID_MISMATCH');
  const stolen = { id: hash('sha256', other, 'hex'), publicKey: other.toString('base64url') };
  expect(codeOf(signed(stolen))).toBe('DEVICE_AUTH_SIGNATURE_INVALID');
  expect(codeOf(signed({ publicKey: 'short' }))).toBe('DEVICE_AUTH_PUBLIC_KEY_INVALID');
});

test('a frame that asks for more than was signed is refused', () => {
  const params = signed();
  expect(codeOf({ ...params, scopes: ['operator.admin'] })).toBe('DEVICE_AUTH_SIGNATURE_INVALID');
  expect(codeOf({ ...params, role: 'node' })).toBe('DEVICE_AUTH_SIGNATURE_INVALID');
  expect(codeOf({ ...params, auth: { token: 'another' } })).toBe('DEVICE_AUTH_SIGNATURE_INVALID');
  expect(codeOf({ ...params, client: { ...params.client, mode: 'ui' } })).toBe('DEVICE_AUTH_SIGNATURE_INVALID');
});

test('a separator inside a part is refused: it would let one request pass for another', () => {
  expect(codeOf(signed({ platform: 'linux|x' }))).toBe('DEVICE_AUTH_SIGNATURE_INVALID');
});

test('what the reference signs is accepted', () => {
  expect(proveDevice(signed(), challenge)).toEqual({ kind: 'proven', ...own });
  expect(codeOf(connectParams.parse(connectWith()))).toBe('none');
});
