// Checks many records at once, fast: the same checks as `checkRow` and `checkText` make one by one, and the leaves of the
// tree with them. What always holds: `null` means "look closer", never "bad", and anything else means that the slow checks
// would find nothing either; so speed is all that hangs on this file. It works on bytes and runs in any thread.

import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import type { RecordColumns } from '../kernel/store.ts';
import { leafRow, type Subtree } from './merkle.ts';
import { type ScannedKeys, scanBody } from './scan-body.ts';

/** Records `after + 1` and following. */
export interface Page {
  readonly after: number;
  /** Their exact texts, a line break between them. */
  readonly text: Uint8Array;
  /** Null for an export. */
  readonly columns: RecordColumns | null;
}

/** What to hand back besides. */
export interface Wanted {
  /** Types of records whose texts are wanted. */
  readonly types: readonly string[];
  /** Numbers of further records whose texts are wanted. */
  readonly seqs: readonly number[];
  /** Sizes of trees whose roots are wanted: the parts are cut there. Ascending. */
  readonly sizes: readonly number[];
}

/** A record whose text was wanted. */
export interface WantedRecord {
  readonly seq: number;
  readonly type: string;
  readonly text: string;
}

/** A page without fault. */
export interface SoundPage {
  readonly after: number;
  readonly records: number;
  /** The hash that its first record hangs on. */
  readonly prev: string;
  /** The hash of its last record. */
  readonly hash: string;
  /** What it adds to the tree. */
  readonly parts: readonly Subtree[];
  readonly wanted: readonly WantedRecord[];
}

/** Checks a page; null if it has to be looked at record by record. */
export function checkPage({ after, text, columns }: Page, { types, seqs, sizes }: Wanted): SoundPage | null {
  if (!isUtf8(text)) return null;
  // Every record gets the zero byte before it that its leaf is hashed with; line breaks make room for all but the first.
  const bytes = Buffer.allocUnsafe(text.length + 1);
  bytes[0] = lineBreak;
  bytes.set(text, 1);
  // What is compared is ASCII; other characters pass through as the bytes they are. Its places are those of `bytes`.
  const page = bytes.toString('latin1');
  const starts = startsIn(bytes);
  const beside = columns === null ? null : readColumns(columns);
  const leaves = leafRow(starts.length);
  const wanted: WantedRecord[] = [];
  let first = '';
  let before = '';
  for (let index = 0; index < starts.length; index += 1) {
    const start = starts[index] ?? 0;
    const end = (starts[index + 1] ?? page.length + 1) - 1;
    bytes[start - 1] = 0;
    leaves.add(bytes.subarray(start - 1, end));
    const seq = after + index + 1;
    const shape = shapeOf(page, start, end, String(seq));
    if (shape === null) return null;
    const keys = scanBody(bytes, page, shape.bodyAt, shape.hashAt - hashStart.length);
    if (keys === null) return null;
    const hashed = hashOf(page, bytes, start, end, shape.hashAt);
    if (hashed === null) return null;
    if (index === 0) first = page.slice(shape.prevAt, shape.prevAt + hexDigits);
    if (index === 0 ? !/^[0-9a-f]{64}$/.test(first) : !page.startsWith(before, shape.prevAt)) return null;
    if (beside !== null && !beside.agree(String(seq), hashed, shape, keys)) return null;
    before = hashed;
    if (types.includes(shape.type) || seqs.includes(seq)) {
      wanted.push({ seq, type: shape.type, text: Buffer.from(page.slice(start, end), 'latin1').toString('utf8') });
    }
  }
  if (beside !== null && !beside.isAtEnd()) return null;
  const cuts = sizes.filter((size) => size > after && size < after + starts.length).map((size) => size - after);
  const pieces = [0, ...cuts];
  const parts = pieces.flatMap((from, piece) => leaves.parts(after + from, from, cuts[piece] ?? starts.length));
  return { after, records: starts.length, prev: `sha256:${first}`, hash: `sha256:${before}`, parts, wanted };
}

const lineBreak = 10;

/** Where the lines start; a line break stands before each. */
function startsIn(bytes: Buffer): readonly number[] {
  const starts: number[] = [];
  for (let at = bytes.indexOf(lineBreak); at !== -1; at = bytes.indexOf(lineBreak, at + 1)) starts.push(at + 1);
  return starts;
}

