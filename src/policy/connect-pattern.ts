// Patterns of `connect` rules, with what is wrong with one said for its author. What they cover is the kernel's to say, so
// that a rule and the sandbox mean the same: a bare `*` opens public hosts only, and closes every host.

import { canonicalMethod, compileConnectPattern, coversConnectEntry } from '../kernel/connect-patterns.ts';
import type { HostPattern } from '../kernel/host-patterns.ts';
import type { ConnectEffect } from '../kernel/types.ts';
import { type ConnectRulePattern, type PatternError, patternProblem } from './effect-pattern.ts';

/** Compiles one pattern, or says what is wrong with it. */
export function compileConnectRule(text: string): ConnectRulePattern | PatternError {
  const problem = patternProblem(text);
  if (problem !== undefined) return { error: problem };
  const methodText = /^(\S+) +https?:\/\//i.exec(text)?.[1];
  if (methodText !== undefined && canonicalMethod(methodText) === undefined)
    return { error: `\`${methodText}\` in \`${text}\` is not an HTTP method` };
  const pattern = compileConnectPattern(text);
  if (pattern === undefined) return { error: unreadable(text) };
  return { key: keyOf(pattern.host), allows: pattern.opens, asks: pattern.opens, catches: pattern.catches };
}

const unreadable = (text: string): string =>
  `the pattern \`${text}\` is not a host; write \`example.com\`, \`example.com:443\`, \`*.example.com\`, an address, a range such as \`10.0.0.0/8\`, or \`GET https://example.com/path/*\``;

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
export const coversHostEntry = coversConnectEntry;
