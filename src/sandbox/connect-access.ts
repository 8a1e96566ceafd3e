// Which connections one call may make: its `connect` grants, measured on canonical hosts, and again on the addresses a
// name resolves to. A private address is reached only where a grant names exactly that host.

import { canonicalAddress, isPrivateAddress } from '../kernel/addresses.ts';
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
  const fitting = (host: string, port: number, method: string) =>
    compiled.filter(
      (grant) => (grant.method === '' || grant.method === method) && grant.pattern.coversPublic(host, port),
    );
  return {
    covers: (host, port, method) => fitting(host, port, method).length > 0,
    mayDial: (address, host, port, method) => {
      const found = fitting(host, port, method);
      if (found.length === 0 || canonicalAddress(address) === undefined) return false;
      if (!isPrivateAddress(address)) return true;
      const isLiteral = canonicalAddress(host) !== undefined;
      return found.some(({ pattern }) => pattern.kind === 'host' || (isLiteral && pattern.kind === 'range'));
    },
  };
}

function readGrant(text: string): ConnectGrant | undefined {
  const [first = '', second, ...rest] = text.trim().split(/\s+/);
  if (rest.length > 0) return undefined;
  const pattern = compileHostPattern(second ?? first);
  return pattern && { method: second === undefined ? '' : first.toUpperCase(), pattern };
}
