// Reads the search keys of a record out of its bytes, without making objects of it, and sees on the way that its body is JSON.
// What always holds: what is found is what `searchKeys` finds in the parsed body; `null` means that a parser has to look,
// because it is not JSON, or is spelled in a way that records are not: one member twice or out of order, `\u0041` for `A`, 1.0
// for 1. Programs read such texts in different ways.

import { searchKey } from '../kernel/record-draft.ts';

/** The keys, as `searchKeys` has them. */
export interface ScannedKeys {
  readonly run: string | null;
  readonly call: string | null;
  readonly digest: string | null;
}

/** Where a value lies; 0 to 0 is nowhere. */
interface Place {
  from: number;
  to: number;
}

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];
const depthMax = 200;

/** Scans the body that lies from `start` to `end` of `bytes`; `text` is the same bytes as Latin-1. */
export function scanBody(bytes: Uint8Array, text: string, start: number, end: number): ScannedKeys | null {
  const found = { run: nowhere(), call: nowhere(), digest: nowhere(), caller: nowhere() };
  const members = scanMembers(bytes, start, 0, (from, to, valueAt, valueEnd) => {
    const length = to - from;
    if (length === 3 && text.startsWith('run', from)) put(found.run, valueAt, valueEnd);
    else if (length === 4 && text.startsWith('call', from)) put(found.call, valueAt, valueEnd);
    else if (length === 6 && text.startsWith('digest', from)) put(found.digest, valueAt, valueEnd);
    else if (length === 6 && text.startsWith('caller', from)) put(found.caller, valueAt, valueEnd);
  });
  if (members !== end) return null;
  const isMissing = found.run.from === 0 || text.startsWith('null', found.run.from);
  const run = isMissing ? runOf(bytes, text, found.caller) : found.run;
  if (run === null) return null;
  return {
    run: keyAt(bytes, text, run),
    call: keyAt(bytes, text, found.call),
    digest: keyAt(bytes, text, found.digest),
  };
}

/** The member `run` of the object there; null if a parser has to look. */
function runOf(bytes: Uint8Array, text: string, { from, to }: Place): Place | null {
  const run = nowhere();
  if (from === 0 || bytes[from] !== openBrace) return run;
  const end = scanMembers(bytes, from, 1, (name, nameEnd, valueAt, valueEnd) => {
    if (nameEnd - name === 3 && text.startsWith('run', name)) put(run, valueAt, valueEnd);
  });
  return end === to ? run : null;
}

