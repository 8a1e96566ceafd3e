// What a record looks like and how it hangs on the one before it. The text of a record is canonical JSON
// `{"at":…,"body":…,"hash":…,"prev":…,"seq":…,"type":…}`; its hash covers every byte of that text but the hash itself.
// The same text lies in the database and in an export, and it is this text that is checked, byte by byte.

import { hash as hashBytes } from 'node:crypto';
import { canonicalJson } from '../kernel/canonical.ts';
import { searchKeys } from '../kernel/record-draft.ts';
import type { LedgerHead, LedgerRow, RecordDraft } from '../kernel/store.ts';
import type { JsonObject } from '../kernel/types.ts';

/** A record as people and programs read it. */
export interface LedgerRecord {
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly type: string;
  readonly body: JsonObject;
  /** Hash of the record before it. */
  readonly prev: string;
  readonly hash: string;
}

/** What the first record hangs on. */
export const genesis: LedgerHead = Object.freeze({ seq: 0, hash: `sha256:${'0'.repeat(64)}` });

/** Gives a draft its place after `previous`. */
export function linkRecord(previous: LedgerHead, draft: RecordDraft): LedgerRow {
  const { at, body, type, run, call, digest } = draft;
  const seq = previous.seq + 1;
  const start = `{"at":${at},"body":${body},`;
  const end = `"prev":"${previous.hash}","seq":${seq},"type":"${type}"}`;
  const hash = hashOf(start + end);
  return { seq, hash, text: `${start}"hash":"${hash}",${end}`, at, type, run, call, digest };
}

/** What is wrong with a record's text after `previous`, or its own place if nothing is. */
export type Checked = { readonly problem: string } | LedgerHead;

/** Checks one record's text against the one before it. */
export function checkText(text: string, previous: LedgerHead): Checked {
  const shape = shapeOf(text);
  if (shape === null) return { problem: 'its text is not a record' };
  const actual = hashOf(shape.hashed);
  if (actual !== shape.hash) return { problem: `it was changed: its text hashes to ${actual}, not to ${shape.hash}` };
  const expected = previous.seq + 1;
  if (shape.seq > expected) return { problem: `records ${expected} to ${shape.seq - 1} are missing before it` };
  if (shape.seq < expected) return { problem: `record ${shape.seq} stands here, out of order or a second time` };
  if (shape.prev !== previous.hash) return { problem: `it does not hang on record ${previous.seq}` };
  const odd = oddSpelling(text);
  if (odd !== null) return { problem: odd };
  return { seq: shape.seq, hash: shape.hash };
}

/** Checks a stored row: its text, and that what was derived from it for searching agrees. */
export function checkRow(row: LedgerRow, previous: LedgerHead): Checked {
  const checked = checkText(row.text, previous);
  if ('problem' in checked) return checked;
  const { seq, hash, at, type, body } = parseRecord(row.text);
  const derived = { seq, hash, at, type, ...searchKeys(body) };
  for (const [column, value] of Object.entries(derived)) {
    const stored: unknown = Reflect.get(row, column);
    if (stored !== value) {
      return { problem: `its column \`${column}\` says \`${String(stored)}\`, but its text says \`${String(value)}\`` };
    }
  }
  return checked;
}

/**
 * Reads a record's text.
 * @throws {SyntaxError} if it is not a record.
 */
export function parseRecord(text: string): LedgerRecord {
  const record: LedgerRecord | null = JSON.parse(text);
  const isRecord =
    typeof record?.seq === 'number' &&
    typeof record.type === 'string' &&
    Math.abs(record.at) <= momentMax &&
    typeof record.body === 'object' &&
    record.body !== null;
  if (!isRecord) throw new SyntaxError('could not read a ledger record: its text is not one; run `audit verify`');
  return record;
}

/** The last moment that a date can spell, in milliseconds since the epoch. */
const momentMax = 8_640_000_000_000_000;

/** The fixed parts of a record's text. Only the exact spelling that `linkRecord` writes is one. */
function shapeOf(text: string): { hash: string; prev: string; seq: number; hashed: string } | null {
  const tail =
    /"hash":"(sha256:[0-9a-f]{64})",("prev":"(sha256:[0-9a-f]{64})","seq":([1-9]\d{0,15}),"type":"[a-z][a-z-]{0,63}"})$/;
  const longestTail = 320;
  const from = Math.max(0, text.length - longestTail);
  const found = tail.exec(text.slice(from));
  // Half a surrogate pair would be hashed as another character.
  if (found === null || !text.isWellFormed() || !/^\{"at":\d{1,15},"body":\{/.test(text)) return null;
  const [, hash = '', end = '', prev = '', seq] = found;
  return { hash, prev, seq: Number(seq), hashed: text.slice(0, from + found.index) + end };
}

/**
 * What is odd about a text that has the shape and the hash of a record, or null: programs must not read two things in it, so
 * it is spelled as records are written and no other way.
 */
function oddSpelling(text: string): string | null {
  try {
    const { at, body, hash, prev, seq, type } = parseRecord(text);
    const rest = `"hash":"${hash}","prev":"${prev}","seq":${seq},"type":"${type}"}`;
    if (`{"at":${at},"body":${canonicalJson(body)},${rest}` === text) return null;
    return 'it is not spelled as records are: a member is there twice, out of order, too much or written otherwise';
  } catch {
    return 'its text is not JSON';
  }
}

const hashOf = (text: string): string => `sha256:${hashBytes('sha256', text, 'hex')}`;
