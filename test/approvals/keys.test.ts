import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { isEncrypted, isSignedBy, keyFingerprint, keyProblem, makeKey, readKey } from '../../src/approvals/keys.ts';

const { publicKey, pem } = makeKey('');
const key = readKey(pem, '');

test('what is no public key is refused', () => {
  const raw = Buffer.from(publicKey.slice('ed25519:'.length), 'base64');
  for (const text of [
    '',
    'ed25519:',
    publicKey.replace('ed25519:', ''),
    publicKey.replace('ed25519:', 'rsa:'),
    `${publicKey} ann@laptop`,
    `ed25519:${raw.toString('base64url')}`,
    `ed25519:${raw.subarray(1).toString('base64')}`,
    `ed25519:${Buffer.concat([raw, raw]).toString('base64')}`,
  ]) {
    if (text === publicKey) continue;
    expect(keyProblem(text), text).not.toBe('');
    expect(isSignedBy(text, 'x', key.sign('x')), text).toBe(false);
  }
  expect(keyProblem(publicKey)).toBe('');
});

test('a key for which anybody can sign is refused, in each of its spellings', () => {
  const identity = Buffer.concat([Buffer.from([1]), Buffer.alloc(31)]);
  const forged = Buffer.concat([identity, Buffer.alloc(32)]).toString('base64');
  for (const raw of [
    identity,
    Buffer.alloc(32),
    Buffer.from('ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff', 'hex'),
    Buffer.from('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa', 'hex'),
  ]) {
    const text = `ed25519:${raw.toString('base64')}`;
    expect(keyProblem(text)).toMatch(/anybody can sign/);
    expect(isSignedBy(text, 'anything', forged)).toBe(false);
  }
});

test('a signature over another text, by another key or in another spelling does not hold', () => {
  const signature = key.sign('x');
  expect(isSignedBy(publicKey, 'x', signature)).toBe(true);
  expect(isSignedBy(publicKey, 'x\n', signature)).toBe(false);
  expect(isSignedBy(makeKey('').publicKey, 'x', signature)).toBe(false);
  for (const other of ['', `${signature}=`, ` ${signature}`, signature.replaceAll('=', ''), signature.slice(4)])
    expect(isSignedBy(publicKey, 'x', other), other).toBe(false);
});

test('a private key with a passphrase opens with it alone, and other keys are refused', () => {
  const secured = makeKey('correct horse');
  expect(isEncrypted(secured.pem)).toBe(true);
  expect(isEncrypted(pem)).toBe(false);
  for (const passphrase of ['', 'wrong horse'])
    expect(() => readKey(secured.pem, passphrase)).toThrow(/passphrase is wrong or missing/);
  expect(readKey(secured.pem, 'correct horse').publicKey).toBe(secured.publicKey);
  expect(() => readKey('hello', '')).toThrow(/no private key in PEM/);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  expect(() => readKey(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), '')).toThrow(/no Ed25519 key/);
});

test('a fingerprint is short and follows the key', () => {
  expect(keyFingerprint(publicKey)).toMatch(/^[0-9a-f]{4}(-[0-9a-f]{4}){3}$/);
  expect(keyFingerprint(publicKey)).not.toBe(keyFingerprint(makeKey('').publicKey));
});
