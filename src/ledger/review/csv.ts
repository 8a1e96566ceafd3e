// Records as CSV (RFC 4180). What always holds: a cell is text, also for a program that takes what begins like a formula for
// one, and every record is one row, whatever is in it.

import { objectsAt, textAt } from '../body.ts';
import type { LedgerRecord } from '../record.ts';
import { runOf } from './read-story.ts';
import { spellCall } from './spell.ts';

type Column = (record: LedgerRecord) => string;

const columns: { readonly [name: string]: Column } = {
  seq: ({ seq }) => String(seq),
  time: ({ at }) => new Date(at).toISOString(),
  type: ({ type }) => type,
  run: ({ body }) => runOf(body),
  call: ({ body }) => textAt(body, 'call'),
  agent: ({ body }) => textAt(body, 'caller', 'agent'),
  person: ({ body }) => textAt(body, 'by') || textAt(body, 'caller', 'sender'),
  channel: ({ body }) => textAt(body, 'caller', 'channel'),
  tool: ({ body }) => textAt(body, 'tool'),
  what: ({ body }) =>
    textAt(body, 'tool') === '' ? '' : spellCall(textAt(body, 'tool'), body.args, objectsAt(body, 'effects')),
  verdict: ({ body }) => textAt(body, 'verdict'),
  rules: ({ body }) =>
    objectsAt(body, 'rules')
      .map((rule) => `${textAt(rule, 'policy')}/${textAt(rule, 'rule')}`)
      .join(' '),
  approval: ({ body }) => textAt(body, 'approval') || textAt(body, 'approval', 'id'),
  answer: ({ body }) => textAt(body, 'answer'),
  outcome: ({ type, body }) => (type === 'call-refused' ? 'refused' : textAt(body, 'outcome') || textAt(body, 'phase')),
  because: ({ body }) => textAt(body, 'because') || textAt(body, 'reason'),
  digest: ({ body }) => textAt(body, 'digest'),
  hash: ({ hash }) => hash,
  body: ({ body }) => JSON.stringify(body),
};

/** The names of the columns, with its line end. */
export const csvHead = (): string => csvRow(Object.keys(columns));

/** A record, with its line end. */
export const csvOf = (record: LedgerRecord): string => csvRow(Object.values(columns).map((column) => column(record)));

const csvRow = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`;

/** What spreadsheets take for a formula gets a quote before it; white space before the sign does not help it. */
export function csvCell(text: string): string {
  const plain = /^[\s\u00a0]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]|^[\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n;\t ']/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
