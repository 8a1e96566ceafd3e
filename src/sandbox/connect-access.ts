// Which connections one call may make: its `connect` grants, measured on canonical hosts, and again on the addresses a
// name resolves to. A public name that resolves to a private address (rebinding, or a name of an inner network) is dialled
// only where a grant names a range that holds the address: the name alone says nothing about where it points.

import { canonicalAddress, isPrivateAddress, isPrivateHost } from '../kernel/addresses.ts';
import { compileHostPattern, type HostPattern } from '../kernel/host-patterns.ts';

/** What one call may connect to. */
export interface ConnectAccess {
  /** True if a grant covers the canonical host, the port and the upper-case method. */
  covers(host: string, port: number, method: string): boolean;
  /** True if `address`, to which `host` resolved, may be dialled. */
  mayDial(address: string, host: string, port: number, method: string): boolean;
}

interface ConnectGrant {
  /** Upper case, or empty for every method. */
  readonly method: string;
  readonly pattern: HostPattern;
}

/** Compiles the `connect` grants of one call: `host:port` or `METHOD host:port`. An entry that is neither grants nothing. */
export function compileConnectAccess(grants: readonly string[]): ConnectAccess {
  const compiled = grants.map(readGrant).filter((grant) => grant !== undefined);
  const fitsMethod = (grant: ConnectGrant, method: string) => grant.method === '' || grant.method === method;
  const covers = (host: string, port: number, method: string) =>
    compiled.some((grant) => fitsMethod(grant, method) && grant.pattern.coversPublic(host, port));
  const namesAddress = (address: string, port: number, method: string) =>
    compiled.some(
      (grant) => fitsMethod(grant, method) && grant.pattern.kind === 'range' && grant.pattern.covers(address, port),
    );
  return {
    covers,
    mayDial: (address, host, port, method) => {
      const canonical = canonicalAddress(address);
      if (canonical === undefined || !covers(host, port, method)) return false;
      return !isPrivateAddress(address) || isPrivateHost(host) || namesAddress(canonical, port, method);
    },
  };
}

function readGrant(text: string): ConnectGrant | undefined {
  const [first = '', second, ...rest] = text.trim().split(/\s+/);
  if (rest.length > 0) return undefined;
  const pattern = compileHostPattern(second ?? first);
  return pattern && { method: second === undefined ? '' : first.toUpperCase(), pattern };
}
