// Which connections one call may make: its `connect` grants without what the rules close, measured on the host as it is
// spelled, and again on every address it resolves to. A name says nothing about where it points: a private address is
// dialled only where a grant names it, and an address that a deny rule names is never dialled under any name.

import { canonicalAddress, isPrivateAddress, isUsualAddressOf } from '../kernel/addresses.ts';
import { type Connection, type ConnectPattern, compileConnectPattern } from '../kernel/connect-patterns.ts';
import { spellHostPort } from '../kernel/host-patterns.ts';
import type { Grants } from '../kernel/types.ts';

/** What may pass through a connection of which only host and port are known. `tls`: only TLS for that very host. */
export type Tunnel = 'any' | 'tls' | 'none';

/** What one call may connect to. Reasons are for a person, and empty where nothing stands against it. */
export interface ConnectAccess {
  /** Why this exchange may not be made. */
  refusal(wanted: Connection): string;
  /** What may pass through a tunnel. */
  tunnel(host: string, port: number): Tunnel;
  /** Why `address`, to which the host resolved, may not be dialled for it. `wanted` is one that was not refused. */
  addressRefusal(address: string, wanted: Connection): string;
}

/** A connection whose bytes nobody reads. */
export const tunnelTo = (host: string, port: number): Connection => ({ host, port, method: 'CONNECT', url: '' });

/** Compiles the grants of one call. An entry that cannot be read grants nothing. */
export function compileConnectAccess(grants: Pick<Grants, 'connect' | 'exceptConnect'>): ConnectAccess {
  const granted = grants.connect.map(compileConnectPattern).filter((pattern) => pattern !== undefined);
  const closed = grants.exceptConnect.map((text) => ({ text, pattern: compileConnectPattern(text) }));
  // An exception that cannot be read closes everything: it was meant to close something.
  const closing = (wanted: Connection) =>
    closed.find(({ pattern }) => pattern === undefined || pattern.catches(wanted))?.text;
  const tunnel = (host: string, port: number): Tunnel => {
    if (closing(tunnelTo(host, port)) !== undefined) return 'none';
    const fitting = granted.filter((pattern) => pattern.host.coversPublic(host, port));
    if (fitting.some(({ protocol }) => protocol === '')) return 'any';
    return fitting.some(({ protocol }) => protocol === 'https:') ? 'tls' : 'none';
  };
  return {
    refusal: (wanted) => {
      const what = spelled(wanted);
      const exception = closing(wanted);
      if (exception !== undefined) return `${what} is closed by the rule for \`${exception}\``;
      const isOpen = isTunnel(wanted)
        ? tunnel(wanted.host, wanted.port) !== 'none'
        : granted.some((pattern) => pattern.opens(wanted));
      return isOpen ? '' : `${what} is not granted to this call`;
    },
    tunnel,
    addressRefusal: (address, wanted) => {
      const canonical = canonicalAddress(address);
      const place = `\`${spellHostPort(wanted.host, wanted.port)}\` leads to`;
      if (canonical === undefined) return `${place} \`${address}\`, which is not an address`;
      const exception = closing({ ...wanted, host: canonical });
      if (exception !== undefined) return `${place} \`${canonical}\`, which is closed by the rule for \`${exception}\``;
      if (!isPrivateAddress(canonical) || canonical === wanted.host) return '';
      if (isUsualAddressOf(wanted.host, canonical) || namesAddress(granted, canonical, wanted.port)) return '';
      return `${place} the private address \`${canonical}\`; a rule that means it grants the range, as in \`grant: { connect: ["${canonical}${canonical.includes(':') ? '/128' : '/32'}"] }\``;
    },
  };
}

const isTunnel = ({ method, url }: Connection): boolean => method === 'CONNECT' && url === '';

/** True if a grant is of this very address or a range that holds it. */
const namesAddress = (granted: readonly ConnectPattern[], address: string, port: number): boolean =>
  granted.some(
    ({ protocol, host }) =>
      protocol === '' && (host.kind === 'range' || host.kind === 'host') && host.covers(address, port),
  );

/** A connection for a person; a query may hold what is nobody's business. */
function spelled({ host, port, method, url }: Connection): string {
  const read = URL.parse(url);
  return `\`${method} ${read === null ? spellHostPort(host, port) : `${read.protocol}//${read.host}${read.pathname}`}\``;
}
