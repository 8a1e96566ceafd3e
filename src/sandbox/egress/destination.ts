// What an HTTP request is for, in one spelling: the one that is judged is the one that is sent. Text that two readers could
// take for different places has no spelling and is refused.

import { canonicalHost } from '../../kernel/addresses.ts';
import type { Connection } from '../../kernel/connect-patterns.ts';
import { compileHostPattern } from '../../kernel/host-patterns.ts';

/** A destination, or why there is none, for a person. */
export type ReadDestination =
  | { readonly kind: 'read'; readonly wanted: Connection }
  | { readonly kind: 'unclear'; readonly because: string };

const unclear = (because: string): ReadDestination => ({ kind: 'unclear', because });

/** Reads an absolute `http:` or `https:` URL. */
export function readDestination(text: string, method: string): ReadDestination {
  const shown = JSON.stringify(text.slice(0, 200));
  if (!text.isWellFormed() || /[\s\p{Cc}\p{Cf}\\]/u.test(text))
    return unclear(`the URL ${shown} holds spaces, backslashes or invisible characters`);
  const authority = /^https?:\/\/([^/?#]+)/i.exec(text)?.[1];
  const url = URL.parse(text);
  if (authority === undefined || url === null || !/^https?:$/.test(url.protocol))
    return unclear(`${shown} is not an http or https URL`);
  if (authority.includes('@')) return unclear('a URL with a user name or a password is refused');
  const host = canonicalHost(url.hostname);
  if (host === undefined) return unclear(`the host of ${shown} can be read in two ways`);
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  if (port < 1) return unclear(`the port of ${shown} is 0`);
  url.hostname = host.includes(':') ? `[${host}]` : host;
  url.hash = '';
  return { kind: 'read', wanted: { host, port, method, url: url.href } };
}

/** Reads `host:port`, as `CONNECT` and `Host` write it; `port` is for where none is written (0: it must be). */
export function readAuthority(
  text: string,
  port: number,
): { readonly host: string; readonly port: number } | undefined {
  if (text.includes('/') || text.includes('*')) return undefined;
  const read = compileHostPattern(text);
  if (read?.kind !== 'host') return undefined;
  const actual = read.port === 0 ? port : read.port;
  return actual === 0 ? undefined : { host: read.host, port: actual };
}