function keyAt(bytes: Uint8Array, text: string, { from, to }: Place): string | null {
  if (from === 0 || bytes[from] !== quote) return null;
  const raw = text.slice(from + 1, to - 1);
  if (/^[ !#-[\]-~]{1,200}$/.test(raw)) return raw;
  return searchKey(JSON.parse(Buffer.from(text.slice(from, to), 'latin1').toString('utf8')));
}

const nowhere = (): Place => ({ from: 0, to: 0 });

function put(place: Place, from: number, to: number): void {
  place.from = from;
  place.to = to;
}

type SeeMember = (nameAt: number, nameEnd: number, valueAt: number, valueEnd: number) => void;

/** Scans an object and tells its members; the place after it, or -1. A name with an escape could be any: -1, if it is told. */
function scanMembers(bytes: Uint8Array, start: number, depth: number, see: SeeMember | null): number {
  if (bytes[start] !== openBrace) return -1;
  let at = start + 1;
  if (bytes[at] === closeBrace) return at + 1;
  let before = 0;
  let beforeEnd = 0;
  for (;;) {
    if (bytes[at] !== quote) return -1;
    const nameEnd = scanText(bytes, at);
    if (nameEnd === -1 || bytes[nameEnd] !== colon) return -1;
    if (before !== 0 && !isInOrder(bytes, before, beforeEnd, at, nameEnd)) return -1;
    before = at;
    beforeEnd = nameEnd;
    const valueEnd = scanValue(bytes, nameEnd + 1, depth + 1);
    if (valueEnd === -1) return -1;
    if (see !== null) {
      for (let place = at + 1; place < nameEnd; place += 1) if (bytes[place] === backslash) return -1;
      see(at + 1, nameEnd - 1, nameEnd + 1, valueEnd);
    }
    if (bytes[valueEnd] === closeBrace) return valueEnd + 1;
    if (bytes[valueEnd] !== comma) return -1;
    at = valueEnd + 1;
  }
}

/** Whether the second name comes after the first as RFC 8785 orders them, by UTF-16 units. Both from quote to quote. */
function isInOrder(bytes: Uint8Array, first: number, firstEnd: number, second: number, secondEnd: number): boolean {
  for (let same = 1; ; same += 1) {
    const a = bytes[first + same] ?? 0;
    const b = bytes[second + same] ?? 0;
    // Up to here both are ASCII without escapes: their bytes are their units.
    if (a === backslash || b === backslash || a > 0x7f || b > 0x7f) {
      return nameAt(bytes, first, firstEnd) < nameAt(bytes, second, secondEnd);
    }
    if (a === quote || b === quote) return a !== b && a === quote;
    if (a !== b) return a < b;
  }
}

const nameAt = (bytes: Uint8Array, from: number, to: number): string =>
  String(JSON.parse(Buffer.from(bytes.subarray(from, to)).toString('utf8')));

/** The place after the value that starts here, or -1. */
function scanValue(bytes: Uint8Array, at: number, depth: number): number {
  if (depth > depthMax) return -1;
  switch (bytes[at]) {
    case quote:
      return scanText(bytes, at);
    case openBrace:
      return scanMembers(bytes, at, depth, null);
    case openBracket:
      return scanList(bytes, at, depth);
    default:
      return scanWord(bytes, at);
  }
}

function scanList(bytes: Uint8Array, start: number, depth: number): number {
  let at = start + 1;
  if (bytes[at] === closeBracket) return at + 1;
  for (;;) {
    const end = scanValue(bytes, at, depth + 1);
    if (end === -1) return -1;
    if (bytes[end] === closeBracket) return end + 1;
    if (bytes[end] !== comma) return -1;
    at = end + 1;
  }
}

function scanText(bytes: Uint8Array, start: number): number {
  for (let at = start + 1; ; at += 1) {
    const byte = bytes[at];
    if (byte === quote) return at + 1;
    if (byte === undefined || byte < 0x20) return -1;
    if (byte === backslash) {
      at += 1;
      if (bytes[at] === 0x75) {
        if (!isControl(bytes, at + 1)) return -1;
        at += 4;
      } else if (!isEscape(bytes[at])) return -1;
    }
  }
}

/** `"`, `\`, b, f, n, r, t. */
const isEscape = (byte: number | undefined): boolean =>
  byte === 0x22 || byte === 0x5c || byte === 0x62 || byte === 0x66 || byte === 0x6e || byte === 0x72 || byte === 0x74;

/** `0000` to `001f`, but for those with an escape of their own. */
function isControl(bytes: Uint8Array, at: number): boolean {
  const [tens, ones] = [bytes[at + 2], bytes[at + 3] ?? 0];
  if (bytes[at] !== 0x30 || bytes[at + 1] !== 0x30 || !(isDigit(ones) || (ones >= 0x61 && ones <= 0x66))) return false;
  const hasOwn = ones === 0x38 || ones === 0x39 || ones === 0x61 || ones === 0x63 || ones === 0x64;
  return tens === 0x31 || (tens === 0x30 && !hasOwn);
}

/** Numbers and literals are few and short: a pattern decides. */
function scanWord(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at - start < 40 && isWordByte(bytes[at])) at += 1;
  if (at - start === 1) return isDigit(bytes[start]) ? at : -1;
  const word = String.fromCharCode(...bytes.subarray(start, at));
  if (/^(?:true|false|null|0|-?[1-9]\d{0,14})$/.test(word)) return at;
  return /^-?\d/.test(word) && JSON.stringify(Number(word)) === word ? at : -1;
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;

/** Digits, letters, `+`, `-` and `.`. */
const isWordByte = (byte: number | undefined): boolean =>
  byte !== undefined &&
  (isDigit(byte) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x45 || byte === 0x2b || byte === 0x2d || byte === 0x2e);
