// Which connections a `host:port` pattern covers. Policy and sandboxes both ask here, so that what was granted and what
// is dialled are measured with one ruler.

import { canonicalHost, compileAddressRange, isPrivateHost } from './addresses.ts';

/** One host pattern, read: `*`, `*.example.com`, `example.com`, an address or a range, each with or without a port. */
export interface HostPattern {
  /** Canonical spelling of the pattern. */
  readonly text: string;
  /** What the host part is: everything, everything below a name, one host, or a range of addresses. */
  readonly kind: 'any' | 'below' | 'host' | 'range';
  /** The host, the name without `*.`, the range, or empty for `any`. */
  readonly host: string;
  /** The port, or 0 for every port. */
  readonly port: number;
  /** True if it covers the canonical host and port. `any` covers private hosts too: ask `coversPublic` to leave them out. */
  readonly covers: (host: string, port: number) => boolean;
  /** The same, except that a bare `*` leaves out private addresses and local names. */
  readonly coversPublic: (host: string, port: number) => boolean;
}

/** Reads one pattern; undefined if it is none of the known forms. */
export function compileHostPattern(text: string): HostPattern | undefined {
  const parts = splitPort(text);
  if (parts === undefined) return undefined;
  const { hostText, port } = parts;
  const fitsPort = (actual: number) => port === 0 || actual === port;
  const made = (
    kind: HostPattern['kind'],
    host: string,
    spelling: string,
    fits: (host: string) => boolean,
  ): HostPattern => {
    const covers = (actual: string, actualPort: number) => fitsPort(actualPort) && fits(actual);
    const coversPublic =
      kind === 'any'
        ? (actual: string, actualPort: number) => covers(actual, actualPort) && !isPrivateHost(actual)
        : covers;
    return { text: port === 0 ? spelling : `${spelling}:${port}`, kind, host, port, covers, coversPublic };
  };
  if (hostText === '*') return made('any', '', '*', () => true);
  if (hostText.includes('/')) {
    const isWithin = compileAddressRange(hostText);
    return isWithin === undefined ? undefined : made('range', hostText, hostText, isWithin);
  }
  if (hostText.startsWith('*.')) {
    const name = canonicalHost(hostText.slice(2));
    if (name === undefined || /^[0-9.]+$/.test(name) || name.includes(':')) return undefined;
    return made('below', name, `*.${name}`, (actual) => actual.endsWith(`.${name}`));
  }
  const host = canonicalHost(hostText);
  if (host === undefined) return undefined;
  return made('host', host, host.includes(':') ? `[${host}]` : host, (actual) => actual === host);
}

/** `host:port` as grants spell it; IPv6 in brackets. */
export const spellHostPort = (host: string, port: number): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

function splitPort(text: string): { hostText: string; port: number } | undefined {
  const bracketed = /^(\[[^\]]+\])(?::([1-9][0-9]{0,4}))?$/.exec(text);
  const plain = /^([^:[\]]+)(?::([1-9][0-9]{0,4}))?$/.exec(text);
  const found = bracketed ?? plain;
  if (found === null) return /^[0-9a-fA-F:./]+$/.test(text) ? { hostText: text, port: 0 } : undefined;
  const port = found[2] === undefined ? 0 : Number(found[2]);
  return port > 65_535 || found[1] === undefined ? undefined : { hostText: found[1], port };
}
