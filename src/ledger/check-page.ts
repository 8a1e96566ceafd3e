// Checks many records at once, fast: the same checks as `checkRow` and `checkText` make one by one, and the leaves of the
// tree with them. What always holds: `null` means "look closer", never "bad", and anything else means that the slow checks
// would find nothing either; so speed is all that hangs on this file. It works on bytes and runs in any thread.

import { isAscii, isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import { searchKeys } from '../kernel/record-draft.ts';
import type { RecordColumns } from '../kernel/store.ts';
import type { JsonObject } from '../kernel/types.ts';
import { leafRow, type Subtree } from './merkle.ts';

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
  const isPlainText = isAscii(text);
  // What is compared is ASCII; other characters pass through as the bytes they are. Its places are those of `bytes`.
  const page = bytes.toString('latin1');
  const starts = startsIn(bytes);
  const beside = columns === null ? null : linesOfColumns(columns);
  if (beside !== null && !beside.isOf(starts.length)) return null;
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
    const record = membersOf(isPlainText ? page.slice(start, end) : bytes.toString('utf8', start, end));
    if (record === null) return null;
    if (index === 0) first = record.prev;
    if (index === 0 ? !hashShape.test(first) : !isHashOf(record.prev, before)) return null;
    const hashed = hashOf(page, bytes, start, end, seq, record);
    if (hashed === null || (beside !== null && !beside.agree(index, seq, hashed, record))) return null;
    before = hashed;
    if (types.includes(record.type) || seqs.includes(seq)) {
      wanted.push({ seq, type: record.type, text: Buffer.from(page.slice(start, end), 'latin1').toString('utf8') });
    }
  }
  const cuts = sizes.filter((size) => size > after && size < after + starts.length).map((size) => size - after);
  const pieces = [0, ...cuts];
  const parts = pieces.flatMap((from, piece) => leaves.parts(after + from, from, cuts[piece] ?? starts.length));
  return { after, records: starts.length, prev: first, hash: `sha256:${before}`, parts, wanted };
}

const lineBreak = 10;

/** Where the lines start; a line break stands before each. */
function startsIn(bytes: Buffer): readonly number[] {
  const starts: number[] = [];
  for (let at = bytes.indexOf(lineBreak); at !== -1; at = bytes.indexOf(lineBreak, at + 1)) starts.push(at + 1);
  return starts;
}

/** The members of a record that are checked; their order and spelling are checked in the text. */
interface Members {
  readonly at: number;
  readonly body: JsonObject;
  readonly prev: string;
  readonly type: string;
}

function membersOf(text: string): Members | null {
  const record = parsed(text);
  return isMembers(record) ? record : null;
}

/**
 * The hex digits of the hash of the record that lies from `start` to `end`, if its text is the one spelling of its members
 * under that hash: `{"at":…,"body":{…},"hash":"sha256:…","prev":"…","seq":…,"type":"…"}`. Changes its bytes.
 */
function hashOf(
  page: string,
  bytes: Buffer,
  start: number,
  end: number,
  number: number,
  members: Members,
): string | null {
  const [at, seq] = [String(members.at), String(number)];
  const typeAt = end - members.type.length - 2;
  const seqAt = typeAt - seq.length - seqEnd.length;
  const prevAt = seqAt - prevEnd.length - members.prev.length;
  const hashAt = prevAt - hashEnd.length - hexDigits;
  const bodyAt = start + atStart.length + at.length;
  const isSpelled =
    page.startsWith(atStart, start) &&
    page.startsWith(at, start + atStart.length) &&
    page.startsWith(bodyStart, bodyAt) &&
    page.startsWith(hashStart, hashAt - hashStart.length) &&
    page.startsWith(hashEnd, prevAt - hashEnd.length) &&
    page.startsWith(members.prev, prevAt) &&
    page.startsWith(prevEnd, seqAt - prevEnd.length) &&
    page.startsWith(seq, seqAt) &&
    page.startsWith(seqEnd, typeAt - seqEnd.length) &&
    page.startsWith(members.type, typeAt) &&
    page.startsWith('"}', end - 2);
  if (!isSpelled) return null;
  const memberAt = hashAt - hashMember;
  // Without the member: `"hash":"sha256:…",`
  bytes.copyWithin(memberAt, hashAt + hexDigits + 2, end);
  const actual = hash('sha256', bytes.subarray(start, end - hashMember - hexDigits - 2), 'hex');
  return page.startsWith(actual, hashAt) ? actual : null;
}

const hexDigits = 64;
const atStart = '{"at":';
const bodyStart = ',"body":{';
const hashStart = ',"hash":"sha256:';
/** Length of what stands before the digits in the member `hash`. */
const hashMember = hashStart.length - 1;
const hashEnd = '","prev":"';
const prevEnd = '","seq":';
const seqEnd = ',"type":"';

/** What lies beside the records of a page, line by line. */
function linesOfColumns(columns: RecordColumns) {
  const split = (text: string): readonly string[] => text.split('\n');
  const [seqs, hashes, ats, types] = [split(columns.seq), split(columns.hash), split(columns.at), split(columns.type)];
  const [runs, calls, digests] = [split(columns.run), split(columns.call), split(columns.digest)];
  const all = [seqs, hashes, ats, types, runs, calls, digests];
  return {
    isOf: (count: number): boolean => all.every((column) => column.length === count),
    /** Whether the line says what the record says. */
    agree(index: number, seq: number, hashed: string, { at, body, type }: Members): boolean {
      if (!isHashOf(hashes[index] ?? '', hashed)) return false;
      if (types[index] !== type || seqs[index] !== String(seq) || ats[index] !== String(at)) return false;
      const { run, call, digest } = searchKeys(body);
      return isKey(runs[index], run) && isKey(calls[index], call) && isKey(digests[index], digest);
    },
  };
}

/** Whether the text spells the hash with these digits. */
const isHashOf = (text: string, hex: string): boolean =>
  text.length === 71 && text.startsWith('sha256:') && text.endsWith(hex);

const isKey = (line: string | undefined, key: string | null): boolean =>
  key === null || line === undefined || line === ''
    ? key === null && line === ''
    : line.length === key.length + 1 && line.startsWith('=') && line.endsWith(key);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isMembers(value: unknown): value is Members {
  if (typeof value !== 'object' || value === null) return false;
  const { at, body, prev, type }: { at?: unknown; body?: unknown; prev?: unknown; type?: unknown } = value;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return false;
  return isTime(at) && isType(type) && typeof prev === 'string';
}

const hashShape = /^sha256:[0-9a-f]{64}$/;
const isTime = (at: unknown): boolean => typeof at === 'number' && Number.isSafeInteger(at) && at >= 0;
const isType = (type: unknown): boolean => typeof type === 'string' && /^[a-z][a-z-]{0,63}$/.test(type);
