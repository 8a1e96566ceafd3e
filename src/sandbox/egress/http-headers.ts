// Which headers go through, and which belong to one connection alone and stay behind (RFC 9110, section 7.6.1).

const ofConnection: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'http2-settings',
]);

export type HeaderPair = readonly [name: string, value: string];

/** Raw headers, as Node gives them, in pairs. */
export function pairsOf(raw: readonly string[]): readonly HeaderPair[] {
  const pairs: HeaderPair[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) pairs.push([raw[index] ?? '', raw[index + 1] ?? '']);
  return pairs;
}

/** The pairs without those of the connection, and without those that `Connection` names. */
export function withoutConnection(pairs: readonly HeaderPair[]): readonly HeaderPair[] {
  const named = pairs
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.toLowerCase().split(','))
    .map((token) => token.trim());
  const left = new Set([...ofConnection, ...named.filter((token) => token !== 'host' && token !== 'content-length')]);
  return pairs.filter(([name]) => !left.has(name.toLowerCase()));
}

/** All values of a header. */
export const valuesOf = (pairs: readonly HeaderPair[], name: string): readonly string[] =>
  pairs.filter(([other]) => other.toLowerCase() === name).map(([, value]) => value);
