// Reads the greeting of a TLS client for the one thing that matters here: the name of the server it asks for. The greeting
// may be cut into several records and these into any pieces; each byte is looked at once, however it comes.

import { gathered } from './gathered.ts';

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

const recordHeadBytes = 5;
/** Kind and length of a handshake message. */
const messageHeadBytes = 4;

/**
 * Reads the first bytes of a client.
 * @see https://www.rfc-editor.org/rfc/rfc8446#section-4.1.2
 */
export const readGreeting = (bytes: Buffer): Greeting => greetingReader()(bytes);

/** Gives a function that takes the bytes of a client as they come, until it says something else than `more`. */
export function greetingReader(): (bytes: Buffer) => Greeting {
  const handshake = gathered();
  let recordHead = Buffer.alloc(0);
  let leftInRecord = 0;
  let seen = 0;
  let needed = messageHeadBytes;

  /** Takes what the current record still holds; gives how much that was. */
  const takeBody = (bytes: Buffer): number => {
    const body = bytes.subarray(0, leftInRecord);
    handshake.add(body);
    leftInRecord -= body.length;
    return body.length;
  };
  const takeHead = (bytes: Buffer): number => {
    const part = bytes.subarray(0, recordHeadBytes - recordHead.length);
    recordHead = Buffer.concat([recordHead, part]);
    return part.length;
  };
  /** What the record head so far makes of the connection; undefined while it is one of a handshake. */
  const objection = (): Greeting | undefined => {
    const isFirst = handshake.length === 0;
    if (recordHead[0] !== handshakeRecord) return isFirst ? { kind: 'other' } : broken;
    if (isFirst && recordHead.length > 1 && recordHead[1] !== 3) return { kind: 'other' };
    if (recordHead.length < recordHeadBytes) return undefined;
    leftInRecord = recordHead.readUInt16BE(3);
    recordHead = Buffer.alloc(0);
    return leftInRecord === 0 ? broken : undefined;
  };
  /** What the message so far says. */
  const message = (): Greeting => {
    const whole = handshake.length < needed && needed > messageHeadBytes ? undefined : handshake.whole();
    if (whole === undefined) return more;
    if (whole.length > 0 && whole[0] !== clientHello) return broken;
    if (whole.length < messageHeadBytes) return more;
    const length = whole.readUIntBE(1, 3);
    if (length > greetingBytesMax) return broken;
    needed = messageHeadBytes + length;
    return whole.length < needed ? more : named(whole.subarray(messageHeadBytes, needed));
  };

  return (bytes) => {
    for (let at = 0; at < bytes.length; ) {
      if (leftInRecord === 0) {
        at += takeHead(bytes.subarray(at));
        const because = objection();
        if (because !== undefined) return because;
      }
      if (leftInRecord > 0 && at < bytes.length) {
        at += takeBody(bytes.subarray(at));
        const greeting = message();
        if (greeting.kind !== 'more') return greeting;
      }
    }
    seen += bytes.length;
    return seen > greetingBytesMax ? broken : more;
  };
}

function named(hello: Buffer): Greeting {
  try {
    return { kind: 'tls', name: nameIn(hello) };
  } catch (error) {
    if (error instanceof RangeError) return broken;
    throw error;
  }
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
