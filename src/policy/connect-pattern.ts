// Patterns of `connect` rules: a host with or without a port, or a method and a URL whose path may have `*`. A bare `*`
// allows public hosts only; private addresses and local names have to be named. For deny and ask it means every host.

import { compileHostPattern, type HostPattern } from '../kernel/host-patterns.ts';
import type { ConnectEffect } from '../kernel/types.ts';
import { canonicalMethod } from './classify/host.ts';
import { type ConnectRulePattern, type PatternError, patternProblem } from './effect-pattern.ts';
import { compileTextPattern } from './text-pattern.ts';

/** Compiles one pattern, or says what is wrong with it. */
export function compileConnectRule(text: string): ConnectRulePattern | PatternError {
  const problem = patternProblem(text);
  if (problem !== undefined) return { error: problem };
  const parts = /^(?:(\S+) +)?(https?):\/\/([^/]+)(\/\S*)?$/i.exec(text);
  if (parts !== null) return compileUrlRule(text, parts);
  const host = compileHostPattern(text);
  if (host === undefined) return { error: unreadable(text) };
  return {
    key: keyOf(host),
    allows: (effect) => host.coversPublic(effect.host, effect.port),
    asks: (effect) => host.coversPublic(effect.host, effect.port),
    catches: (effect) => host.covers(effect.host, effect.port),
  };
}

const unreadable = (text: string): string =>
  `the pattern \`${text}\` is not a host; write \`example.com\`, \`example.com:443\`, \`*.example.com\`, an address, a range such as \`10.0.0.0/8\`, or \`GET https://example.com/path/*\``;

function compileUrlRule(text: string, parts: RegExpExecArray): ConnectRulePattern | PatternError {
  const [, methodText, scheme = '', authority = '', path] = parts;
  const method = methodText === undefined ? undefined : canonicalMethod(methodText);
  if (methodText !== undefined && method === undefined)
    return { error: `\`${methodText}\` in \`${text}\` is not an HTTP method` };
  const read = compileHostPattern(authority);
  const protocol = `${scheme.toLowerCase()}:`;
  const host = read?.port === 0 ? compileHostPattern(`${read.text}:${protocol === 'https:' ? 443 : 80}`) : read;
  if (host === undefined || host.kind === 'range') return { error: unreadable(text) };
  const fitsPath = path === undefined ? () => true : compileTextPattern(path);
  const catchesPath = path === undefined ? () => true : compileTextPattern(path.toLowerCase());
  const opens = (effect: ConnectEffect): boolean => {
    if (!host.coversPublic(effect.host, effect.port)) return false;
    if (method !== undefined && effect.method !== method) return false;
    const url = URL.parse(effect.url);
    if (url === null || url.protocol !== protocol) return false;
    if (path === undefined) return true;
    return effect.method !== 'CONNECT' && isPlainPath(url.pathname) && fitsPath(url.pathname + url.search);
  };
  return {
    key: keyOf(host),
    allows: opens,
    asks: opens,
    catches: (effect) => {
      if (!host.covers(effect.host, effect.port)) return false;
      if (effect.method === 'CONNECT') return true;
      if (method !== undefined && effect.method !== method) return false;
      const url = URL.parse(effect.url);
      if (url === null || !isPlainPath(url.pathname)) return true;
      return [url.pathname, url.pathname + url.search].some((subject) => catchesPath(subject.toLowerCase()));
    },
  };
}

/** False for paths that servers read in different ways: encoded slashes, dots and percents, doubled slashes, parameters. */
const isPlainPath = (path: string): boolean => !/%(2f|5c|2e|25|3b|00)|\/\/|;/i.test(path);

const keyOf = (host: HostPattern): string | undefined =>
  host.kind === 'host' ? host.host : host.kind === 'below' ? `.${host.host}` : undefined;

/** The keys under which patterns that may cover this host are filed. */
export function connectKeys(effect: ConnectEffect): readonly string[] {
  const keys = [effect.host];
  for (let dot = effect.host.indexOf('.'); dot >= 0; dot = effect.host.indexOf('.', dot + 1))
    keys.push(effect.host.slice(dot));
  return keys;
}

/** True if every connection that the grant entry `inner` covers is known to be covered by `outer`. Doubt is false. */
export function coversHostEntry(outer: string, inner: string): boolean {
  const wide = compileHostPattern(outer);
  const narrow = compileHostPattern(inner);
  if (wide === undefined || narrow === undefined) return false;
  if (wide.port !== 0 && wide.port !== narrow.port) return false;
  if (wide.kind === 'any' && narrow.kind === 'any') return true;
  if (narrow.kind === 'host') return wide.coversPublic(narrow.host, narrow.port);
  if (wide.kind === narrow.kind && wide.host === narrow.host) return true;
  return wide.kind === 'below' && narrow.kind === 'below' && narrow.host.endsWith(`.${wide.host}`);
}
