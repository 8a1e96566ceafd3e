// From a ledger entry to a record that still lacks its place in the chain: its text, the keys people find it by, and the
// step it opens or closes.

import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical.ts';
import { nothingBeside } from './ledger-entry.ts';
import type { LedgerEntry } from './ports.ts';
import type { ClosedStep, RecordDraft } from './store.ts';
import type { Json, JsonObject } from './types.ts';

/**
 * Drafts a record. `at` is in milliseconds since the epoch. The body is spelled out here and now: later changes to the
 * object do not reach the ledger.
 * @throws {TypeError} if the entry cannot be recorded.
 */
export function draftRecord({ type, body, beside = nothingBeside }: LedgerEntry, at: number): RecordDraft {
  if (!/^[a-z][a-z-]{0,63}$/.test(type)) throw new TypeError(`could not record \`${type}\`: it is not a record type`);
  if (!Number.isSafeInteger(at) || at < 0) throw new TypeError(`could not record at \`${at}\`: it is not a time`);
  return { type, at, body: canonicalJson(body), ...searchKeys(body), ...stepOf(type, body), beside };
}

/** The keys of a record body: `run` (or its caller's), `call` and `digest`. */
export function searchKeys(body: JsonObject): Pick<RecordDraft, 'run' | 'call' | 'digest'> {
  const caller = body.caller;
  const callerRun = isObject(caller) ? caller.run : undefined;
  return { run: searchKey(body.run ?? callerRun), call: searchKey(body.call), digest: searchKey(body.digest) };
}

/** Names from outside can hold anything; a key is short printable ASCII, or the digest of what is not. */
export function searchKey(value: Json | undefined): string | null {
  if (typeof value !== 'string') return null;
  if (/^[ -~]{1,200}$/.test(value)) return value;
  return `sha256:${createHash('sha256').update(value).digest('hex')}`;
}

function stepOf(type: LedgerEntry['type'], body: JsonObject): Pick<RecordDraft, 'opens' | 'closes'> {
  const { run, call } = searchKeys(body);
  const kind = type.startsWith('run-') ? 'run' : type.startsWith('preview-') ? 'preview' : 'call';
  const step = kind === 'run' ? `run ${run}` : `${kind} ${run} ${call}`;
  switch (type) {
    case 'run-started':
    case 'preview-intended':
    case 'call-intended':
      return { opens: step, closes: null };
    case 'run-continued':
      return { opens: step, closes: closed(step, body.started) };
    case 'run-ended':
      return { opens: null, closes: closed(step, body.started) };
    case 'preview-finished':
    case 'call-finished':
      return { opens: null, closes: closed(step, body.intent) };
    default:
      return { opens: null, closes: null };
  }
}

const closed = (step: string, seq: Json | undefined): ClosedStep => ({
  step,
  seq: typeof seq === 'number' && Number.isSafeInteger(seq) ? seq : null,
});

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