/** The members of a record, and where the others lie: `prev` and `hash` by the first of their 64 digits. */
interface Shape {
  readonly at: string;
  readonly type: string;
  readonly bodyAt: number;
  readonly hashAt: number;
  readonly prevAt: number;
}

/**
 * Takes a record apart, if it is spelled `{"at":…,"body":…,"hash":"sha256:…","prev":"sha256:…","seq":…,"type":"…"}`. What
 * body, hash and `prev` hold is still to be seen.
 */
function shapeOf(page: string, start: number, end: number, seq: string): Shape | null {
  const typeAt = page.lastIndexOf('"', end - 3) + 1;
  const type = page.slice(typeAt, end - 2);
  const seqAt = typeAt - seqEnd.length - seq.length;
  const prevAt = seqAt - prevEnd.length - hexDigits;
  const hashAt = prevAt - hashEnd.length - hexDigits;
  const bodyAt = page.indexOf(',', start) + bodyStart.length;
  const at = page.slice(start + atStart.length, bodyAt - bodyStart.length);
  const isSpelled =
    page.startsWith('"}', end - 2) &&
    page.startsWith(seqEnd, typeAt - seqEnd.length) &&
    page.startsWith(seq, seqAt) &&
    page.startsWith(prevEnd, seqAt - prevEnd.length) &&
    page.startsWith(hashEnd, prevAt - hashEnd.length) &&
    page.startsWith(hashStart, hashAt - hashStart.length) &&
    page.startsWith(bodyStart, bodyAt - bodyStart.length) &&
    page.startsWith(atStart, start);
  if (!isSpelled || hashAt <= bodyAt || !/^(?:0|[1-9]\d{0,14})$/.test(at)) return null;
  return isType(type) ? { at, type, bodyAt, hashAt, prevAt } : null;
}

const hexDigits = 64;
const atStart = '{"at":';
const bodyStart = ',"body":';
const hashStart = ',"hash":"sha256:';
const hashEnd = '","prev":"sha256:';
const prevEnd = '","seq":';
const seqEnd = ',"type":"';

/** Few types are many records. */
const knownTypes = new Set<string>();
function isType(type: string): boolean {
  if (knownTypes.has(type)) return true;
  if (!/^[a-z][a-z-]{0,63}$/.test(type)) return false;
  if (knownTypes.size < 1_000) knownTypes.add(type);
  return true;
}

/** The digits of the hash over all but the member `hash`, if they are those that stand there. Changes the bytes. */
function hashOf(page: string, bytes: Buffer, start: number, end: number, hashAt: number): string | null {
  const memberAt = hashAt - hashStart.length + 1;
  const memberEnd = hashAt + hexDigits + 2;
  bytes.copyWithin(memberAt, memberEnd, end);
  const actual = hash('sha256', bytes.subarray(start, end - (memberEnd - memberAt)), 'hex');
  return page.startsWith(actual, hashAt) ? actual : null;
}

/** Reads what lies beside the records of a page, a line of each column after the other. */
function readColumns(columns: RecordColumns) {
  const [seqs, hashes, ats, types] = [
    readLines(columns.seq),
    readLines(columns.hash),
    readLines(columns.at),
    readLines(columns.type),
  ];
  const [runs, calls, digests] = [readLines(columns.run), readLines(columns.call), readLines(columns.digest)];
  return {
    /** Whether the next lines say what the record says. */
    agree: (seq: string, hashed: string, { at, type }: Shape, { run, call, digest }: ScannedKeys): boolean =>
      hashes.isNext('sha256:', hashed) &&
      types.isNext('', type) &&
      seqs.isNext('', seq) &&
      ats.isNext('', at) &&
      runs.isNext(run === null ? '' : '=', run ?? '') &&
      calls.isNext(call === null ? '' : '=', call ?? '') &&
      digests.isNext(digest === null ? '' : '=', digest ?? ''),
    isAtEnd: (): boolean => [seqs, hashes, ats, types, runs, calls, digests].every((lines) => lines.isAtEnd()),
  };
}

function readLines(text: string) {
  let place = 0;
  return {
    /** Whether the next line is these two one after the other. */
    isNext(start: string, rest: string): boolean {
      const restAt = place + start.length;
      const end = restAt + rest.length;
      const isLine = end === text.length || text.charCodeAt(end) === lineBreak;
      if (!isLine || !text.startsWith(start, place) || !text.startsWith(rest, restAt)) return false;
      place = end + 1;
      return true;
    },
    isAtEnd: (): boolean => place === text.length + 1,
  };
}
