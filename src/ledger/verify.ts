// Walks the chain from its first record. What always holds: it stops at the first record that is not exactly what was
// written, and says which and why; memory does not grow with the ledger. A cut tail cannot be seen from what is left: for
// that the caller brings a head that was noted before.

import type { LedgerHead, LedgerRow } from '../kernel/store.ts';
import { type Checked, checkRow, checkText, genesis } from './record.ts';

/** What a walk found. `records` counts the sound ones, `head` is the last of them. */
export type Verification =
  | { readonly isSound: true; readonly records: number; readonly head: LedgerHead }
  | {
      readonly isSound: false;
      readonly records: number;
      readonly head: LedgerHead;
      /** Number of the first bad record: the place where it stands, or should. */
      readonly bad: number;
      readonly problem: string;
    };

/** Verifies stored rows, oldest first, in pages. */
export const verifyRows = (
  pages: AsyncIterable<readonly LedgerRow[]>,
  noted: LedgerHead | null,
): Promise<Verification> => walk(pages, checkRow, noted);

/** Verifies the lines of an export, without any database. See `linesOf`. */
export const verifyExport = (
  lines: AsyncIterable<string> | Iterable<string>,
  noted: LedgerHead | null,
): Promise<Verification> => walk(oneByOne(lines), checkText, noted);

/**
 * A noted head, written `seq:hash`.
 * @throws {TypeError} if it is not one.
 */
export function parseHead(text: string): LedgerHead {
  const found = /^([1-9]\d{0,15}):(sha256:[0-9a-f]{64})$/.exec(text);
  if (found === null)
    throw new TypeError(`could not read the head \`${text}\`: write it as \`12:sha256:<64 hex digits>\``);
  return { seq: Number(found[1]), hash: String(found[2]) };
}

/** The spelling that `parseHead` reads. */
export const headText = ({ seq, hash }: LedgerHead): string => `${seq}:${hash}`;

async function walk<T>(
  pages: AsyncIterable<readonly T[]>,
  check: (entry: T, previous: LedgerHead) => Checked,
  noted: LedgerHead | null,
): Promise<Verification> {
  let head = genesis;
  const bad = (problem: string): Verification => ({
    isSound: false,
    records: head.seq,
    head,
    bad: head.seq + 1,
    problem,
  });
  for await (const page of pages) {
    for (const entry of page) {
      const checked = check(entry, head);
      if ('problem' in checked) return bad(checked.problem);
      if (checked.seq === noted?.seq && checked.hash !== noted.hash) {
        return bad(`it is not the record of the head that was noted, ${headText(noted)}`);
      }
      head = checked;
    }
  }
  if (noted !== null && head.seq < noted.seq) {
    return bad(
      `the ledger ends at record ${head.seq}, but the head that was noted is record ${noted.seq}: its tail is gone`,
    );
  }
  return { isSound: true, records: head.seq, head };
}

async function* oneByOne(lines: AsyncIterable<string> | Iterable<string>): AsyncIterable<readonly string[]> {
  for await (const line of lines) yield [line];
}
