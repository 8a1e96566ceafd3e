// Where the gateway may listen and with which secrets. What always holds: without a secret nothing listens, and beyond
// loopback nothing listens without a long token.

import { BlockList, isIP } from 'node:net';

/** The secrets that let clients in; null where there is none. */
export interface GatewaySecrets {
  readonly token: string | null;
  readonly password: string | null;
}

export interface Bind {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

export const defaultBind: Bind = Object.freeze({ host: '127.0.0.1', port: 18_789 });

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Long enough that nobody guesses it through the lockout. */
const secretCharsMin = 12;
const openTokenCharsMin = 24;

/** True for an address of this machine alone; names other than `localhost` are not. */
export function isLoopback(host: string): boolean {
  const version = isIP(host);
  if (version === 0) return host === 'localhost';
  return loopback.check(host, version === 6 ? 'ipv6' : 'ipv4');
}

/** Why the gateway must not listen there, with what to do; '' if it may. */
export function whyNotListen({ host, port }: Bind, { token, password }: GatewaySecrets): string {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) return `\`${port}\` is not a port: name one of 1 to 65535`;
  if (token === null && password === null)
    return 'there is neither a token nor a password: set `gateway.auth.token` in config.yaml';
  if ((token ?? password ?? '').length < secretCharsMin || (password ?? token ?? '').length < secretCharsMin)
    return `the token or password has fewer than ${secretCharsMin} characters: use a random one, e.g. of \`openssl rand -hex 32\``;
  if (isLoopback(host)) return '';
  if (token !== null && token.length >= openTokenCharsMin) return '';
  return (
    `\`${host}\` is reachable from other machines, and that takes a token of at least ${openTokenCharsMin} characters; safer is ` +
    `to stay on 127.0.0.1 and reach it by an SSH tunnel (\`ssh -N -L ${port}:127.0.0.1:${port} user@host\`), Tailscale Serve, ` +
    'or a reverse proxy with TLS (`trustedProxies`)'
  );
}
