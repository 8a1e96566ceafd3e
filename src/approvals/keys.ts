// The keys that approvers keep on their own devices: Ed25519, spelled as one word. Nothing here touches a disk.

import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';

const prefix = 'ed25519:';
const keyBytes = 32;

/**
 * Points of small order, with every encoding that reads as one: a signature under such a key says nothing, because anybody
 * can make it.
 * @see https://eprint.iacr.org/2020/1244
 */
const smallOrder: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

/** What is wrong with the spelling of a public key, or ''. */
export function keyProblem(text: string): string {
  if (!text.startsWith(prefix)) return `a public key starts with \`${prefix}\`, as \`sallyport keys show\` prints it`;
  const raw = Buffer.from(text.slice(prefix.length), 'base64');
  if (raw.length !== keyBytes || spelled(raw) !== text) return 'a public key is 32 bytes in base64 after `ed25519:`';
  const y = Buffer.from(raw);
  y[keyBytes - 1] = (y[keyBytes - 1] ?? 0) & 0x7f;
  return smallOrder.has(y.toString('hex')) ? 'this key is one for which anybody can sign' : '';
}

/** The name of a public key that people compare: 16 hex digits. */
export function keyFingerprint(key: string): string {
  const digits = hash('sha256', key, 'hex').slice(0, 16);
  return digits.replace(/(.{4})(?=.)/g, '$1-');
}

/** True if the signature (base64) over `text` is by this key. Anything odd is false. */
export function isSignedBy(key: string, text: string, signature: string): boolean {
  const bytes = Buffer.from(signature, 'base64');
  if (keyProblem(key) !== '' || bytes.length !== 64 || bytes.toString('base64') !== signature) return false;
  const x = Buffer.from(key.slice(prefix.length), 'base64').toString('base64url');
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verify(null, Buffer.from(text), publicKey, bytes);
}

/** A key pair of which the private half is text to keep: PKCS #8 in PEM, encrypted where there is a passphrase. */
export interface KeyPair {
  readonly publicKey: string;
  readonly pem: string;
}

/** Makes a key. An empty passphrase leaves it as it is. */
export function makeKey(passphrase: string): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const cipher = passphrase === '' ? {} : { cipher: 'aes-256-cbc', passphrase };
  return {
    publicKey: spelledKey(publicKey),
    pem: privateKey.export({ type: 'pkcs8', format: 'pem', ...cipher }).toString(),
  };
}

/** True if the text of a private key wants a passphrase. */
export const isEncrypted = (pem: string): boolean => pem.includes('ENCRYPTED PRIVATE KEY');

/**
 * Reads a private key.
 * @throws {Error} if it is no Ed25519 key, or the passphrase is wrong.
 */
export function readKey(pem: string, passphrase: string): { readonly publicKey: string; sign(text: string): string } {
  const key = privateKeyOf(pem, passphrase);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('could not read the key: it is no Ed25519 key');
  return {
    publicKey: spelledKey(createPublicKey(key)),
    sign: (text) => sign(null, Buffer.from(text), key).toString('base64'),
  };
}

function privateKeyOf(pem: string, passphrase: string): KeyObject {
  try {
    return createPrivateKey({ key: pem, format: 'pem', ...(passphrase === '' ? {} : { passphrase }) });
  } catch (error) {
    const why = isEncrypted(pem) ? 'the passphrase is wrong or missing' : 'it is no private key in PEM';
    throw new Error(`could not read the key: ${why}`, { cause: error });
  }
}

/** Of the 44 bytes of its DER form, the last 32 are the key. */
const spelledKey = (key: KeyObject): string => spelled(key.export({ type: 'spki', format: 'der' }).subarray(-keyBytes));

const spelled = (raw: Buffer): string => `${prefix}${raw.toString('base64')}`;
