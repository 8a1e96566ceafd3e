// A certificate authority that lives as long as this process: its key never leaves memory. It vouches only towards the
// sandbox, for hosts at whose connections a secret is added, so that the proxy can see where a header belongs.

import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import * as asn1 from 'asn1js';

/** Makes certificates for hosts. */
export interface Authority {
  /** Certificate of the authority itself, as PEM. */
  readonly certificate: string;
  /** What a TLS server needs to be `host`; made once for each host. */
  contextFor(host: string): SecureContext;
}

const dayMs = 86_400_000;
/** Clients refuse server certificates of more than 398 days; a kernel that runs longer makes new ones. */
const validDays = 300;
/** Hosts come from grants, so there are few; the bound is for a policy that writes thousands. */
const rememberedMax = 1_000;

const oids = Object.freeze({
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
});

/** Makes an authority with a fresh key. `now` is milliseconds since the epoch. */
export function createAuthority(now: () => number): Authority {
  const own = newKeys();
  const name = 'Sallyport egress proxy of one process';
  const keyId = keyIdOf(own.publicKey);
  const certificate = certify({
    subject: name,
    issuer: name,
    publicKey: own.publicKey,
    signedBy: own.privateKey,
    now: now(),
    extensions: [
      extension(oids.basicConstraints, true, sequence(new asn1.Boolean({ value: true }), integer(0))),
      extension(oids.keyUsage, true, bits(0x06, 1)),
      extension(oids.subjectKeyIdentifier, false, octets(keyId)),
    ],
  });
  // One key for all hosts: whoever could read it could read the authority's as well.
  const leaf = newKeys();
  const contexts = new Map<string, { readonly context: SecureContext; readonly until: number }>();
  return {
    certificate,
    contextFor: (host) => {
      const known = contexts.get(host);
      if (known !== undefined && known.until > now()) return known.context;
      const cert = certify({
        subject: host.length > 64 ? '' : host,
        issuer: name,
        publicKey: leaf.publicKey,
        signedBy: own.privateKey,
        now: now(),
        extensions: [
          extension(oids.basicConstraints, true, sequence()),
          extension(oids.keyUsage, true, bits(0x80, 7)),
          extension(oids.extendedKeyUsage, false, sequence(new asn1.ObjectIdentifier({ value: oids.serverAuth }))),
          extension(oids.subjectAltName, host.length > 64, sequence(nameOf(host))),
          extension(oids.authorityKeyIdentifier, false, sequence(tagged(0, keyId))),
          extension(oids.subjectKeyIdentifier, false, octets(keyIdOf(leaf.publicKey))),
        ],
      });
      const key = leaf.privateKey.export({ type: 'pkcs8', format: 'pem' });
      const context = createSecureContext({ key, cert: `${cert}\n${certificate}`, minVersion: 'TLSv1.2' });
      if (contexts.size >= rememberedMax) contexts.clear();
      contexts.set(host, { context, until: now() + (validDays - 1) * dayMs });
      return context;
    },
  };
}

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

interface Certified {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly signedBy: KeyObject;
  readonly now: number;
  readonly extensions: readonly asn1.Sequence[];
}

/** @see https://www.rfc-editor.org/rfc/rfc5280#section-4.1 */
function certify({ subject, issuer, publicKey, signedBy, now, extensions }: Certified): string {
  const algorithm = () => sequence(new asn1.ObjectIdentifier({ value: oids.ecdsaWithSha256 }));
  const time = (at: number) => new asn1.UTCTime({ valueDate: new Date(at) });
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const toBeSigned = sequence(
    constructed(0, integer(2)),
    new asn1.Integer({ valueHex: bufferOf(serial) }),
    algorithm(),
    distinguishedName(issuer),
    sequence(time(now - dayMs), time(now + validDays * dayMs)),
    distinguishedName(subject),
    parsed(publicKey.export({ type: 'spki', format: 'der' })),
    constructed(3, sequence(...extensions)),
  );
  const signature = sign('sha256', Buffer.from(toBeSigned.toBER()), signedBy);
  const der = sequence(toBeSigned, algorithm(), new asn1.BitString({ valueHex: bufferOf(signature) })).toBER();
  // Read back by another parser: what OpenSSL does not understand is a fault here, not in some client later.
  return new X509Certificate(Buffer.from(der)).toString();
}

const sequence = (...value: asn1.BaseBlock[]): asn1.Sequence => new asn1.Sequence({ value });
const integer = (value: number): asn1.Integer => new asn1.Integer({ value });
const octets = (bytes: Buffer): asn1.OctetString => new asn1.OctetString({ valueHex: bufferOf(bytes) });
const bits = (byte: number, unusedBits: number): asn1.BitString =>
  new asn1.BitString({ valueHex: bufferOf(Buffer.from([byte])), unusedBits });
const constructed = (tagNumber: number, inner: asn1.BaseBlock): asn1.Constructed =>
  new asn1.Constructed({ idBlock: { tagClass: 3, tagNumber }, value: [inner] });
const tagged = (tagNumber: number, bytes: Buffer): asn1.Primitive =>
  new asn1.Primitive({ idBlock: { tagClass: 3, tagNumber }, valueHex: bufferOf(bytes) });

/** An own copy: the memory of a small `Buffer` is shared with others. */
const bufferOf = (bytes: Buffer): ArrayBuffer => new Uint8Array(bytes).buffer;

const parsed = (der: Buffer): asn1.BaseBlock => asn1.fromBER(bufferOf(der)).result;

const distinguishedName = (commonName: string): asn1.Sequence =>
  commonName === ''
    ? sequence()
    : sequence(
        new asn1.Set({
          value: [
            sequence(new asn1.ObjectIdentifier({ value: oids.commonName }), new asn1.Utf8String({ value: commonName })),
          ],
        }),
      );

function extension(oid: string, isCritical: boolean, value: asn1.BaseBlock): asn1.Sequence {
  const critical = isCritical ? [new asn1.Boolean({ value: true })] : [];
  const wrapped = new asn1.OctetString({ valueHex: value.toBER() });
  return sequence(new asn1.ObjectIdentifier({ value: oid }), ...critical, wrapped);
}

/** A DNS name or an IP address, as `subjectAltName` spells them. */
function nameOf(host: string): asn1.Primitive {
  const family = isIP(host);
  if (family === 0) return tagged(2, Buffer.from(host));
  if (family === 4) return tagged(7, Buffer.from(host.split('.').map(Number)));
  const groups = new URL(`http://[${host}]/`).hostname.slice(1, -1).split('::');
  const [head = [], tail = []] = groups.map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array<string>(8 - head.length - tail.length).fill('0');
  return tagged(
    7,
    Buffer.from(Uint16Array.from([...head, ...zeros, ...tail], (group) => Number.parseInt(group, 16)).buffer).swap16(),
  );
}

const keyIdOf = (key: KeyObject): Buffer =>
  createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest();
