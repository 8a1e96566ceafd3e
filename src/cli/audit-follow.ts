// `sallyport audit follow`: records as they are written, by any process, until Ctrl-C.

import { systemClock } from '../kernel/system-clock.ts';
import { recordLine } from './audit.ts';
import type { Action } from './command.ts';
import { exitCode, UsageError } from './exit-codes.ts';
import { followLedger } from './follow-ledger.ts';
import { openLedger } from './open-ledger.ts';
import { jsonText } from './screen.ts';

const lastMax = 10_000;

/** `audit follow`: the last few records, then each new one; with `--json` one object a line. */
export function followRecords(options: { run?: string; type?: string; last: string }): Action {
  const last = Number(options.last);
  if (!Number.isInteger(last) || last < 0 || last > lastMax) {
    throw new UsageError(`could not use \`--last ${options.last}\`: give a whole number from 0 to ${lastMax}`);
  }
  return async ({ settings, screen, signal }) => {
    const { store, ledger } = await openLedger(settings.home, systemClock);
    try {
      const keys = { type: options.type ?? null, run: options.run ?? null };
      const before =
        last === 0 ? [] : await ledger.list({ limit: last, before: null, call: null, digest: null, ...keys });
      const head = (await store.head())?.seq ?? 0;
      const after = (before.at(-1)?.seq ?? head + 1) - 1;
      for await (const record of followLedger(store, { ...keys, after }, systemClock, signal)) {
        screen.result(screen.isJson ? jsonText(record) : recordLine(record, screen));
      }
      return exitCode.aborted;
    } finally {
      await store.close();
    }
  };
}
