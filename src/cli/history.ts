// The calls of the past, for the commands that look back: which of them are meant, and where they are read from.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../kernel/system-clock.ts';
import type { LedgerReader } from '../ledger/ledger.ts';
import type { HistoryRecord, Past } from '../policy/history/past-call.ts';
import { agentOf, historyTypes, pastCalls } from '../policy/history/past-calls.ts';
import { durationMs } from '../policy/policy-schema.ts';
import type { Context } from './command.ts';
import { UsageError } from './exit-codes.ts';
import { openLedger } from './open-ledger.ts';
import { progressOn } from './progress.ts';

/** Which calls, as it is said on the command line. */
export interface HistoryOptions {
  readonly since?: string;
  readonly run?: string;
  readonly agent?: string;
  readonly limit?: string;
}

/** The calls that were asked for; they can be gone through more than once. */
export interface History {
  /** Oldest first. */
  past(): AsyncIterable<Past>;
}

const callTypes: ReadonlySet<string> = new Set(['call-intended', 'call-refused']);
const shownEvery = 2_000;

/**
 * Opens the ledger of the state home for `work`; without one there are no calls.
 * @throws {UsageError} if an option cannot be read.
 */
export async function withHistory<T>(
  options: HistoryOptions,
  context: Context,
  work: (history: History) => Promise<T>,
): Promise<T> {
  const { home } = context.settings;
  const wanted = readOptions(options, Date.now());
  if (!existsSync(join(home, 'sallyport.db'))) return work({ past: noCalls });
  const { store, ledger } = await openLedger(home, systemClock);
  try {
    const first = await firstWanted(ledger, wanted);
    return await work({ past: () => watched(pastOf(ledger, wanted, first), context) });
  } finally {
    await store.close();
  }
}

async function* noCalls(): AsyncIterable<Past> {}

interface Wanted {
  readonly run: string | null;
  readonly limit: number;
  readonly isMeant: (record: HistoryRecord) => boolean;
}

function readOptions({ since, run, agent, limit }: HistoryOptions, now: number): Wanted {
  const from = since === undefined ? 0 : momentOf(since, now);
  const most = limit === undefined ? Number.POSITIVE_INFINITY : Number(limit);
  if (limit !== undefined && !(Number.isSafeInteger(most) && most > 0))
    throw new UsageError(`could not use \`--limit ${limit}\`: give a whole number of calls, such as \`1000\``);
  return {
    run: run ?? null,
    limit: most,
    isMeant: (record) => record.at >= from && (agent === undefined || agentOf(record) === agent),
  };
}

/** The moment that `--since` names: a duration before `now`, or a date. */
export function momentOf(since: string, now: number): number {
  if (/^[1-9]\d{0,4}[smhd]$/.test(since)) return now - durationMs(since);
  const moment = Date.parse(since);
  if (!Number.isNaN(moment)) return moment;
  throw new UsageError(`could not read \`--since ${since}\`: write e.g. \`30d\`, \`12h\` or \`2026-11-01\``);
}

/** Number of the first record that is looked at: with a limit that of the oldest among the newest calls. */
async function firstWanted(ledger: LedgerReader, { run, limit, isMeant }: Wanted): Promise<number> {
  if (limit === Number.POSITIVE_INFINITY) return 0;
  let left = limit;
  let first = 0;
  for await (const record of ledger.records({ order: 'newest-first', types: callTypes, from: null, run })) {
    if (!isMeant(record)) continue;
    first = record.seq;
    left -= 1;
    if (left === 0) break;
  }
  return first;
}

/** Answers stand before their calls, so records are read from the start. */
const pastOf = (ledger: LedgerReader, { run, isMeant }: Wanted, first: number): AsyncIterable<Past> =>
  pastCalls(
    ledger.records({ order: 'oldest-first', types: historyTypes, from: null, run }),
    (record) => record.seq >= first && isMeant(record),
  );

/** Says how far it is, and stops on Ctrl-C. */
async function* watched(past: AsyncIterable<Past>, { screen, signal }: Context): AsyncIterable<Past> {
  const progress = progressOn(screen);
  let count = 0;
  try {
    for await (const one of past) {
      signal.throwIfAborted();
      count += 1;
      if (count % shownEvery === 0) progress.say(`${count.toLocaleString('en')} calls of the ledger`);
      yield one;
    }
  } finally {
    progress.end();
  }
}
