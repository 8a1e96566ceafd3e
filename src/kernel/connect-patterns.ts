// Which connections a pattern covers: a host with or without a port, or a method and a URL whose path may have `*`. Rules
// and sandboxes both ask here. Two readings, and they differ on purpose: what opens is read narrowly, what closes widely.

import { compileHostPattern, type HostPattern } from './host-patterns.ts';
import { compileWildcard } from './wildcard.ts';

/** A connection to be judged. `host` is canonical; `method` is upper case, `CONNECT` where no HTTP is known. */
export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly method: string;
  /** Empty where no HTTP is known. */
  readonly url: string;
}

/** One pattern, read. */
export interface ConnectPattern {
  readonly host: HostPattern;
  /** Upper case, or empty for every method. */
  readonly method: string;
  /** `http:` or `https:`; empty where the pattern names a host and any protocol. */
  readonly protocol: string;
  /** The path with its query as written, or empty for every path. `*` is any characters, `\*` a star. */
  readonly path: string;
  /** True if a grant or an allow rule with this pattern opens the connection. */
  opens(connection: Connection): boolean;
  /** True if a deny or ask rule with this pattern is about the connection. At least whatever it opens. */
  catches(connection: Connection): boolean;
}

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** An HTTP method in upper case; undefined if it is not one that a call may use. */
export function canonicalMethod(text: string): string | undefined {
  const method = text.toUpperCase();
  return methods.has(method) ? method : undefined;
}

/** Reads one pattern; undefined if it is none of the known forms. */
export function compileConnectPattern(text: string): ConnectPattern | undefined {
  const parts = /^(?:(\S+) +)?(https?):\/\/([^/]+)(\/\S*)?$/i.exec(text);
  if (parts !== null) return compileUrl(parts);
  const host = compileHostPattern(text);
  if (host === undefined) return undefined;
  return {
    host,
    method: '',
    protocol: '',
    path: '',
    opens: (connection) => host.coversPublic(connection.host, connection.port),
    catches: (connection) => host.covers(connection.host, connection.port),
  };
}

function compileUrl([, methodText, scheme = '', authority = '', path = '']: RegExpExecArray):
  | ConnectPattern
  | undefined {
  const method = methodText === undefined ? '' : canonicalMethod(methodText);
  const read = compileHostPattern(authority);
  const protocol = `${scheme.toLowerCase()}:`;
  const host = read?.port === 0 ? compileHostPattern(`${read.text}:${protocol === 'https:' ? 443 : 80}`) : read;
  if (method === undefined || host === undefined || host.kind === 'range') return undefined;
  const pieces = literalPieces(path);
  const fitsPath = compileWildcard(pieces);
  const catchesPath = compileWildcard(literalPieces(path.toLowerCase()));
  const catchesDecoded = compileWildcard(literalPieces(decoded(path).toLowerCase()));
  // Without a star there is nothing to be read in two ways: the very same path is asked for.
  const isExact = pieces.length === 1;
  return {
    host,
    method,
    protocol,
    path,
    opens: (connection) => {
      if (!host.coversPublic(connection.host, connection.port)) return false;
      if (method !== '' && connection.method !== method) return false;
      const url = URL.parse(connection.url);
      if (url === null || url.protocol !== protocol) return false;
      if (path === '') return true;
      if (connection.method === 'CONNECT' || !(isExact || isPlainPath(url.pathname))) return false;
      return fitsPath(url.pathname + url.search);
    },
    catches: (connection) => {
      if (!host.covers(connection.host, connection.port)) return false;
      if (connection.method === 'CONNECT') return true;
      if (method !== '' && connection.method !== method) return false;
      const url = URL.parse(connection.url);
      if (path === '' || url === null || !isPlainPath(url.pathname)) return true;
      return [url.pathname, url.pathname + url.search].some(
        (subject) => catchesPath(subject.toLowerCase()) || catchesDecoded(decoded(subject).toLowerCase()),
      );
    },
  };
}

/** The text between the stars; `\*` is a star itself. */
const literalPieces = (text: string): string[] => text.split(/(?<!\\)\*/).map((piece) => piece.replaceAll('\\*', '*'));

/** The text as a server reads it: `/%61dmin` is `/admin`. What is no UTF-8 stays as it is. */
const decoded = (text: string): string =>
  text.replace(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });

/** False for paths that servers read in different ways: encoded slashes, dots and percents, doubled slashes, parameters. */
const isPlainPath = (path: string): boolean => !/%(2f|5c|2e|25|3b|00)|\/\/|;/i.test(path);

/** The entry that opens exactly this exchange. */
export const exactUrlEntry = (method: string, url: string): string => `${method} ${url.replaceAll('*', '\\*')}`;

/** True if every connection that the grant entry `inner` opens is known to be opened by `outer`. Doubt is false. */
export function coversConnectEntry(outer: string, inner: string): boolean {
  const wide = compileConnectPattern(outer);
  const narrow = compileConnectPattern(inner);
  if (wide === undefined || narrow === undefined || !coversHost(wide.host, narrow.host)) return false;
  if (wide.protocol === '') return true;
  if (wide.protocol !== narrow.protocol || (wide.method !== '' && wide.method !== narrow.method)) return false;
  if (wide.path === '' || wide.path === narrow.path) return true;
  const pieces = literalPieces(narrow.path);
  if (pieces.length === 1 && !isPlainPath(narrow.path.replace(/\?.*$/s, ''))) return false;
  // No literal of a path holds a NUL, so only a star of the wide path can stand for one of the narrow.
  return narrow.path !== '' && compileWildcard(literalPieces(wide.path))(pieces.join('\0'));
}

/** True if a rule for the pattern `text` would close all that the grant entry `entry` opens. Doubt is false. */
export function closesConnectEntry(text: string, entry: string): boolean {
  if (coversConnectEntry(text, entry)) return true;
  const wide = compileConnectPattern(text);
  const narrow = compileConnectPattern(entry);
  // Unlike an opening star, a closing one means private hosts as well.
  if (wide?.host.kind !== 'any' || wide.protocol !== '' || narrow === undefined) return false;
  return wide.host.port === 0 || wide.host.port === narrow.host.port;
}

function coversHost(wide: HostPattern, narrow: HostPattern): boolean {
  if (wide.port !== 0 && wide.port !== narrow.port) return false;
  if (wide.kind === 'any' && narrow.kind === 'any') return true;
  if (narrow.kind === 'host') return wide.coversPublic(narrow.host, narrow.port);
  if (wide.kind === narrow.kind && wide.host === narrow.host) return true;
  return wide.kind === 'below' && narrow.kind === 'below' && narrow.host.endsWith(`.${wide.host}`);
}
