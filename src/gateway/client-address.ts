// Whose address a connection has: the socket's own, or what a trusted proxy says of it. What a stranger writes into the header
// is never believed.

import { BlockList, isIP } from 'node:net';

/** Tells the client's address from that of the socket and the `x-forwarded-for` header. */
export type ClientAddress = (remote: string, forwarded: string) => string;

/**
 * Believes the header only where it was written by one of `trustedProxies` (addresses), read from its end.
 * @throws {TypeError} if one of them is not an address.
 */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  const trusted = new BlockList();
  for (const proxy of trustedProxies) {
    const version = isIP(proxy);
    if (version === 0) throw new TypeError(`could not trust the proxy \`${proxy}\`: name its IP address`);
    trusted.addAddress(proxy, version === 6 ? 'ipv6' : 'ipv4');
  }
  const isTrusted = (address: string): boolean => {
    const version = isIP(address);
    return version !== 0 && trusted.check(address, version === 6 ? 'ipv6' : 'ipv4');
  };
  return (remote, forwarded) => {
    let address = plain(remote);
    if (!isTrusted(address)) return address;
    for (const hop of forwarded.split(',').reverse().slice(0, hopsMax)) {
      const next = plain(hop.trim());
      if (isIP(next) === 0) return address;
      address = next;
      if (!isTrusted(address)) return address;
    }
    return address;
  };
}

const hopsMax = 8;

/** IPv4 addresses in their own form, also where the socket is one for both. */
const plain = (address: string): string => (/^::ffff:\d/i.test(address) ? address.slice(7) : address);
