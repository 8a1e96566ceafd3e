// Reads the greeting of a TLS client for the one thing that matters here: the name of the server it asks for. The greeting
// may be cut into several records and these into any pieces.

/** What the first bytes of a connection say so far. */
export type Greeting =
  | { readonly kind: 'more' }
  /** Not TLS. */
  | { readonly kind: 'other' }
  /** Looks like TLS and cannot be read. */
  | { readonly kind: 'broken' }
  /** `name` is empty where the client names no server. */
  | { readonly kind: 'tls'; readonly name: string };

const more: Greeting = { kind: 'more' };
const broken: Greeting = { kind: 'broken' };

/** A greeting with post-quantum keys has 2 KiB; nobody has more than 16. */
export const greetingBytesMax = 65_536;
const handshakeRecord = 22;
const clientHello = 1;
const serverName = 0;

/**
 * Reads the first bytes of a client.
 * @see https://www.rfc-editor.org/rfc/rfc8446#section-4.1.2
 */
export function readGreeting(bytes: Buffer): Greeting {
  if (bytes.length === 0) return more;
  if (bytes[0] !== handshakeRecord) return { kind: 'other' };
  if (bytes.length > 1 && bytes[1] !== 3) return { kind: 'other' };
  const handshake = handshakeOf(bytes);
  if (handshake === 'broken') return broken;
  if (handshake.length > 0 && handshake[0] !== clientHello) return broken;
  if (handshake.length < 4) return bytes.length > greetingBytesMax ? broken : more;
  const length = handshake.readUIntBE(1, 3);
  if (length > greetingBytesMax) return broken;
  if (handshake.length < 4 + length) return bytes.length > greetingBytesMax ? broken : more;
  try {
    return { kind: 'tls', name: nameIn(handshake.subarray(4, 4 + length)) };
  } catch (error) {
    if (error instanceof RangeError) return broken;
    throw error;
  }
}

/** What the records carry so far. */
function handshakeOf(bytes: Buffer): Buffer | 'broken' {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] !== handshakeRecord) return 'broken';
    if (at + 5 > bytes.length) break;
    const length = bytes.readUInt16BE(at + 3);
    if (length === 0) return 'broken';
    parts.push(bytes.subarray(at + 5, at + 5 + length));
    at += 5 + length;
    // What follows the greeting is none of our business.
    if (isWhole(parts)) break;
  }
  return Buffer.concat(parts);
}

function isWhole(parts: readonly Buffer[]): boolean {
  const gathered = Buffer.concat(parts);
  return gathered.length >= 4 && gathered.length >= 4 + gathered.readUIntBE(1, 3);
}

/** @throws {RangeError} if the greeting ends early, or names a server twice. */
function nameIn(hello: Buffer): string {
  const reader = readerOf(hello);
  reader.skip(2 + 32);
  reader.skip(reader.number(1));
  reader.skip(reader.number(2));
  reader.skip(reader.number(1));
  if (reader.left() === 0) return '';
  const extensions = readerOf(reader.bytes(reader.number(2)));
  const names: string[] = [];
  while (extensions.left() > 0) {
    const type = extensions.number(2);
    const content = extensions.bytes(extensions.number(2));
    if (type !== serverName) continue;
    const list = readerOf(readerOf(content).rest(2));
    while (list.left() > 0) {
      const kind = list.number(1);
      const name = list.bytes(list.number(2)).toString('latin1');
      if (kind !== 0) throw new RangeError('a server name of a kind nobody knows');
      names.push(name);
    }
  }
  if (names.length > 1) throw new RangeError('more than one server name');
  return names[0] ?? '';
}

function readerOf(bytes: Buffer) {
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new RangeError('the greeting ends early');
    at += length;
    return bytes.subarray(at - length, at);
  };
  const number = (width: number): number => take(width).readUIntBE(0, width);
  return {
    left: () => bytes.length - at,
    skip: (length: number) => void take(length),
    number,
    bytes: take,
    /** All that a length of `width` bytes announces, which must be all there is. */
    rest: (width: number): Buffer => {
      const length = number(width);
      if (length !== bytes.length - at) throw new RangeError('a length that does not fit');
      return take(length);
    },
  };
}
