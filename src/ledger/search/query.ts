// What people write to search the ledger, as data: words, phrases, beginnings of words, fields, times, and what must not be in
// it. What always holds: a query is made of words that `wordsOf` found and hashes of fields, so nothing in it is syntax of the
// index; what cannot be read is refused with what to write instead.

import { everyRecord, type FieldName, fieldNames, fieldWord, isFieldName } from './fields.ts';
import { wordsOf } from './words.ts';

/** Something to find, or not to find. */
export type Term =
  /** These words one after the other; the last one may be the beginning of one. */
  | { readonly kind: 'words'; readonly words: readonly string[]; readonly isStart: boolean }
  | { readonly kind: 'field'; readonly name: FieldName; readonly value: string };

/** All of `wanted` and none of `unwanted`, between two moments (milliseconds since the epoch, both included). */
export interface SearchQuery {
  readonly wanted: readonly Term[];
  readonly unwanted: readonly Term[];
  readonly since: number | null;
  readonly until: number | null;
  /** What was read in a way that may not have been meant. */
  readonly remarks: readonly string[];
}

/** A query cannot be read; the message says what to write instead. */
export class QueryError extends Error {}

const termsMax = 32;
const phraseWordsMax = 64;
/** Shorter beginnings would fit too much. */
const startLettersMin = 2;

/**
 * Reads a query. `now` is what `since:2h` counts from.
 * @throws {QueryError} if it cannot be read.
 */
export function parseQuery(text: string, now: number): SearchQuery {
  const parts = [...text.matchAll(part)];
  if (parts.length > termsMax) throw new QueryError(`could not search: give at most ${termsMax} words and fields`);
  const wanted: Term[] = [];
  const unwanted: Term[] = [];
  const remarks: string[] = [];
  let [since, until] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const [whole, minus = '', name = '', phrase, close, bare = ''] of parts) {
    if (close === '') throw new QueryError('could not search: a `"` is not closed');
    const lacking = name === '' && bare.endsWith(':') ? bare.slice(0, -1).toLowerCase() : '';
    if (isFieldName(lacking) || lacking === 'since' || lacking === 'until') throw lacksValue(lacking);
    const field = name.toLowerCase();
    const value = phrase ?? bare;
    if (field === 'since' || field === 'until') {
      if (minus !== '') throw new QueryError(`could not read \`${whole}\`: \`${field}\` takes no \`-\``);
      const moment = momentOf(field, value, now);
      if (field === 'since') since = Math.max(since, moment);
      else until = Math.min(until, moment);
      continue;
    }
    const term = isFieldName(field)
      ? fieldTerm(field, value)
      : wordsTerm(name === '' ? value : `${name} ${value}`, phrase !== undefined);
    if (term === null) remarks.push(`\`${whole}\` has no letter or digit in it, so it was left out`);
    else (minus === '' ? wanted : unwanted).push(term);
    if (name !== '' && !isFieldName(field) && !/^[\d/]/.test(value)) {
      remarks.push(`\`${name}:\` is no field, so \`${name}:${value}\` was looked for as text; ${fieldsText}`);
    }
  }
  return { wanted, unwanted, since: finite(since), until: finite(until), remarks };
}

/** One word, phrase or field, after a `-` or not. */
const part = /(-?)(?:([a-z]+):)?(?:"([^"]*)("|$)|([^\s"]+))/giu;

/** The fields there are, for people. */
export const fieldsText = `the fields are since, until, ${fieldNames.join(', ')}`;

function fieldTerm(name: FieldName, value: string): Term {
  const plain = name === 'path' && value.length > 1 ? value.replace(/^\.\/(?=.)|\/+$/g, '') : value;
  if (plain === '') throw lacksValue(name);
  return { kind: 'field', name, value: plain };
}

const lacksValue = (name: string): QueryError =>
  new QueryError(`could not search: \`${name}:\` needs a value, as in \`tool:exec verdict:deny since:2h\``);

function wordsTerm(text: string, isQuoted: boolean): Term | null {
  const isStart = !isQuoted && text.endsWith('*');
  const words = wordsOf(text);
  if (words.length > phraseWordsMax)
    throw new QueryError(`could not search: a phrase has at most ${phraseWordsMax} words`);
  if (words.length === 0) return null;
  if (isStart && (words.at(-1) ?? '').length < startLettersMin) {
    throw new QueryError(`could not search for \`${text}\`: give at least ${startLettersMin} letters before the \`*\``);
  }
  return { kind: 'words', words, isStart };
}

/**
 * A moment as people write it: `30d`, `12h`, `90m`, `45s` before now, or a date with or without a time.
 * @throws {QueryError} if it is none.
 */
export function momentOf(name: 'since' | 'until', value: string, now: number): number {
  const [, count, unit] = /^(\d{1,5})([smhdw])$/.exec(value) ?? [];
  if (count !== undefined && unit !== undefined) return now - Number(count) * (unitMs[unit] ?? 0);
  const isDate = /^\d{4}-\d\d-\d\d/.test(value);
  const moment = isDate ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(moment)) {
    throw new QueryError(
      `could not read \`${name}:${value}\`: write e.g. \`${name}:2h\`, \`${name}:30d\` or \`${name}:2026-11-01\``,
    );
  }
  // A day ends when the next one begins.
  return name === 'until' && value.length === 10 ? moment + dayMs - 1 : moment;
}

const dayMs = 86_400_000;
const unitMs: { readonly [unit: string]: number } = { s: 1_000, m: 60_000, h: 3_600_000, d: dayMs, w: 7 * dayMs };

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** The query in the language of the index, SQLite's FTS5: words in quotes and operators, nothing else. */
export function matchOf({ wanted, unwanted }: SearchQuery): string {
  const all = wanted.length === 0 ? [`fields : "${everyRecord}"`] : wanted.map(spelled);
  const found = `(${all.join(' AND ')})`;
  return unwanted.length === 0 ? found : `${found} NOT (${unwanted.map(spelled).join(' OR ')})`;
}

/** INVARIANT: words are letters and digits, see `wordsOf`; a quote cannot be in them. */
const spelled = (term: Term): string =>
  term.kind === 'field'
    ? `fields : "${fieldWord(term.name, term.value)}"`
    : `words : "${term.words.join(' ')}"${term.isStart ? ' *' : ''}`;
