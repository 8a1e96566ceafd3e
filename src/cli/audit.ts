// `sallyport audit`: the ledger, for people and scripts. Nothing here writes.

import { systemClock } from '../kernel/system-clock.ts';
import { objectsAt } from '../ledger/body.ts';
import type { LedgerReader } from '../ledger/ledger.ts';
import type { LedgerRecord } from '../ledger/record.ts';
import { spellCall } from '../ledger/review/spell.ts';
import type { Action, Context } from './command.ts';
import { exitCode, UsageError } from './exit-codes.ts';
import { openLedger } from './open-ledger.ts';
import { harmless, jsonText, oneLine, type Screen } from './screen.ts';

/** `audit list`: newest first, a line each. */
export function listRecords(options: { limit: string; run?: string; type?: string }): Action {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100_000) {
    throw new UsageError(`could not use \`--limit ${options.limit}\`: give a whole number from 1 to 100000`);
  }
  const keys = { run: options.run ?? null, type: options.type ?? null, call: null, digest: null };
  return withLedger(async (ledger, { screen }) => {
    const records = await ledger.list({ limit, before: null, ...keys });
    if (screen.isJson) screen.result(jsonText(records));
    else for (const record of records) screen.result(recordLine(record, screen));
    if (records.length === 0) screen.note('no records\n');
    return exitCode.done;
  });
}

/** `audit show`: whole records. */
export function showRecord(key: string): Action {
  return withLedger(async (ledger, { screen }) => {
    const exact = await ledger.show(key);
    const found = exact.length > 0 ? exact : await recordsOfRun(ledger, key);
    if (found.length === 0) {
      process.stderr.write(
        `sallyport: no record \`${key}\`: give a number, call id, run id or digest from \`audit list\`\n`,
      );
      return exitCode.failed;
    }
    if (screen.isJson) screen.result(jsonText(found));
    else for (const record of found) screen.result(harmless(JSON.stringify(record, null, 2)));
    return exitCode.done;
  });
}

async function recordsOfRun(ledger: LedgerReader, run: string): Promise<readonly LedgerRecord[]> {
  const records = await ledger.list({ limit: 10_000, before: null, type: null, run, call: null, digest: null });
  return records.toReversed();
}

/** Opens the ledger of the state home for `work`. */
export function withLedger(work: (ledger: LedgerReader, context: Context) => Promise<number>): Action {
  return async (context) => {
    const { store, ledger } = await openLedger(context.settings.home, systemClock);
    try {
      return await work(ledger, context);
    } finally {
      await store.close();
    }
  };
}

/** A record in a line of its own. */
export function recordLine({ seq, at, type, body }: LedgerRecord, { columns, colours }: Screen): string {
  const { tool } = body;
  const what = [
    typeof tool === 'string' && tool !== '' ? spellCall(tool, body.args, objectsAt(body, 'effects')) : '',
    body.message,
    type === 'model-answered' ? body.text : '',
    body.verdict,
    body.outcome,
    body.phase,
    body.answer,
    body.by,
    body.because,
    body.reason,
  ].filter((part) => typeof part === 'string' && part !== '');
  const time = new Date(at).toISOString().replace('T', ' ').slice(0, 19);
  return `${String(seq).padStart(6)}  ${colours.dim(time)}  ${type.padEnd(17)}  ${oneLine(what.join(' · '), columns - 50)}`;
}
