// Facts about hosts and addresses: one spelling for each, and which of them belong to somebody's own machine or network.
// Policy and sandboxes both ask here: the one before a connection, the other again about the address it is dialling.

import { domainToASCII, domainToUnicode } from 'node:url';
import ipaddr from 'ipaddr.js';

type Address = ReturnType<typeof ipaddr.parse>;

/**
 * Addresses at which clouds hand out credentials: AWS, GCP, Azure and most others; AWS over IPv6; tasks on ECS and pods on
 * EKS; Azure's agent (a public address that only ever answers the machine itself); Alibaba; Oracle.
 */
const metadataAddresses: ReadonlySet<string> = new Set([
  '169.254.169.254',
  'fd00:ec2::254',
  'fd20:ce::254',
  '169.254.170.2',
  '169.254.170.23',
  'fd00:ec2::23',
  '168.63.129.16',
  '100.100.100.200',
  '192.0.0.192',
]);

/** Names by which the metadata services are known. */
const metadataNames: ReadonlySet<string> = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
]);

/** Endings of names that resolve to something near, never to the public internet. */
const localSuffixes = [
  'localhost',
  'local',
  'localdomain',
  'internal',
  'intranet',
  'lan',
  'home',
  'corp',
  'private',
  'home.arpa',
];

/** Reads an address in its strict forms only: four decimal parts, or IPv6 without brackets and zone. */
function parseAddress(text: string): Address | undefined {
  // Of names, which most texts are, the library throws and catches.
  if (/^[\d.]+$/.test(text) && ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  if (!text.includes(':') || text.includes('%') || !ipaddr.IPv6.isValid(text)) return undefined;
  return ipaddr.IPv6.parse(text);
}

/** The IPv4 address inside an IPv6 one that leads to it (mapped, compatible, translated, NAT64, 6to4); else itself. */
function reachedAddress(address: Address): Address {
  if (!('parts' in address)) return address;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, high = 0, low = 0] = address.parts;
  const isZero = (...parts: readonly number[]) => parts.every((part) => part === 0);
  const isMappedOrCompatible = isZero(a, b, c, d, e) && (f === 0xffff || (f === 0 && high !== 0));
  const isTranslated = isZero(a, b, c, d, f) && e === 0xffff;
  const isNat64 = a === 0x64 && b === 0xff9b && isZero(c, d, e, f);
  if (isMappedOrCompatible || isTranslated || isNat64) return ipv4From(high, low);
  if (a === 0x2002) return ipv4From(b, c);
  return address;
}

const ipv4From = (high: number, low: number): Address =>
  new ipaddr.IPv4([high >> 8, high & 0xff, low >> 8, low & 0xff]);

/** Canonical text of an IP address, as what it reaches (`::ffff:7f00:1` is `127.0.0.1`); undefined if it is not one. */
export function canonicalAddress(text: string): string | undefined {
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  const reached = reachedAddress(address);
  return 'parts' in reached ? reached.toRFC5952String() : reached.toString();
}

/**
 * True unless `ip` is an ordinary public address: private, loopback, link-local, carrier-grade NAT, metadata, multicast,
 * unspecified, documentation, reserved and tunnel ranges are all private, and so is text that is not an address.
 */
export function isPrivateAddress(ip: string): boolean {
  const address = parseAddress(ip);
  if (address === undefined) return true;
  const reached = reachedAddress(address);
  if (reached.range() !== 'unicast') return true;
  if ('parts' in reached) return ((reached.parts[0] ?? 0) & 0xe000) !== 0x2000;
  return metadataAddresses.has(reached.toString());
}

/**
 * True if a private address is of the kind that a granted local name leads to by itself: loopback for `localhost`, an inner
 * network for any other, the metadata service for its own names. Elsewhere the address has to be granted as well.
 */
export function isUsualAddressOf(localName: string, ip: string): boolean {
  const address = parseAddress(ip);
  if (address === undefined || !isLocalName(localName)) return false;
  const reached = reachedAddress(address);
  const text = 'parts' in reached ? reached.toRFC5952String() : reached.toString();
  if (metadataAddresses.has(text) || metadataNames.has(localName))
    return metadataAddresses.has(text) && metadataNames.has(localName);
  const isLocalhost = localName === 'localhost' || localName.endsWith('.localhost');
  if (isLocalhost) return reached.range() === 'loopback';
  return ['private', 'uniqueLocal', 'carrierGradeNat', 'linkLocal'].includes(reached.range());
}

/** True for names that mean this machine or network: `localhost`, one-label names, `*.local`, `*.internal`, … */
export function isLocalName(host: string): boolean {
  if (!host.includes('.')) return true;
  return localSuffixes.some((suffix) => host === suffix || host.endsWith(`.${suffix}`));
}

/** True if a canonical host is a private address or a local name: only a pattern that names it may allow it. */
export const isPrivateHost = (host: string): boolean =>
  canonicalAddress(host) === undefined ? isLocalName(host) : isPrivateAddress(host);

/**
 * Canonical form of a host: lower case, punycode, no trailing dot; addresses in every notation (octal, hexadecimal,
 * short, IPv6 forms of IPv4) as what they reach, IPv6 without brackets. Undefined if two readers could disagree about it.
 * @see https://url.spec.whatwg.org/#concept-host-parser
 */
export function canonicalHost(text: string): string | undefined {
  if (text === '' || text.length > 1_000 || /[\s\p{Cc}\\/?#@]/u.test(text)) return undefined;
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  if (bare.includes(':')) return canonicalAddress(bare);
  const ascii = hostnameOf(bare);
  if (ascii === undefined) return undefined;
  const name = ascii.endsWith('.') ? ascii.slice(0, -1) : ascii;
  const address = canonicalAddress(name);
  if (address !== undefined) return address;
  const isName =
    name.length <= 253 && name.split('.').every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));
  return isName && (!name.includes('xn--') || isPunycode(name)) ? name : undefined;
}

/** True if every `xn--` label stands for other letters, and for these only. */
function isPunycode(name: string): boolean {
  const unicode = domainToUnicode(name);
  return !unicode.includes('xn--') && domainToASCII(unicode) === name;
}

function hostnameOf(text: string): string | undefined {
  const url = URL.parse(`http://${text}/`);
  return url === null || url.port !== '' || url.pathname !== '/' ? undefined : url.hostname;
}

/** A compiled range of addresses. */
export type AddressRange = (host: string) => boolean;

/** Compiles `10.0.0.0/8` or `fd00::/8`; undefined if it is not a range, or one of IPv4 written as IPv6. */
export function compileAddressRange(text: string): AddressRange | undefined {
  const [base = '', bits = '', ...rest] = text.split('/');
  const address = parseAddress(base);
  if (address === undefined || rest.length > 0 || !/^(0|[1-9][0-9]{0,2})$/.test(bits)) return undefined;
  const width = Number(bits);
  if (width > ('parts' in address ? 128 : 32) || reachedAddress(address) !== address) return undefined;
  return (host) => {
    const other = parseAddress(host);
    if (other === undefined) return false;
    const reached = reachedAddress(other);
    if ('parts' in address) return 'parts' in reached && reached.match(address, width);
    return !('parts' in reached) && reached.match(address, width);
  };
}
