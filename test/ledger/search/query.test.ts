import fc from 'fast-check';
import sqlite3 from 'sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { matchOf, parseQuery, QueryError } from '../../../src/ledger/search/query.ts';
import { noon } from './harness.ts';

const refusal = (text: string): string => {
  try {
    parseQuery(text, noon);
  } catch (error) {
    if (error instanceof QueryError) return error.message;
    throw error;
  }
  return '';
};

test('what cannot be read is refused with what to write instead', () => {
  expect(refusal('"permission denied')).toContain('is not closed');
  expect(refusal('type:')).toContain('`type:` needs a value');
  expect(refusal('tool:""')).toContain('needs a value');
  expect(refusal('since:yesterday')).toContain('since:2h');
  expect(refusal('until:2026-13-45')).toContain('until:2h');
  expect(refusal('-since:2h')).toContain('takes no `-`');
  expect(refusal('a*')).toContain('at least 2 letters');
  expect(refusal('w '.repeat(33))).toContain('at most 32');
  expect(refusal(`"${'w '.repeat(65)}"`)).toContain('at most 64');
});

test('words, phrases, beginnings, fields and what must not be in it are told apart', () => {
  const { wanted, unwanted, since, until } = parseQuery(
    'Timeout "no such file" conn* tool:exec -outcome:ok -retry since:2h until:2026-11-20',
    noon,
  );
  expect(wanted).toEqual([
    { kind: 'words', words: ['timeout'], isStart: false },
    { kind: 'words', words: ['no', 'such', 'file'], isStart: false },
    { kind: 'words', words: ['conn'], isStart: true },
    { kind: 'field', name: 'tool', value: 'exec' },
  ]);
  expect(unwanted).toEqual([
    { kind: 'field', name: 'outcome', value: 'ok' },
    { kind: 'words', words: ['retry'], isStart: false },
  ]);
  expect(since).toBe(noon - 7_200_000);
  expect(until).toBe(Date.parse('2026-11-21T00:00:00Z') - 1);
});

test('what looks like a field and is none is looked for as text, and said so', () => {
  const { wanted, remarks } = parseQuery('agnt:ci', noon);
  expect(wanted).toEqual([{ kind: 'words', words: ['agnt', 'ci'], isStart: false }]);
  expect(remarks.join()).toContain('`agnt:` is no field');
  expect(parseQuery('https://example.com/a?b=c localhost:8080', noon).remarks).toEqual([]);
});

test('no text from outside is syntax of the index', async () => {
  const database = new sqlite3.Database(':memory:');
  onTestFinished(() => new Promise<void>((resolve) => database.close(() => resolve())));
  const all = (sql: string, ...values: readonly string[]) =>
    new Promise<readonly unknown[]>((resolve, reject) =>
      database.all(sql, values, (error, rows) => (error ? reject(error) : resolve(rows))),
    );
  await all("CREATE VIRTUAL TABLE entries USING fts5 (words, fields, content = '')");
  const syntax = fc.constantFrom(
    '"',
    "'",
    '*',
    '^',
    '(',
    ')',
    '{',
    '}',
    ':',
    '+',
    '-',
    ' NEAR ',
    ' OR ',
    ' NOT ',
    '\0',
    '\\',
    ';--',
    '\u{e000}',
  );
  const text = fc.array(
    fc.oneof(syntax, fc.string({ unit: 'grapheme' }), fc.constantFrom('words', 'fields', 'entries')),
  );
  const found = fc.asyncProperty(text, async (parts) => {
    const query = parts.join('');
    if (refusal(query) !== '') return;
    await all('SELECT rowid FROM entries WHERE entries MATCH ?', matchOf(parseQuery(query, noon)));
    expect(matchOf(parseQuery(query, noon))).toMatch(/^[\p{L}\p{N} "():*]*$/u);
  });
  await fc.assert(found, { numRuns: 500 });
});
