import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { expect, test } from 'vitest';
import { createAuthority } from '../../../src/sandbox/egress/authority.ts';

/** A TLS client's view of a server that is `host` by the authority's word. */
async function handshake(host: string, asked: string, ca: string): Promise<string> {
  const authority = createAuthority(Date.now);
  const server = createServer({ SNICallback: (_name, done) => done(null, authority.contextFor(host)) });
  server.on('tlsClientError', () => 'the client says what it is');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, host: '127.0.0.1', servername: asked, ca: ca === '' ? authority.certificate : ca });
  const end = await new Promise<string>((resolve) => {
    client.once('secureConnect', () => resolve('trusted'));
    client.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
  client.destroy();
  server.close();
  return end;
}

test('who does not trust the authority of this process does not trust its hosts', async () => {
  const other = createAuthority(Date.now);
  expect(await handshake('api.example.com', 'api.example.com', other.certificate)).not.toBe('trusted');
});

test('a certificate is good for its host alone', async () => {
  expect(await handshake('api.example.com', 'other.example.com', '')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
});

test('a client that trusts the authority trusts a host, also one with a long name', async () => {
  expect(await handshake('api.example.com', 'api.example.com', '')).toBe('trusted');
  const long = `${'a'.repeat(40)}.${'b'.repeat(40)}.example.com`;
  expect(await handshake(long, long, '')).toBe('trusted');
});

test('addresses have certificates too', () => {
  const authority = createAuthority(Date.now);
  for (const host of ['10.0.0.1', '2001:db8::1', '::1']) expect(() => authority.contextFor(host), host).not.toThrow();
});

test('the authority may sign hosts and no further authority, and each has its own key', () => {
  const [one, two] = [createAuthority(Date.now), createAuthority(Date.now)];
  const certificate = new X509Certificate(one.certificate);
  expect(certificate.ca).toBe(true);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.fingerprint256).not.toBe(new X509Certificate(two.certificate).fingerprint256);
});

test('a certificate is made anew before it ends', () => {
  let now = Date.now();
  const authority = createAuthority(() => now);
  const first = authority.contextFor('a.test');
  expect(authority.contextFor('a.test')).toBe(first);
  now += 299 * 86_400_000;
  expect(authority.contextFor('a.test')).not.toBe(first);
});
