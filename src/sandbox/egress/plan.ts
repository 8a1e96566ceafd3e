// What the inside of a container has to look like so that programs find the door: where to listen, which names lead there,
// which variables say so. Pure, from the grants alone, so that the same grants make the same container. Nothing in it is
// secret, and nothing in it decides: whoever goes another way meets the same door.

import { canonicalAddress } from '../../kernel/addresses.ts';
import { compileConnectPattern } from '../../kernel/connect-patterns.ts';
import type { Grants } from '../../kernel/types.ts';

/** Where the directory of the door is mounted. */
export const insideDirectory = '/run/sallyport';
export const socketName = 'egress.sock';
export const bundleName = 'ca.pem';

/** Where a proxy is spoken to. */
export const proxyListeners: readonly string[] = Object.freeze(['127.0.0.1:3128', '[::1]:3128']);

/** A listener that stands for one host and port. */
export interface DirectListener {
  readonly listener: string;
  readonly host: string;
  readonly port: number;
}

export interface EgressPlan {
  /** False: nothing is granted, so there is no mount, no listener, no variable and no door. */
  readonly isNeeded: boolean;
  /** `127.0.0.1:3128`, `[::1]:3128`, `127.84.0.1:5432`, … */
  readonly listeners: readonly string[];
  readonly direct: readonly DirectListener[];
  /** `name:address`, for the hosts file. */
  readonly extraHosts: readonly string[];
  /** `NAME=value`. */
  readonly environment: readonly string[];
  /** Whether programs have to trust the authority of the proxy. */
  readonly needsAuthority: boolean;
}

/** More of them are reached through the proxy alone. */
const directMax = 63;
const nothing: EgressPlan = Object.freeze({
  isNeeded: false,
  listeners: [],
  direct: [],
  extraHosts: [],
  environment: [],
  needsAuthority: false,
});

const authorityVariables = [
  'SSL_CERT_FILE',
  'NODE_EXTRA_CA_CERTS',
  'REQUESTS_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'CURL_CA_BUNDLE',
  'PIP_CERT',
  'AWS_CA_BUNDLE',
  'CARGO_HTTP_CAINFO',
];

/** What a program that insists on a value gets to see instead of a secret. */
export const placeholderOf = (secret: string): string => `sallyport-placeholder-for-${secret}`;

/** The plan for these grants. */
export function planEgress({ connect, inject }: Pick<Grants, 'connect' | 'inject'>): EgressPlan {
  if (connect.length === 0) return nothing;
  const places = placesOf(connect).slice(0, directMax);
  const hosts = [...new Set(places.map(({ host }) => host))];
  const addresses = new Map(hosts.map((host, index) => [host, `127.84.${index >> 7}.${(index & 127) + 1}`]));
  const direct = places.map(({ host, port }) => ({ listener: `${addresses.get(host)}:${port}`, host, port }));
  return {
    isNeeded: true,
    listeners: [...proxyListeners, ...direct.map(({ listener }) => listener)],
    direct,
    needsAuthority: inject.length > 0,
    extraHosts: [...addresses].map(([host, address]) => `${host}:${address}`),
    environment: [
      ...['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].flatMap(bothCases('http://127.0.0.1:3128')),
      ...['NO_PROXY'].flatMap(bothCases(reachesLoopback(connect) ? '' : 'localhost,127.0.0.1,::1')),
      ...(inject.length === 0 ? [] : authorityVariables.map((name) => `${name}=${insideDirectory}/${bundleName}`)),
      ...inject.flatMap(({ variable, secret }) => (variable === '' ? [] : [`${variable}=${placeholderOf(secret)}`])),
    ],
  };
}

const bothCases = (value: string) => (name: string) => [`${name}=${value}`, `${name.toLowerCase()}=${value}`];

/** Names and ports that a grant spells out, in an order of their own. A host without a port stands for the web. */
function placesOf(connect: readonly string[]): readonly { readonly host: string; readonly port: number }[] {
  const places = new Map<string, { host: string; port: number }>();
  for (const pattern of connect.map(compileConnectPattern)) {
    if (pattern?.host.kind !== 'host' || !isName(pattern.host.host)) continue;
    const { host, port } = pattern.host;
    for (const one of port === 0 ? [80, 443] : [port]) places.set(`${host}:${one}`, { host, port: one });
  }
  return [...places].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, place]) => place);
}

/** In the sandbox `localhost` stays the sandbox. */
const isName = (host: string): boolean => canonicalAddress(host) === undefined && !isLocalhost(host);

const isLocalhost = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost');

/** True if a grant means this machine's own loopback: then programs must not take it for the sandbox's. */
const reachesLoopback = (connect: readonly string[]): boolean =>
  connect.some((text) => {
    const pattern = compileConnectPattern(text);
    return pattern?.host.kind === 'host' && (isLocalhost(pattern.host.host) || /^127\.|^::1$/.test(pattern.host.host));
  });
