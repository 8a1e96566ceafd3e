// Who may speak to the gateway's port at all, decided from the headers alone. What always holds: a name that is not ours is
// misdirected (no DNS rebinding), and a web page that is not ours gets nothing (no cross-site hijacking). Programs that are no
// browsers send no Origin and pass; the secrets are asked for later.

import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from './bind.ts';

/** Names and pages that are ours besides those of loopback. */
export interface DoorOptions {
  /** Where the gateway listens. */
  readonly host: string;
  /** Host names of a reverse proxy or tunnel, without port. */
  readonly allowedHosts: readonly string[];
  /** Whole origins, such as `https://console.example`. */
  readonly allowedOrigins: readonly string[];
}

export type Entry =
  | { readonly kind: 'open'; readonly isBrowser: boolean }
  | { readonly kind: 'shut'; readonly status: 400 | 403 | 421; readonly because: string };

const shut = (status: 400 | 403 | 421, because: string): Entry => ({ kind: 'shut', status, because });

/** Judges the headers of a request or an upgrade; `raw` are its headers as they came, to see doubled ones. */
export function judgeEntry(headers: IncomingHttpHeaders, raw: readonly string[], options: DoorOptions): Entry {
  if (isDoubled(raw, 'host') || isDoubled(raw, 'origin'))
    return shut(400, 'a header that must be single is there twice');
  const host = parseHost(headers.host ?? '');
  if (host === null || !isOurName(host.name, options))
    return shut(421, 'this host name is not served here: add it to `gateway.allowedHosts` if it is yours');
  const { origin } = headers;
  if (origin === undefined) return { kind: 'open', isBrowser: 'sec-fetch-mode' in headers };
  if (!isOurOrigin(origin, host.text, options))
    return shut(403, 'this origin may not speak to the gateway: add it to `gateway.allowedOrigins` if it is yours');
  return { kind: 'open', isBrowser: true };
}

/** A name or address with an optional port and nothing else. */
function parseHost(text: string): { readonly text: string; readonly name: string } | null {
  const found = /^([a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i.exec(text);
  const name = found?.[1];
  return name === undefined ? null : { text: text.toLowerCase(), name: name.toLowerCase() };
}

/** The port is not looked at: a tunnel ends at any. */
function isOurName(name: string, { host, allowedHosts }: DoorOptions): boolean {
  const bare = name.startsWith('[') ? name.slice(1, -1) : name;
  if (isLoopback(bare)) return true;
  return bare === host.toLowerCase() || allowedHosts.some((allowed) => allowed.toLowerCase() === bare);
}

/** A page served under the very name and port that it speaks to, or one that the configuration names. */
function isOurOrigin(origin: string, host: string, { allowedOrigins }: DoorOptions): boolean {
  const found = origin.toLowerCase();
  if (found === `http://${host}` || found === `https://${host}`) return true;
  return found !== 'null' && allowedOrigins.some((allowed) => allowed.toLowerCase() === found);
}

const isDoubled = (raw: readonly string[], name: string): boolean =>
  raw.filter((text, index) => index % 2 === 0 && text.toLowerCase() === name).length > 1;
