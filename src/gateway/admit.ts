// Lets a client in, or says why not. What always holds: a secret is shown or nothing is told; a device gets what people approved
// for its key; whoever guesses is slowed down, and while it is, the right secret opens nothing either.

import type { GatewaySecrets } from './bind.ts';
import { type Challenge, proveDevice } from './device-proof.ts';
import type { Devices, PendingDevice } from './devices.ts';
import type { Lockout } from './lockout.ts';
import { type ConnectParams, connectParams } from './protocol/connect.ts';
import { type Answered, refused, unavailable } from './protocol/error-shape.ts';
import { problemText, protocolVersion } from './protocol/frames.ts';
import { knownScopes, type Scope } from './protocol/scopes.ts';
import { isSameSecret } from './secret-compare.ts';

/** A client that was let in. */
export interface Client {
  /** `gateway:token`, `gateway:password` or `device:<id>`. */
  readonly identity: string;
  readonly scopes: readonly Scope[];
  /** '' for none. */
  readonly deviceId: string;
  /** A new token for its device; '' for none. */
  readonly deviceToken: string;
  readonly name: string;
}

export type Admitted =
  | { readonly kind: 'in'; readonly client: Client }
  | { readonly kind: 'out'; readonly said: Answered & { readonly ok: false } };

export interface AdmitParts {
  readonly secrets: GatewaySecrets;
  readonly devices: Devices;
  readonly lockout: Lockout;
  /** Told when a device begins to wait. */
  readonly asked: (request: PendingDevice) => void;
}

/** Where a client comes from. */
export interface Arrival {
  readonly address: string;
  /** For the lockout. */
  readonly source: string;
}

/** Judges the parameters of `connect`. */
export async function admit(
  given: unknown,
  challenge: Challenge,
  arrival: Arrival,
  parts: AdmitParts,
): Promise<Admitted> {
  const read = connectParams.safeParse(given);
  if (!read.success) return out('INVALID_REQUEST', `invalid connect params: ${problemText(read.error)}`);
  const params = read.data;
  if (params.minProtocol > protocolVersion || params.maxProtocol < protocolVersion)
    return out('INVALID_REQUEST', `protocol mismatch: version ${protocolVersion} is spoken here`, {
      code: 'PROTOCOL_MISMATCH',
      expectedProtocol: protocolVersion,
    });
  if ((params.role ?? 'operator') !== 'operator')
    return out('INVALID_REQUEST', 'only the role `operator` is served here: leave `role` out or name that');
  const { lockout } = parts;
  const proof = proveDevice(params, challenge);
  const deviceId = proof.kind === 'proven' ? proof.id : '';
  const shown = await judgeSecret(params, deviceId, parts);
  // Asked last, with nothing to wait for from here to the count: tries made at once must not outrun it.
  const lockedMs = lockout.lockedMs(arrival.source);
  if (lockedMs > 0) return locked(lockedMs);
  if (proof.kind === 'refused') {
    lockout.failed(arrival.source);
    return out('INVALID_REQUEST', `the device could not be recognised: ${proof.because}`, { code: proof.code });
  }
  if (shown.kind === 'wrong') {
    lockout.failed(arrival.source);
    return out('INVALID_REQUEST', `unauthorized: ${shown.because}`, { code: shown.code });
  }
  const scopes = knownScopes(params.scopes ?? ['operator.read']);
  const name = params.client.displayName ?? params.client.id;
  if (proof.kind === 'none')
    return { kind: 'in', client: { identity: `gateway:${shown.by}`, scopes, deviceId: '', deviceToken: '', name } };
  const wanting = { id: proof.id, publicKey: proof.publicKey, name, platform: params.client.platform, scopes };
  const pairing = await parts.devices.pairing({ ...wanting, address: arrival.address });
  if (pairing.kind === 'full') {
    const said = unavailable('too many devices wait to be let in: approve or reject some', 60_000);
    return { kind: 'out', said };
  }
  if (pairing.kind === 'waiting') {
    if (pairing.isNew) parts.asked(pairing.request);
    return out('NOT_PAIRED', 'pairing required: a person has to approve this device first', {
      code: 'PAIRING_REQUIRED',
      reason: pairing.reason,
      requestId: pairing.request.requestId,
      deviceId,
      requestedRole: 'operator',
      requestedScopes: [...scopes],
    });
  }
  const deviceToken = shown.by === 'device' ? '' : await parts.devices.issueToken(deviceId);
  return { kind: 'in', client: { identity: `device:${deviceId}`, scopes, deviceId, deviceToken, name } };
}

const out = (...said: Parameters<typeof refused>): Admitted => ({ kind: 'out', said: refused(...said) });

const locked = (ms: number): Admitted => ({
  kind: 'out',
  said: unavailable('too many failed attempts: wait and try again', ms, { code: 'AUTH_RATE_LIMITED' }),
});

type Shown =
  | { readonly kind: 'right'; readonly by: 'token' | 'password' | 'device' }
  | { readonly kind: 'wrong'; readonly code: string; readonly because: string };

/** Judges the secrets; any right one will do, and a wrong one beside it changes nothing. */
async function judgeSecret({ auth }: ConnectParams, deviceId: string, parts: AdmitParts): Promise<Shown> {
  const { secrets, devices } = parts;
  const { token = '', password = '', deviceToken = '', bootstrapToken = '' } = auth ?? {};
  if (isSameSecret(token, secrets.token)) return { kind: 'right', by: 'token' };
  if (isSameSecret(password, secrets.password)) return { kind: 'right', by: 'password' };
  if (deviceId !== '' && (await devices.isToken(deviceId, deviceToken === '' ? token : deviceToken)))
    return { kind: 'right', by: 'device' };
  if (deviceToken !== '') return wrong('AUTH_DEVICE_TOKEN_MISMATCH', 'device token mismatch');
  if (token !== '') return wrong('AUTH_TOKEN_MISMATCH', 'gateway token mismatch');
  if (password !== '') return wrong('AUTH_PASSWORD_MISMATCH', 'gateway password mismatch');
  if (bootstrapToken !== '') return wrong('AUTH_BOOTSTRAP_TOKEN_INVALID', 'bootstrap tokens are not served here');
  return secrets.token === null
    ? wrong('AUTH_PASSWORD_MISSING', 'gateway password missing')
    : wrong('AUTH_TOKEN_MISSING', 'gateway token missing');
}

const wrong = (code: string, because: string): Shown => ({ kind: 'wrong', code, because });
