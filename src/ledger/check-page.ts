// Checks many records at once, fast: the same checks as `checkRow` and `checkText` make one by one, and the leaves of the
// tree with them. What always holds: `null` means "look closer", never "bad", and anything else means that the slow checks
// would find nothing either; so speed is all that hangs on this file. It works on bytes and runs in any thread.

import { isAscii, isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import { searchKeys } from '../kernel/record-draft.ts';
import type { RecordColumns } from '../kernel/store.ts';
import type { JsonObject } from '../kernel/types.ts';
import { leafHashOf, partsBetween, type Subtree } from './merkle.ts';

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
  bytes.set(text, 1);
  // What is compared is ASCII; other characters pass through as the bytes they are.
  const lines = bytes.toString('latin1', 1).split('\n');
  const beside = columns === null ? null : linesOfColumns(columns);
  if (beside?.some((column) => column.length !== lines.length)) return null;
  const leaves: string[] = [];
  const wanted: WantedRecord[] = [];
  let start = 1;
  let before = '';
  let prev = '';
  for (const [index, line] of lines.entries()) {
    const end = start + line.length;
    bytes[start - 1] = 0;
    leaves.push(leafHashOf(bytes.subarray(start - 1, end)));
    const seq = after + index + 1;
    const checked = checkLine(line, bytes, start, seq);
    if (checked === null || (index > 0 && checked.prev !== before)) return null;
    if (beside !== null && !beside.every((column, which) => column[index] === checked.columns[which])) return null;
    if (index === 0) prev = checked.prev;
    before = checked.hash;
    if (types.includes(checked.type) || seqs.includes(seq)) {
      wanted.push({ seq, type: checked.type, text: Buffer.from(line, 'latin1').toString('utf8') });
    }
    start = end + 1;
  }
  const cuts = sizes.filter((size) => size > after && size < after + lines.length).map((size) => size - after);
  const pieces = [0, ...cuts].map((from, piece) => ({ from, to: cuts[piece] ?? lines.length }));
  const parts = pieces.flatMap(({ from, to }) => partsBetween(after + from, leaves.slice(from, to)));
  return { after, records: lines.length, prev, hash: before, parts, wanted };
}

const linesOfColumns = ({ seq, hash, at, type, run, call, digest }: RecordColumns): readonly (readonly string[])[] =>
  [seq, hash, at, type, run, call, digest].map((column) => column.split('\n'));

interface CheckedLine {
  readonly hash: string;
  readonly prev: string;
  readonly type: string;
  /** In the order of `linesOfColumns`. */
  readonly columns: readonly string[];
}

/** Checks the record at `start` of `bytes`, of which `line` is the text. Its bytes are not the same afterwards. */
function checkLine(line: string, bytes: Buffer, start: number, seq: number): CheckedLine | null {
  const isPlainText = isAscii(bytes.subarray(start, start + line.length));
  const record = parsed(isPlainText ? line : Buffer.from(line, 'latin1').toString('utf8'));
  if (record === null) return null;
  const { at, body, prev, type } = record;
  const isShaped = typeof at === 'number' && typeof prev === 'string' && typeof type === 'string' && isPlain(body);
  if (!isShaped || !/^[a-z][a-z-]{0,63}$/.test(type) || !/^sha256:[0-9a-f]{64}$/.test(prev)) return null;
  if (!Number.isSafeInteger(at) || at < 0 || !line.startsWith(`{"at":${at},"body":{`)) return null;
  const tail = `"prev":"${prev}","seq":${seq},"type":"${type}"}`;
  const hashMember = `"hash":"sha256:",`.length + 64;
  const hashAt = line.length - tail.length - hashMember;
  bytes.copyWithin(start + hashAt, start + hashAt + hashMember, start + line.length);
  const actual = hash('sha256', bytes.subarray(start, start + line.length - hashMember), 'hex');
  if (!line.endsWith(`"hash":"sha256:${actual}",${tail}`)) return null;
  const keys = searchKeys(body);
  const columns = [
    `${seq}`,
    `sha256:${actual}`,
    `${at}`,
    type,
    keyLine(keys.run),
    keyLine(keys.call),
    keyLine(keys.digest),
  ];
  return { hash: `sha256:${actual}`, prev, type, columns };
}

const keyLine = (key: string | null): string => (key === null ? '' : `=${key}`);

interface Members {
  readonly [member: string]: unknown;
}

function parsed(line: string): Members | null {
  try {
    const record: unknown = JSON.parse(line);
    return isMembers(record) ? record : null;
  } catch {
    return null;
  }
}

const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null;

const isPlain = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
