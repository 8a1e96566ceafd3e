// `sallyport audit export`: the ledger, or part of it, on standard output, oldest first.

import { systemClock } from '../kernel/system-clock.ts';
import { type LedgerRecord, parseRecord } from '../ledger/record.ts';
import { csvHead, csvOf } from '../ledger/review/csv.ts';
import { ocsfOf } from '../ledger/review/ocsf.ts';
import { runOf } from '../ledger/review/read-story.ts';
import { momentOf, QueryError } from '../ledger/search/query.ts';
import { withLedger } from './audit.ts';
import type { Action } from './command.ts';
import { exitCode, UsageError } from './exit-codes.ts';

/** What to export, as it is said on the command line. */
export interface ExportOptions {
  readonly format: string;
  readonly since?: string;
  readonly until?: string;
  readonly type: readonly string[];
  readonly run?: string;
}

const formats = ['jsonl', 'csv', 'ocsf'] as const;
type Format = (typeof formats)[number];

/** `audit export`. Whole JSON Lines are the records' own bytes. */
export function exportLedger(options: ExportOptions, version: string): Action {
  const format = formats.find((known) => known === options.format);
  if (format === undefined)
    throw new UsageError(`could not use \`--format ${options.format}\`: give jsonl, csv or ocsf`);
  const isMeant = filterOf(options, systemClock.now());
  return withLedger(async (ledger, { signal }) => {
    if (format === 'csv') await write(csvHead());
    for await (const line of ledger.export()) {
      if (signal.aborted) return exitCode.aborted;
      if (isMeant === null && format === 'jsonl') {
        await write(`${line}\n`);
        continue;
      }
      const record = parseRecord(line);
      if (isMeant === null || isMeant(record)) await write(spelled(format, record, line, version));
    }
    if (isMeant !== null && format === 'jsonl') {
      process.stderr.write(
        'sallyport: this is a part of the ledger, so `audit verify` cannot check it; without --since, --until, --type and --run it can\n',
      );
    }
    return exitCode.done;
  });
}

function spelled(format: Format, record: LedgerRecord, line: string, version: string): string {
  switch (format) {
    case 'jsonl':
      return `${line}\n`;
    case 'csv':
      return csvOf(record);
    case 'ocsf':
      return `${JSON.stringify(ocsfOf(record, version))}\n`;
    default:
      return format satisfies never;
  }
}

/** Null for every record. */
function filterOf({ since, until, type, run }: ExportOptions, now: number): ((record: LedgerRecord) => boolean) | null {
  if (since === undefined && until === undefined && type.length === 0 && run === undefined) return null;
  const from = since === undefined ? Number.NEGATIVE_INFINITY : readMoment('since', since, now);
  const to = until === undefined ? Number.POSITIVE_INFINITY : readMoment('until', until, now);
  return (record) =>
    record.at >= from &&
    record.at <= to &&
    (type.length === 0 || type.includes(record.type)) &&
    (run === undefined || runOf(record.body) === run);
}

function readMoment(name: 'since' | 'until', value: string, now: number): number {
  try {
    return momentOf(name, value, now);
  } catch (error) {
    if (error instanceof QueryError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

/** Waits where the reader is slow. */
async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await new Promise((resolve) => process.stdout.once('drain', resolve));
}
